"""Every role and command through to its result: exit status 0 or 2 with a sentence, never a traceback, never a hang."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.errors import CahraError
from tests.examples import THOROUGH
from tests.hostile import native, roles
from tests.hostile.test_hostile_fuzz import mutate, mutate_inside

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20.0
"""Longest time of the process for one file of at most 200 kB; the machine of the tests may be busy."""
AMONG_SITES = ("g01", "g04", "g05", "g08", "g18", "g21", "p09", "p16", "s04", "25_", "10_", "13_", "57_", "91_")
"""Files that ended `cahra assess --sites` in a traceback, and others of each kind."""


def files_of(shared_data: Path) -> list[Path]:
    """The files of door/, all of them small."""
    found = sorted((shared_data / "hostile" / "door").iterdir())
    assert len(found) >= 160
    return found


def quick(role: str, name: str, deed) -> None:
    """The deed ends in time, with a result or with one of our errors."""
    began = time.process_time()
    with contextlib.suppress(CahraError):
        deed()
    assert time.process_time() - began < SECONDS, (role, name)


@pytest.mark.parametrize("role", roles.SEEDS)
def test_the_sound_file_of_a_role_gives_a_result(role, tmp_path):
    name, text = roles.SEEDS[role]
    (tmp_path / name).write_text(text, "utf-8")
    with roles.without_children():
        assert roles.through(role, str(tmp_path / name), tmp_path) == (0, ""), role


@pytest.mark.parametrize("command", ["density", "exposure", "watch", "edition", "watched"])
def test_the_sound_file_of_a_command_gives_a_result(command, tmp_path):
    name, text = roles.SEEDS["incidents" if command in ("edition", "watched") else "sites"]
    (tmp_path / name).write_text(text, "utf-8")
    line = (roles.argv_of if command in roles.COMMANDS else roles.argv)(command, str(tmp_path / name), tmp_path)
    with roles.without_children():
        assert roles.outcome_of(line) == (0, ""), command


LATER = tuple(role for role in roles.SEEDS if role != "sites")
"""Roles whose readers get the files of door/ in the longer run; mutants they get each time."""


@pytest.mark.real_data
@pytest.mark.parametrize(
    "role", [pytest.param(role, marks=pytest.mark.slow) if role in LATER else role for role in roles.SEEDS]
)
def test_the_gateway_through_every_reader(role, shared_data):
    with roles.without_children():
        for path in files_of(shared_data):
            data = path.read_bytes()
            quick(role, path.name, lambda data=data, path=path: roles.read_alone(role, data, path.name))


MUTANTS = (range(25), range(100, 103)) if THOROUGH else (range(5), range(100, 101))
"""Of each role through its reader, and through its command; fewer each time."""


@pytest.mark.real_data
def test_the_gateway_through_assess(shared_data, tmp_path):
    chosen = [p for p in files_of(shared_data) if p.name.startswith(AMONG_SITES)]
    assert len(chosen) >= 14
    codes = set()
    for path in chosen:
        code, said = roles.through("sites", str(path), tmp_path)
        codes.add(code)
        lines = said.splitlines()  # the fault, and where every row with its reason is
        assert (code == 0) or (code == 2 and lines[0].startswith("cahra: ") and len(lines) <= 8), (path.name, said)
    assert codes == {0, 2}


@pytest.mark.parametrize("role", roles.SEEDS)
def test_mutants_through_every_reader(role):
    with roles.without_children():
        for number in MUTANTS[0]:
            data, name = roles.mutant(role, random.Random(f"{role}{number}"), mutate, mutate_inside)
            quick(role, f"{role}{number}", lambda data=data, name=name: roles.read_alone(role, data, name))


@pytest.mark.parametrize("role", roles.SEEDS)
def test_mutants_through_every_command(role, tmp_path):
    with roles.without_children():
        for number in MUTANTS[1]:
            data, name = roles.mutant(role, random.Random(f"{role}{number}"), mutate, mutate_inside)
            (tmp_path / name).write_bytes(data)
            code, said = roles.through(role, str(tmp_path / name), tmp_path)
            assert code == 0 or (code == 2 and said.startswith("cahra: ")), (role, number, code, said)


HANG = 100
"""Seconds of the processor after which a command of one small file hangs: more than a child may take."""
STILL = 1_800
"""Seconds of the clock after which it waits for what never comes; far more, for the machine of the tests may be busy."""
BOMB = "p01_dict_bomb.parquet"
"""Needs all the memory there is without a child's limits, so once and in a child."""


@contextlib.contextmanager
def watched(what: object) -> Iterator[None]:
    """Ends what turns in a circle, by the time of the processor (its children's too), and what waits for ever."""

    def stop(*_: object) -> None:
        raise AssertionError(f"{what} hangs")

    before = sum(os.times()[:4])
    if hasattr(signal, "SIGPROF"):
        for which, number, seconds in ((signal.ITIMER_PROF, signal.SIGPROF, HANG),
                                       (signal.ITIMER_REAL, signal.SIGALRM, STILL)):  # fmt: skip
            signal.signal(number, stop)
            signal.setitimer(which, seconds)
    try:
        yield
    finally:
        if hasattr(signal, "SIGPROF"):
            for which in (signal.ITIMER_PROF, signal.ITIMER_REAL):
                signal.setitimer(which, 0)
    assert sum(os.times()[:4]) - before < 2 * HANG, f"{what} takes long"


def ended(line: list[str], what: object) -> int:
    """The exit status of a command line that says one sentence at most, and does not hang."""
    try:
        with watched(what):
            code, said = roles.outcome_of(line)
    except Exception as fault:  # every file is tried before the test ends
        WRONG.append(f"{what}: {type(fault).__name__}: {fault}"[:300])
        return -1
    if line[0] == "inspect":
        assert code in (0, 2), (what, code)
    elif line[0] in ("verify", "watch"):  # 1: a difference, an alert
        assert code in (0, 1) or (code == 2 and said.startswith("cahra: ")), (what, code, said)
    else:
        assert code == 0 or (code == 2 and said.startswith("cahra: ")), (what, code, said)
    return code


WRONG: list[str] = []


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize("role", [*roles.SEEDS, *roles.OPTIONS])
def test_the_gateway_through_every_role(role, shared_data, tmp_path):
    WRONG.clear()
    for path in files_of(shared_data):
        if path.name != BOMB:
            with contextlib.nullcontext() if role in roles.RASTERS else roles.without_children():
                ended(roles.argv(role, str(path), tmp_path), (role, path.name))
        elif role == "sites":
            ended(roles.argv(role, str(path), tmp_path), (role, path.name))
    assert WRONG == []


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize("command", roles.COMMANDS)
def test_the_gateway_through_every_command(command, shared_data, tmp_path):
    """Lists of sites that `assess` takes; one that it refuses is refused by the same reader."""
    WRONG.clear()
    taken = 0
    with roles.without_children():
        for path in files_of(shared_data):
            if path.name == BOMB:
                continue
            try:
                roles.read_alone("sites", path.read_bytes(), path.name)
            except CahraError:
                if command != "inspect":
                    continue
            taken += 1
            ended(roles.argv_of(command, str(path), tmp_path), (command, path.name))
    assert WRONG == []
    assert taken >= 20


LONG = """
import random, resource, sys, time, warnings
warnings.simplefilter("error")
from geo.errors import CahraError
from tests.hostile import roles, test_hostile_fuzz as fuzz
first, last = int(sys.argv[1]), int(sys.argv[2])
read = refused = 0
worst = (0.0, "")
with roles.without_children():
    for role, (name, text) in roles.SEEDS.items():  # whatever is loaded once is loaded now
        roles.read_alone(role, text.encode(), name)
    for data, name in fuzz.SEEDS["python"] + fuzz.SEEDS["native"]:
        fuzz.attempt_here(data, name, "table")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print("begin", flush=True)
    open("/tmp/cahra-fuzz-begins", "a").close()
    for number in range(first, last):
        chance = random.Random(number)
        began = time.process_time()
        try:
            if number % 5 < 2:
                role = chance.choice(list(roles.SEEDS))
                data, name = roles.mutant(role, chance, fuzz.mutate, fuzz.mutate_inside)
                roles.read_alone(role, data, name)
            else:
                kind = "native" if number % 50 == 4 else "python"
                data, name = chance.choice(fuzz.SEEDS[kind])
                data = chance.choice((fuzz.mutate, fuzz.mutate_inside, fuzz.mutate_inside))(data, chance)
                purpose = "raster" if name == "a.tif" else chance.choice(("table", "points", "polygons", "lines"))
                found = fuzz.attempt_here(data, name, purpose)
                if isinstance(found, CahraError):
                    raise found
            read += 1
        except CahraError as fault:
            assert str(fault)
            refused += 1
        except BaseException:
            print("mutant", number, flush=True)
            raise
        worst = max(worst, (time.process_time() - began, str(number)))
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
print(read, refused, worst[0], worst[1], grown)
"""


def mutants(first: int, last: int) -> None:
    """So many mutants in one process whose opens the kernel reports: none but its own, none slow, none large."""
    opened, said = native.opened(LONG, str(first), str(last), seconds=4 * 3600, begin="/tmp/cahra-fuzz-begins")
    read, refused, slowest, number, grown = said.split()[1:]
    assert int(read) + int(refused) == last - first
    assert int(read) > (last - first) // 20
    assert float(slowest) < SECONDS, number
    assert int(grown) < 600_000_000, said
    assert {name for name in opened if not name.startswith(native.HARMLESS)} == set()


@pytest.mark.skipif(native.STRACE is None, reason="strace (a Debian package) is not installed")
def test_some_mutants_with_opens_memory_and_time_watched():
    mutants(0, 150)


PIECES, PIECE = 25, 1_000
"""The long run: so many pieces of so many mutants."""


@pytest.mark.slow
@pytest.mark.skipif(native.STRACE is None, reason="strace (a Debian package) is not installed")
@pytest.mark.parametrize("piece", range(PIECES))
def test_25000_mutants_with_opens_memory_and_time_watched(piece):
    first = int(os.environ.get("CAHRA_FUZZ_FIRST", "1000")) + piece * PIECE
    mutants(first, first + PIECE)


def test_the_watch_of_the_mutants_is_alive():
    assert native.STRACE is None or sys.platform == "linux"

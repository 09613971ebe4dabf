"""A real server and two browsers: what a session may bring, what it leaves behind, and what never reaches the other one."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Visit, served
from views.release import COME_BACK_S, EVERY_S
from views.server_guard import SESSION_BYTES

MB = 1_000_000
NUMBER, SIZE = 60, 19 * MB
"""The uploads that filled a server in 5.5 seconds."""
HEADER = "MineID;Mine Name;Hoch;Quer;Commodity;Foreman\n"
FIRST = f"{HEADER}1;A;4,3;17,4;gold;Ruiz\n2;B;4,4;17,5;tin;Bo\n"
MORE = f"{HEADER}9;C;4,5;17,6;gold;Li\n"
KEPT = re.compile(r'cache_memory_bytes\{cache_type="UploadedFileManager".*?\} (\d+)')


def put(url: str, headers: dict[str, str], name: str, size: int) -> tuple[int, str]:
    """Status and words of an upload, put as the app's own page puts it; a refusal may come before all bytes are gone."""
    line = "--cut"
    head = f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    tail = f"\r\n--{line}--\r\n".encode()
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    with contextlib.closing(connection):
        connection.putrequest("PUT", parts.path)
        for key, value in headers.items():
            connection.putheader(key, value)
        connection.putheader("Content-Type", f"multipart/form-data; boundary={line}")
        connection.putheader("Content-Length", str(len(head) + size + len(tail)))
        connection.endheaders()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for piece in (head, bytes(size), tail):
                connection.send(piece)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def kept_bytes(url: str) -> int:
    """Bytes of uploads that the server keeps for its sessions."""
    with urllib.request.urlopen(f"{url}/_stcore/metrics", timeout=10) as answer:
        return sum(map(int, KEPT.findall(answer.read().decode())))


def resident(url: str) -> int:
    """Memory of the server that listens at this address."""
    port = str(urlsplit(url).port).encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            said = (process / "cmdline").read_bytes().split(b"\0")
            if port in said and b"app" in said:
                return int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return pytest.skip("only Linux says the memory of a process here")


def wait(holds: Callable[[], bool], seconds: float) -> None:
    """Waits until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "what was waited for did not come"
        time.sleep(0.5)


def dropped(visit: Visit, path: Path, text: str) -> None:
    """Drops a file on the page of one's own files, and waits until it was looked at."""
    path.write_text(text, encoding="utf-8")
    main = visit.page.get_by_test_id("stMain")
    main.locator("input[type=file]").first.set_input_files(path)
    main.get_by_role("heading", name=path.name).wait_for()
    visit.settled()


def read_so(visit: Visit) -> None:
    """Says by hand which columns of the file are the place."""
    main = visit.page.get_by_test_id("stMain")
    main.get_by_role("combobox", name="Kind of file").click()
    visit.page.get_by_role("option", name="mine sites").click()
    main.get_by_text("There is no column for", exact=False).first.wait_for()
    visit.settled()
    for label, column in (("Latitude", "Hoch"), ("Longitude", "Quer")):
        main.get_by_label(label, exact=True).click()
        visit.page.get_by_role("option", name=column, exact=True).click()
    main.get_by_role("button", name="Read it so").click()
    main.get_by_text("2 rows read, 2 used").first.wait_for()
    visit.settled()


def upload_address_of(visit: Visit, act: Callable[[], None]) -> tuple[str, dict[str, str]]:
    """Where the session of a page puts its files, and what it says with them; `act` puts one."""
    with visit.page.expect_request(lambda request: request.method == "PUT") as asked:
        act()
    headers = asked.value.all_headers()
    return asked.value.url.rsplit("/", 1)[0], {k: headers[k] for k in ("cookie", "x-xsrftoken")}


def filled(upload: tuple[str, dict[str, str]]) -> list[tuple[int, str]]:
    """What a server says of sixty uploads one after another."""
    address, headers = upload
    return [put(f"{address}/x{i}", headers, f"f{i}.csv", SIZE) for i in range(NUMBER)]


@pytest.mark.slow
def test_sixty_uploads_of_19_mb_are_refused_in_words_and_a_way_of_reading_stays_with_its_visitor(visit, tmp_path):
    with served() as url:
        first, second = (visit(f"{url}/files?lang=en", height=1600, locale=who) for who in ("en-GB", "en-US"))
        upload = upload_address_of(first, lambda: dropped(first, tmp_path / "mines.csv", FIRST))
        read_so(first)
        dropped(first, tmp_path / "more.csv", MORE)
        dropped(second, tmp_path / "more.csv", MORE)
        as_said = "Read as you said, for this file or one with the same columns."
        assert first.page.get_by_text(as_said).count() > 0  # what the visitor said is remembered
        assert second.page.get_by_text(as_said).count() == 0  # and by nobody else's page
        assert second.page.get_by_text("mines.csv").count() == 0

        before = resident(url)
        said = filled(upload)
        taken = [status for status, _ in said].count(204)
        assert taken == SESSION_BYTES // SIZE
        assert said[taken:] == [(413, "Too many files wait for this session.")] * (NUMBER - taken)
        assert resident(url) - before < SESSION_BYTES + 60 * MB
        first.settled()
        assert first.page.get_by_text(as_said).count() > 0


@pytest.mark.slow
def test_what_a_session_brought_goes_with_its_browser(browser, tmp_path):
    with served() as url:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{url}/files?lang=en")
        leaving = Visit(page)
        upload = upload_address_of(leaving, lambda: dropped(leaving, tmp_path / "mines.csv", FIRST))
        before = resident(url)
        filled(upload)
        wait(lambda: kept_bytes(url) >= SESSION_BYTES // SIZE * SIZE, 30)
        assert resident(url) - before > 100 * MB
        context.close()
        wait(lambda: kept_bytes(url) == 0, COME_BACK_S + EVERY_S + 60)
        wait(lambda: resident(url) - before < 30 * MB, 30)

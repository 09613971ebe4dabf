"""What the app holds in memory: after many interactions of one session, and after sessions with a large file end.

    .venv/bin/python -m benchmarks.app_memory [interactions] [sessions]     # default 200 and 10

One server, one real browser. The interactions are filters, dates, chosen sites and pages of the demonstration; each of
the sessions drops in the visits of the Democratic Republic of the Congo (6,955 rows), looks at its map, and is closed.
The resident memory of the server is read from ``/proc`` after a pause in which Streamlit lets go of a closed session.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks.scene import SHARED

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DRC = SHARED / "mines" / "cod_mines_curated_all_opendata_p_ipis.csv"
TIMEOUT_MS = 240_000
PAUSE_S = 90
"""After the last session ends: Streamlit lets go of a session about a minute after its page is closed."""
RESTS = (
    "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
    " && !document.querySelector('[data-testid=stStatusWidgetRunningIcon], [data-testid=stSpinner]')"
)


def resident_mb(pid: int) -> float:
    """The memory that a process holds now [MB]."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def settled(page: Any) -> None:
    """Waits until the app has nothing left to do."""
    page.wait_for_timeout(150)
    page.wait_for_function(RESTS, timeout=TIMEOUT_MS)


def interact(page: Any, k: int) -> None:
    """One interaction of a reader: a date, a class, a search, back again."""
    turn = k % 4
    if turn == 0:
        field = page.get_by_role("textbox", name="As of", exact=True)
        field.fill(f"20{14 + k // 4 % 8}-0{1 + k % 9}-15")
        field.press("Enter")
    elif turn == 1:
        field = page.get_by_role("textbox", name="Search name, id or district")
        field.fill(f"site {k % 30:03d}")
        field.press("Enter")
    elif turn == 2:
        field = page.get_by_role("textbox", name="Search name, id or district")
        field.fill("")
        field.press("Enter")
    else:
        page.get_by_text("Online map tiles").hover()  # a pointer over a help text
    settled(page)


def main(interactions: int, sessions: int) -> None:
    """Prints a line a stage."""
    from playwright.sync_api import sync_playwright

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "cli", "app", "--server.port", str(port)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(480):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.25)
        with sync_playwright() as playwright:
            chromium = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
            page = context.new_page()
            page.set_default_timeout(TIMEOUT_MS)
            page.goto(url + "/?lang=en")
            page.get_by_role("textbox", name="As of", exact=True).wait_for()
            settled(page)
            print_line("one session, its page drawn", server.pid)
            for k in range(interactions):
                interact(page, k)
                if (k + 1) % 50 == 0:
                    print_line(f"after {k + 1} interactions", server.pid)
            context.close()
            time.sleep(PAUSE_S)
            print_line("that session closed", server.pid)
            for k in range(sessions):
                context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
                page = context.new_page()
                page.set_default_timeout(TIMEOUT_MS)
                page.goto(url + "/?lang=en&day=2016-09-19")
                settled(page)
                side = page.get_by_test_id("stSidebar")
                side.get_by_text("Data", exact=True).click()
                side.locator("input[type=file]").first.set_input_files(DRC)
                page.get_by_role("button", name=f"Remove {DRC.name}").wait_for()
                settled(page)
                page.wait_for_timeout(4000)
                settled(page)
                if k in (0, sessions - 1):
                    print_line(f"session {k + 1} with the file open", server.pid)
                context.close()
                time.sleep(PAUSE_S if k == sessions - 1 else 3)
                print_line(f"session {k + 1} closed", server.pid)
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=20)


def print_line(stage: str, pid: int) -> None:
    """One line of the table."""
    print(f"| {stage} | {resident_mb(pid):.0f} |", flush=True)


if __name__ == "__main__":
    numbers = [int(a) for a in sys.argv[1:3]]
    main(*(numbers + [200, 10][len(numbers) :]))

"""How long a newcomer waits: from the start of ``cahra app`` until its first page shows the sites on the map.

    .venv/bin/python -m benchmarks.first_page [rounds]      # default 3
    .venv/bin/python -m benchmarks.first_page slow          # over an emulated line of 400 kbit/s and 400 ms

Each round starts a server of its own, opens the page in an empty browser as soon as the server answers, and opens it
once more in another empty one. The browser itself runs before the clock does. The table stands in benchmarks/app.md.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.app import DRAWN, FLAGS, ROOT

TIMEOUT_MS = 240_000
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""A slow line: bytes a second, and milliseconds of delay."""
LOOK_S = 0.05
"""How often the port is asked for an answer."""
COMMANDS = {
    "cahra app": ("-m", "cli", "app"),
    "streamlit run app.py": ("-m", "streamlit", "run", "app.py"),
}


def drawn(browser: Any, url: str) -> float:
    """Seconds from opening the page in an empty browser until its map has drawn the sites."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 720})
    page = context.new_page()
    began = time.perf_counter()
    page.goto(url, timeout=TIMEOUT_MS)
    page.wait_for_function(f"() => ({DRAWN})() > 0", timeout=TIMEOUT_MS)
    took = time.perf_counter() - began
    context.close()
    return took


def over_a_slow_line(browser: Any, url: str) -> tuple[float, float]:
    """Megabytes that came (without those of the WebSocket) and seconds until the map has drawn the sites."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 720})
    page = context.new_page()
    wire, came = context.new_cdp_session(page), []
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", SLOW)
    wire.on("Network.loadingFinished", lambda event: came.append(event["encodedDataLength"]))
    began = time.perf_counter()
    page.goto(url, timeout=TIMEOUT_MS, wait_until="commit")
    page.wait_for_function(f"() => ({DRAWN})() > 0", timeout=TIMEOUT_MS)
    took = time.perf_counter() - began
    context.close()
    return sum(came) / 1e6, took


@contextmanager
def served(command: tuple[str, ...]) -> Iterator[tuple[str, float, int]]:
    """A server of its own; its address, the seconds until it answered, and its number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, *command, "--server.port", str(port)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(LOOK_S)
                if time.perf_counter() - began > TIMEOUT_MS / 1000:
                    raise
        yield url, time.perf_counter() - began, server.pid
    finally:
        server.terminate()
        server.wait(timeout=20)


def processor(pid: int) -> float:
    """Seconds of processor time that a process and its ended children have used."""
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(n) for n in used[11:15]) / os.sysconf("SC_CLK_TCK")


def one_round(browser: Any, command: tuple[str, ...]) -> dict[str, float]:
    """Starts a server and opens its first page twice."""
    with served(command) as (url, answers, pid):
        first = drawn(browser, url)
        busy = processor(pid)
        found = {"server answers": answers, "first reader": first, "both": answers + first}
        return {**found, "later reader": drawn(browser, url), "processor": busy}


def main(rounds: int, *, slow: bool) -> None:
    """Prints the median and the range of each wait; with `slow` what comes over such a line, and for how long."""
    from playwright.sync_api import sync_playwright

    if slow:
        with sync_playwright() as playwright, served(COMMANDS["cahra app"]) as (url, _, _pid):
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            for who in ("first reader", "later reader"):
                came, took = over_a_slow_line(browser, url)
                print(f"| {who} | {came:.2f} MB | {took:.0f} s |", flush=True)
            browser.close()
        return
    print("| | server answers | first reader | both | later reader | processor time of the server till the first map |")
    print("|---|---|---|---|---|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, command in COMMANDS.items():
            found = [one_round(browser, command) for _ in range(rounds)]
            cells = []
            for wait in found[0]:
                took = sorted(r[wait] for r in found)
                cells.append(f"{statistics.median(took):.1f} ({took[0]:.1f} to {took[-1]:.1f})")
            print(f"| `{name}` | " + " | ".join(cells) + " |", flush=True)
        browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:2] not in ([], ["slow"]) else 3, slow=sys.argv[1:2] == ["slow"])

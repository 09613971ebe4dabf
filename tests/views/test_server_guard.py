"""What stands before the app: headers of every answer, static files by digest, and how much a session may bring."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from layers.maps import assets
from views import server_guard
from views.server_guard import ALL_BYTES, HEADERS, SESSION_BYTES, SESSION_FILES, ServerGuard, Waiting

MB = 1_000_000
PUT = "/atlas/_stcore/upload_file/{session}/{file}"


def run_apart(story):
    """The answer of a coroutine, run in a thread of its own: a browser test before it leaves a loop in this one."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(asyncio.run, story).result()


def request(path: str, method: str = "GET", length: int | None = None, query: str = "") -> dict:
    head = [] if length is None else [(b"Content-Length", str(length).encode())]
    return {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": head}


async def answered(front: ServerGuard, scope: dict) -> tuple[int, dict[bytes, bytes]]:
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    await front(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"])


class Streamlit:
    """Stands behind the guard: keeps what it is sent, as Streamlit does, until it is taken."""

    def __init__(self, pause: float = 0.0) -> None:
        self.kept: dict[str, list[int]] = {}
        self.pause, self.most = pause, 0

    async def __call__(self, scope, receive, send):
        if scope["method"] == "PUT":
            session = scope["path"].split("/")[-2]
            await asyncio.sleep(self.pause)
            self.kept.setdefault(session, []).append(int(dict(scope["headers"]).get(b"Content-Length", 20 * MB)))
            self.most = max(self.most, sum(self.kept[session]))
        await send({"type": "http.response.start", "status": 204, "headers": [(b"X-Frame-Options", b"ALLOWALL")]})
        await send({"type": "http.response.body", "body": b""})

    def held(self, session: str) -> tuple[int, int, int]:
        own = self.kept.get(session, [])
        return len(own), sum(own), sum(map(sum, self.kept.values()))


@pytest.mark.parametrize("pause", [0.0, 0.01], ids=["one by one", "at once"])
def test_sixty_files_of_19_mb_are_not_taken(pause):
    behind = Streamlit(pause)
    front = ServerGuard(behind, Waiting(behind.held))

    async def all_of_them():
        calls = [answered(front, request(PUT.format(session="s", file=i), "PUT", 19 * MB)) for i in range(60)]
        return await asyncio.gather(*calls) if pause else [await call for call in calls]

    statuses = [status for status, _ in run_apart(all_of_them())]
    assert statuses.count(204) == SESSION_BYTES // (19 * MB)
    assert set(statuses) == {204, 413}
    assert behind.most <= SESSION_BYTES


def test_what_the_page_takes_away_makes_room_again_and_others_are_not_kept_waiting():
    behind = Streamlit()
    front = ServerGuard(behind, Waiting(behind.held))

    async def put(session, size):
        return (await answered(front, request(PUT.format(session=session, file="f"), "PUT", size)))[0]

    async def story():
        small = [await put("a", 1000) for _ in range(SESSION_FILES + 1)]
        other = await put("b", 1000)
        behind.kept["a"].clear()
        return small, other, await put("a", 1000)

    small, other, again = run_apart(story())
    assert small == [204] * SESSION_FILES + [413]
    assert (other, again) == (204, 204)


def test_many_sessions_together_are_bounded_too():
    behind = Streamlit()
    front = ServerGuard(behind, Waiting(behind.held))

    async def story():
        return [
            (await answered(front, request(PUT.format(session=i % 20, file=i), "PUT", 20 * MB)))[0] for i in range(100)
        ]

    assert run_apart(story()).count(204) == ALL_BYTES // (20 * MB)


def test_a_request_that_does_not_say_its_length_counts_as_the_largest_and_a_broken_one_gives_its_place_back():
    waiting = Waiting(lambda _: (0, 0, 0))

    async def broken(*_):
        raise ConnectionError

    front = ServerGuard(broken, waiting)
    for _ in range(50):
        with pytest.raises(ConnectionError):
            run_apart(answered(front, request(PUT.format(session="s", file="f"), "PUT")))
    assert waiting.admit("s", SESSION_BYTES)
    assert not waiting.admit("s", 1)
    assert server_guard._length(request("/", "PUT")) == server_guard._length(request("/", "PUT", 10**12)) == 20 * MB


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/app/static/atlas/atlas.css", "/nothing"])
def test_every_answer_says_what_may_be_loaded_and_who_may_frame_it(path):
    _, head = run_apart(answered(ServerGuard(Streamlit()), request(path)))
    assert {name: head[name] for name, _ in HEADERS} == dict(HEADERS)
    assert b"X-Frame-Options" not in head  # ours takes the place of another one
    policy = head[b"content-security-policy"].decode()
    for part in ("default-src 'self'", "object-src 'none'", "frame-ancestors 'self'", "base-uri 'self'"):
        assert part in policy
    assert "*" not in policy


def test_a_static_file_is_kept_by_a_browser_for_good_only_under_its_own_digest():
    assets.install()
    front = ServerGuard(Streamlit())
    name = "atlas/atlas.css"
    right, wrong = assets.digest(name), "0" * 16
    assert len(right) == 16
    assert assets.links((name,))[0][1].endswith(f"{name}?{right}")
    for query, kept in ((right, True), (wrong, False), ("", False)):
        _, head = run_apart(answered(front, request(f"/atlas/app/static/{name}", query=query)))
        assert (b"immutable" in head.get(b"cache-control", b"")) is kept
    assert assets.digest("../app.py") == assets.digest("nothing.js") == ""


def test_it_stands_first_of_all():
    from streamlit.web.server.starlette import starlette_app

    before = starlette_app.create_streamlit_middleware
    try:
        server_guard.install()
        assert starlette_app.create_streamlit_middleware()[0].cls is ServerGuard
    finally:
        starlette_app.create_streamlit_middleware = before

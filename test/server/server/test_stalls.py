"""No program, tree of files or display that is slow keeps the server from answering other requests."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from support.api import Api
from support.processes import processes_of
from support.waiting import until
from tornado.httpclient import HTTPClientError

from jupyter_vnc_proxy.desktops import blocking
from jupyter_vnc_proxy.system import environment, x_connection
from jupyter_vnc_proxy.system.worker_pool import MAX_WAITING_FOR_ANOTHER

PROGRAMS = (
    "Xvnc",
    "Xtigervnc",
    "x11vnc",
    "dpkg-query",
    "xrandr",
    "Xvfb",
    "weston",
    "sway",
    "wayvnc",
    "Xwayland",
    "uname",
)

SLOW = """\
#!/bin/sh
echo "$0 $*" >> {calls}
while [ ! -e {release} ]; do sleep 0.05; done
exec {real} "$@"
"""


class SlowPrograms:
    """Stand-ins for every program that is run, which do nothing before they are released."""

    def __init__(self, directory: Path) -> None:
        self._release = directory / "release"
        self._calls = directory / "calls"
        self.bin = directory / "slow-bin"
        self.bin.mkdir()
        for folder in map(Path, os.environ["PATH"].split(":")):
            for name in PROGRAMS:
                if (folder / name).exists() and not (self.bin / name).exists():
                    text = SLOW.format(calls=self._calls, release=self._release, real=folder / name)
                    (self.bin / name).write_text(text)
                    (self.bin / name).chmod(0o755)

    def called(self) -> bool:
        return self._calls.exists()

    def release(self) -> None:
        self._release.touch()


@pytest.fixture
def api(vnc: Any, jp_fetch: Any) -> Api:
    return Api(jp_fetch)


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SlowPrograms:
    made = SlowPrograms(tmp_path)
    monkeypatch.setenv("PATH", f"{made.bin}:{os.environ['PATH']}")
    monkeypatch.setattr(environment, "SYSTEM_PATH", (str(made.bin), *environment.SYSTEM_PATH))
    return made


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "api/desktops/backends"), ("GET", "api/vnc/report")],
)
async def test_other_requests_are_answered_while_programs_hang(
    vnc: Any, jp_fetch: Any, slow: SlowPrograms, method: str, path: str
) -> None:
    body = "" if method == "POST" else None
    request = asyncio.ensure_future(jp_fetch(path, method=method, body=body))
    try:
        await until(slow.called, what="a program runs")
        response = await asyncio.wait_for(jp_fetch("api", "status"), 60)
        assert response.code == 200
        assert not request.done(), "it waits for its program"
    finally:
        slow.release()
        await request


async def test_other_requests_are_answered_while_a_large_desktop_is_removed(
    api: Api, jp_fetch: Any, runtime: Path
) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    await api("POST", "default", "stop")
    many = runtime / "default" / "run" / "many"
    many.mkdir()
    for number in range(30_000):
        (many / str(number)).touch()
    request = asyncio.ensure_future(api("DELETE", "default"))
    answers = 0
    await asyncio.sleep(0)
    while not request.done():
        began = time.monotonic()
        await jp_fetch("api", "status")
        assert time.monotonic() - began < 5
        answers += 1
    await request
    assert answers > 1
    assert not (runtime / "default").exists()


def x_server(runtime: Path) -> int:
    """Return the process id of the default desktop's X server."""
    running = processes_of(runtime / "default")
    return next(pid for pid, argv in running.items() if argv.split()[0].endswith(("Xvnc", "Xtigervnc")))


async def test_screenshots_of_a_display_that_is_stopped_leave_the_default_executor_free(
    api: Api, monkeypatch: pytest.MonkeyPatch, runtime: Path
) -> None:
    monkeypatch.setattr(x_connection, "REPLY_SECONDS", 60.0)  # no deadline frees a thread here
    monkeypatch.setattr(blocking, "SCREENSHOT_TIMEOUT", 60.0)
    taken = 1 + MAX_WAITING_FOR_ANOTHER
    await api("POST", "default", "start")
    await api.until("default", "running")
    pid = x_server(runtime)
    os.kill(pid, signal.SIGSTOP)
    try:
        asked = [asyncio.ensure_future(api.raw("GET", "default", "screenshot", raise_error=False)) for _ in range(40)]
        await until(lambda: sum(each.done() for each in asked) == 40 - taken, what="the answers to all but a few")
        assert {each.result().code for each in asked if each.done()} == {503}, "one is made at a time, and few wait"
        loop = asyncio.get_running_loop()
        await asyncio.wait_for(loop.run_in_executor(None, socket.getaddrinfo, "localhost", 80), 60)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert sorted([each.code for each in await asyncio.gather(*asked)]) == [200] * taken + [503] * (40 - taken)


async def test_a_screenshot_of_a_display_that_is_stopped_is_a_504(
    api: Api, monkeypatch: pytest.MonkeyPatch, runtime: Path
) -> None:
    patient = x_connection.REPLY_SECONDS
    monkeypatch.setattr(x_connection, "REPLY_SECONDS", 1.0)
    await api("POST", "default", "start")
    model = await api.until("default", "running")
    pid = x_server(runtime)
    os.kill(pid, signal.SIGSTOP)
    try:
        error = await until_answered(api)
        assert error["message"] == f"The display {model['display']} does not respond."
    finally:
        os.kill(pid, signal.SIGCONT)
    monkeypatch.setattr(x_connection, "REPLY_SECONDS", patient)
    response = await api.raw("GET", "default", "screenshot")
    assert response.body.startswith(b"\x89PNG")


async def until_answered(api: Api) -> dict[str, Any]:
    """Ask for a screenshot until the last one is over; return the error."""
    deadline = time.monotonic() + 20
    while True:
        try:
            await api("GET", "default", "screenshot")
        except HTTPClientError as error:
            if error.code == 504:
                return await api.refused(504, "GET", "default", "screenshot")
            assert error.code == 503
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)

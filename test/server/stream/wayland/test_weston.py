"""Weston's output is read whatever it writes, its end is seen, and each version gets the options that it needs."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from pathlib import Path

import pytest

from jupyter_vnc_proxy.stream.wayland import weston as weston_module
from jupyter_vnc_proxy.stream.wayland.weston import MAX_LINE_BYTES, Weston

pytestmark = pytest.mark.alone

STAND_IN = """\
#!/bin/sh
[ "$1" != --version ] || exit
head -c 3000000 /dev/zero | tr '\\0' x
echo
echo 'xserver listening on display :73'
exit 3
"""

ANSWERS = """\
#!/bin/sh
if [ "$1" = --version ]; then {answer}; exit; fi
echo "$*" >"$XDG_RUNTIME_DIR/arguments"
echo 'xserver listening on display :73'
"""


def install(programs: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    programs.mkdir()
    for name in ("weston", "Xwayland"):
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    monkeypatch.setattr(weston_module, "find_program", lambda name, path: os.fspath(programs / name))


@pytest.mark.parametrize(
    ("answer", "follows_size"),
    [("echo weston 10.0.1", False), ("echo weston 14.0.1", True), ("echo weston 16.0.0", True), ("false", False)],
)
async def test_a_version_that_follows_the_size_is_full_screen_and_an_older_one_gets_new_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, follows_size: bool
) -> None:
    install(tmp_path / "bin", ANSWERS.format(answer=answer), monkeypatch)
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    weston = Weston(tmp_path, ended.set_result)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        await weston.start(theirs.fileno())
        assert await asyncio.wait_for(weston.display(), 60) == ":73"
        await asyncio.wait_for(ended, 60)
        await weston.stop()
    arguments = (tmp_path / "arguments").read_text().split()
    assert weston.follows_size == follows_size
    assert ("--fullscreen" in arguments, "--sprawl" in arguments) == (follows_size, not follows_size)


async def test_a_program_that_never_tells_its_version_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "bin", ANSWERS.format(answer="exec sleep 60"), monkeypatch)
    monkeypatch.setattr(weston_module, "VERSION_TIMEOUT_SECONDS", 0.2)
    weston = Weston(tmp_path, lambda status: None)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        await weston.start(theirs.fileno())
        assert await asyncio.wait_for(weston.display(), 60) == ":73"
        await weston.stop()
    assert not weston.follows_size


@pytest.mark.parametrize("first", ["", "printf 'no end of the line'\n"])
async def test_a_long_line_stops_neither_weston_nor_its_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, first: str
) -> None:
    install(tmp_path / "bin", STAND_IN.replace("head -c", f"{first}head -c"), monkeypatch)
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    weston = Weston(tmp_path, ended.set_result)
    ours, theirs = socket.socketpair()
    with ours, theirs, caplog.at_level(logging.INFO, "jupyter_vnc_proxy.stream"):
        await weston.start(theirs.fileno())
        assert await asyncio.wait_for(weston.display(), 60) == ":73"
        assert await asyncio.wait_for(ended, 60) == 3
        await weston.stop()
    assert max(len(record.getMessage()) for record in caplog.records) < MAX_LINE_BYTES + 20

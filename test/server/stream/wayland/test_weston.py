"""Weston's output is read whatever it writes, and its end is seen."""

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
head -c 3000000 /dev/zero | tr '\\0' x
echo
echo 'xserver listening on display :73'
exit 3
"""


@pytest.mark.parametrize("first", ["", "printf 'no end of the line'\n"])
async def test_a_long_line_stops_neither_weston_nor_its_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, first: str
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("weston", "Xwayland"):
        (programs / name).write_text(STAND_IN.replace("head", f"{first}head"))
        (programs / name).chmod(0o755)
    monkeypatch.setattr(weston_module, "find_program", lambda name, path: os.fspath(programs / name))
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    weston = Weston(tmp_path, ended.set_result)
    ours, theirs = socket.socketpair()
    with ours, theirs, caplog.at_level(logging.INFO, "jupyter_vnc_proxy.stream"):
        await weston.start(theirs.fileno())
        assert await asyncio.wait_for(weston.display(), 20) == ":73"
        assert await asyncio.wait_for(ended, 20) == 3
        await weston.stop()
    assert max(len(record.getMessage()) for record in caplog.records) < MAX_LINE_BYTES + 20

"""Programs that control a desktop: known to its runner, paused by a person, resumed; over the real socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support.waiting import until

from jupyter_vnc_proxy.desktops.programs.control import CONTROL_SOCKET, ProgramModel, are_programs, line, set_paused
from jupyter_vnc_proxy.desktops.runtime import LONGEST_SOCKET
from jupyter_vnc_proxy.errors import Conflict
from jupyter_vnc_proxy.runner.programcontrol import keeper as keeper_module
from jupyter_vnc_proxy.runner.programcontrol.keeper import MAX_LEFT, ControlKeeper, is_own_user
from jupyter_vnc_proxy.runner.programcontrol.program import parse, shown_name


class Keeper:
    """A keeper in a directory, and what it has reported."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.reports: list[list[ProgramModel]] = []
        self.keeper = ControlKeeper(directory / CONTROL_SOCKET, self.reports.append)

    @property
    def shown(self) -> list[tuple[str, str, bool]]:
        """The name, the action and the pause of each program in the last report."""
        programs = self.reports[-1] if self.reports else []
        return [(each["name"], each["action"], each["paused"]) for each in programs]


class Program:
    """A program's end of the socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, **message: object) -> None:
        self.writer.write(line(message))

    async def read(self) -> Any:
        text = await asyncio.wait_for(self.reader.readline(), 60)
        return json.loads(text) if text else None

    async def ask(self, number: int, action: str, **point: object) -> Any:
        self.send(ask=number, action=action, **point)
        return await self.read()


@contextlib.asynccontextmanager
async def program(directory: Path, name: str | None = "Robot") -> AsyncIterator[Program]:
    made = Program(*await asyncio.open_unix_connection(os.fspath(directory / CONTROL_SOCKET)))
    if name is not None:
        made.send(program=name)
    try:
        yield made
    finally:
        made.writer.close()
        await made.writer.wait_closed()


@contextlib.asynccontextmanager
async def keeping(directory: Path) -> AsyncIterator[Keeper]:
    made = Keeper(directory)
    await made.keeper.start()
    try:
        yield made
    finally:
        await made.keeper.close()


async def test_a_program_is_shown_with_what_it_does_until_it_ends(tmp_path: Path) -> None:
    async with keeping(tmp_path) as kept:
        assert stat.S_IMODE((tmp_path / CONTROL_SOCKET).stat().st_mode) == 0o600
        async with program(tmp_path) as robot:
            assert await robot.ask(1, "click", x=3, y=4) == {"go": 1}
            await until(lambda: kept.shown == [("Robot", "click", False)], what="the program is shown")
            assert (kept.reports[-1][0]["x"], kept.reports[-1][0]["y"]) == (3, 4)
            assert await robot.ask(2, "type", x=None, y=None) == {"go": 2}
            await until(lambda: kept.shown == [("Robot", "type", False)], what="its next action is shown")
            assert kept.reports[-1][0]["x"] is None
            assert are_programs(kept.reports[-1])
        await until(lambda: kept.shown == [], what="it is shown no more")
    assert not (tmp_path / CONTROL_SOCKET).exists()


async def test_a_person_pauses_all_programs_and_those_that_come_later(tmp_path: Path) -> None:
    async with keeping(tmp_path) as kept, program(tmp_path, "First") as first:
        assert await first.ask(1, "click") == {"go": 1}
        (shown,) = await set_paused(tmp_path, True)
        assert (shown["name"], shown["paused"]) == ("First", True)
        assert kept.shown == [("First", "click", True)]
        assert await first.read() == {"paused": True}
        assert await first.ask(2, "click") == {"wait": 2}
        async with program(tmp_path, "Second") as second:
            assert await second.ask(1, "press") == {"wait": 1}
            assert [each["paused"] for each in await set_paused(tmp_path, False)] == [False, False]
            assert (await first.read(), await second.read()) == ({"go": 2}, {"go": 1})


async def test_a_program_does_not_get_around_a_pause_by_connecting_again(tmp_path: Path) -> None:
    async with keeping(tmp_path) as kept:
        async with program(tmp_path) as robot:
            await robot.ask(1, "click")
            await set_paused(tmp_path, True)
        for number in range(MAX_LEFT + 3):
            async with program(tmp_path) as again:
                assert await again.ask(number, "click") == {"wait": number}
        await until(lambda: kept.shown == [("Robot", "click", True)], what="it is shown once")
        for number in range(MAX_LEFT + 3):
            async with program(tmp_path, f"Other {number}") as other:
                assert await other.ask(number, "click") == {"wait": number}
        await until(lambda: len(kept.shown) == MAX_LEFT, what="only so many are shown")
        assert await set_paused(tmp_path, False) == []


async def test_without_programs_there_is_nothing_to_pause(tmp_path: Path) -> None:
    async with keeping(tmp_path):
        assert await set_paused(tmp_path, True) == []
        async with program(tmp_path) as robot:
            assert await robot.ask(1, "click") == {"go": 1}


async def test_a_pause_outlives_a_restart_of_the_display(tmp_path: Path) -> None:
    async with keeping(tmp_path) as kept:
        async with program(tmp_path) as robot:
            await robot.ask(1, "click")
            await set_paused(tmp_path, True)
            await kept.keeper.close()
            assert [await robot.read(), await robot.read()] == [{"paused": True}, None]
        await kept.keeper.start()
        async with program(tmp_path) as robot:
            assert await robot.ask(1, "click") == {"wait": 1}


async def test_a_program_that_does_nothing_is_shown_no_more_unless_it_is_paused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "ACTIVE_SECONDS", 0.05)
    async with keeping(tmp_path) as kept, program(tmp_path) as robot:
        await robot.ask(1, "click")
        await until(lambda: len(kept.reports) == 2 and kept.shown == [], what="it is shown no more")
        assert len(await set_paused(tmp_path, True)) == 1
        await set_paused(tmp_path, False)
        await until(lambda: kept.shown == [], what="it is shown no more")


async def test_a_desktop_that_does_not_run_cannot_be_paused(tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="not running"):
        await set_paused(tmp_path, True)


@pytest.mark.parametrize(
    "text",
    [
        b"no JSON\n",
        b"[]\n",
        b"{}\n",
        b'{"ask": true, "action": "click"}\n',
        b'{"ask": 1, "action": "<b>"}\n',
        b'{"paused": 1}\n',
        b"[" * 100_000 + b"\n",
    ],
)
async def test_who_sends_no_message_is_disconnected(tmp_path: Path, text: bytes) -> None:
    async with keeping(tmp_path) as kept, program(tmp_path) as robot, program(tmp_path, "Good") as good:
        robot.writer.write(text)
        with contextlib.suppress(ConnectionResetError):
            assert await robot.reader.read() == b""
        assert await good.ask(1, "click") == {"go": 1}
        await until(lambda: kept.shown == [("Good", "click", False)], what="the other goes on")


async def test_nothing_is_asked_before_a_name_is_told(tmp_path: Path) -> None:
    async with keeping(tmp_path) as kept, program(tmp_path, None) as robot:
        robot.send(ask=1, action="click")
        robot.send(program="Late")
        assert await robot.ask(2, "click") == {"go": 2}
        await until(lambda: kept.shown == [("Late", "click", False)], what="it is shown")


def test_names_and_points_are_made_presentable() -> None:
    assert shown_name("a\nb\t c\0\u202e" + "x" * 100) == ("a b c " + "x" * 100)[:60]
    assert shown_name(" \n") == "?"
    message = parse(b'{"ask": 1, "action": "click", "x": 70000, "y": "1"}')
    assert (message["x"], message["y"]) == (None, None)


def test_the_socket_has_a_short_name_and_takes_this_user_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(CONTROL_SOCKET) <= len(LONGEST_SOCKET)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert is_own_user(ours)
        monkeypatch.setattr(os, "getuid", lambda: 4242)
        assert not is_own_user(ours)


def test_what_is_not_a_list_of_programs_is_recognized() -> None:
    assert are_programs([])
    assert not are_programs([{"id": "1"}])
    assert not are_programs(["x"])

"""A display with our clipboard on it, and programs that copy and paste."""

from __future__ import annotations

import io
import select
import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xcffib
import xcffib.xproto

from jupyter_vnc_proxy.rfb.clipboard_contents import TEXT
from jupyter_vnc_proxy.stream.x11 import properties
from jupyter_vnc_proxy.stream.x11.selection import XClipboard, text_contents
from jupyter_vnc_proxy.system.x_display import connect
from support.displays import Display


class Desk:
    """A display, our clipboard on it, and programs that copy and paste."""

    def __init__(self, runtime: Path, primary: bool) -> None:
        self.display = Display(runtime)
        self.connection = connect(self.display.name, self.display.xauthority)
        self.changes: list[str] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.soon: list[Callable[[], object]] = []
        self.clipboard = XClipboard(self.connection, self.changes.append, self._later, primary)
        self.clipboard.handle_events()
        self.programs: list[subprocess.Popen[bytes]] = []
        self.clients: list[Client] = []

    def _later(self, seconds: float, work: Callable[[], None]) -> None:
        if seconds:
            self.timers.append((seconds, work))
        else:
            self.soon.append(work)

    def pump(self, condition: Callable[[], object], timeout: float = 20) -> None:
        """Handle events as they come until ``condition`` is true."""
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail("not in time")
            sources = [self.clipboard, *(client.connection.get_file_descriptor() for client in self.clients)]
            select.select(sources, [], [], 0.02)
            assert self.clipboard.handle_events()
            for client in self.clients:
                client.handle_events()

    def copy(self, data: bytes, selection: str = "clipboard", target: str = "") -> None:
        """Have a program copy, and wait until it is told."""
        count = len(self.changes)
        argv = ["xclip", "-i", "-quiet", "-selection", selection, *(["-target", target] if target else [])]
        pipe = subprocess.PIPE
        null = subprocess.DEVNULL
        program = subprocess.Popen(argv, env=self.display.environment(), stdin=pipe, stdout=null, stderr=null)
        self.programs.append(program)
        assert program.stdin is not None
        with program.stdin as stdin:
            stdin.write(data)
        self.pump(lambda: len(self.changes) > count)

    def paste(self, target: str = "UTF8_STRING", selection: str = "clipboard") -> bytes:
        """Have a program paste, and return what it gets."""
        argv = ["xclip", "-o", "-selection", selection, *(["-target", target] if target else [])]
        program = subprocess.Popen(argv, env=self.display.environment(), stdout=subprocess.PIPE)
        assert isinstance(program.stdout, io.BufferedReader)
        found = bytearray()
        with program, program.stdout as stdout:
            while True:
                readable, _, _ = select.select([stdout.fileno(), self.clipboard.fileno()], [], [], 10)
                assert readable, "nothing more comes"
                self.clipboard.handle_events()
                if stdout.fileno() in readable:
                    piece = stdout.read1()
                    if not piece:
                        return bytes(found)
                    found += piece

    def windows(self) -> set[int]:
        """Return the display's top-level windows."""
        connection = connect(self.display.name, self.display.xauthority)
        found = set(connection.core.QueryTree(connection.get_setup().roots[0].root).reply().children)
        connection.disconnect()
        return found

    def offer(self, text: str) -> None:
        self.clipboard.offer(text_contents(text))

    def request(self, selection: str = "CLIPBOARD") -> str | None:
        data = self.request_form(TEXT, selection)
        return None if data is None else data.decode()

    def request_form(self, form: str, selection: str = "CLIPBOARD") -> bytes | None:
        answers: list[bytes | None] = []
        self.clipboard.request(answers.append, selection, form)
        self.pump(lambda: answers)
        assert len(answers) == 1
        return answers[0]

    def request_forms(self) -> frozenset[str]:
        answers: list[frozenset[str]] = []
        self.clipboard.request_forms(answers.append)
        self.pump(lambda: answers)
        return answers[0]

    def close(self) -> None:
        try:
            self.clipboard.close()
            self.connection.disconnect()
            for client in self.clients:
                client.connection.disconnect()
        finally:
            self.display.close()
            for program in self.programs:
                program.wait(10)


class Client:
    """A program on the display that copies and pastes as badly as one likes. ``forms`` is ``None``: never answers."""

    def __init__(self, desk: Desk, forms: dict[str, bytes] | None = None) -> None:
        self.forms = forms
        self.incremental = self.endless = self.wrong_type = False
        self.asked: list[int] = []
        self.notified: list[int] = []
        self.deleted = self.pieces = 0
        self._under_way: tuple[int, int, int, bytes] | None = None
        self.connection = connect(desk.display.name, desk.display.xauthority)
        self.window = self.connection.generate_id()
        root = self.connection.get_setup().roots[0].root
        events = [xcffib.xproto.EventMask.PropertyChange]
        mask = xcffib.xproto.CW.EventMask
        self.connection.core.CreateWindow(0, self.window, root, 0, 0, 1, 1, 0, 0, 0, mask, events)
        self.connection.flush()
        desk.clients.append(self)

    def atom(self, name: str) -> int:
        return int(self.connection.core.InternAtom(False, len(name), name).reply().atom)

    def atoms(self, *names: str) -> bytes:
        """The answer to TARGETS."""
        return struct.pack(f"={len(names)}I", *map(self.atom, names))

    def own(self, selection: str) -> None:
        self.connection.core.SetSelectionOwner(self.window, self.atom(selection), 0)
        assert self.owner(selection) == self.window

    def owner(self, selection: str) -> int:
        return int(self.connection.core.GetSelectionOwner(self.atom(selection)).reply().owner)

    def convert(self, selection: str, target: str, into: int) -> None:
        while not self.owner(selection):
            pass  # the X server reads its clients in any order
        self.connection.core.ConvertSelection(self.window, self.atom(selection), self.atom(target), into, 0)
        self.connection.flush()

    def read(self, name: str) -> bytes:
        return properties.read(self.connection, self.window, self.atom(name), 1 << 20).data

    def handle_events(self) -> None:
        while (event := self._poll()) is not None:
            if isinstance(event, xcffib.xproto.SelectionRequestEvent):
                self.asked.append(event.target)
                self._answer(event)
            elif isinstance(event, xcffib.xproto.SelectionNotifyEvent):
                self.notified.append(event.property)
            elif isinstance(event, xcffib.xproto.PropertyNotifyEvent) and event.window != self.window and event.state:
                self.deleted += 1
                if self.endless and self._under_way is not None:
                    self.pieces += 1
                    properties.write(self.connection, *self._under_way)
        self.connection.flush()

    def _poll(self) -> Any:
        try:
            return self.connection.poll_for_event()
        except xcffib.Error as error:
            return error  # the window of one who gave up

    def _answer(self, event: Any) -> None:
        if self.forms is None:
            return
        given = next((data for name, data in self.forms.items() if self.atom(name) == event.target), None)
        name = event.property if given is not None else 0
        if given is not None and self.incremental:
            mask = xcffib.xproto.EventMask.PropertyChange
            self.connection.core.ChangeWindowAttributes(event.requestor, xcffib.xproto.CW.EventMask, [mask])
            self._under_way = (event.requestor, name, event.target, given)
            size = struct.pack("=I", len(given))
            properties.write(self.connection, event.requestor, name, self.atom("INCR"), size, 32)
        elif given is not None:
            kind = self.atom("image/png") if self.wrong_type else event.target
            properties.write(self.connection, event.requestor, name, kind, given)
        answer = (event.time, event.requestor, event.selection, event.target, name)
        notify = struct.pack("=BxHIIIII8x", 31, 0, *answer)
        self.connection.core.SendEvent(False, event.requestor, 0, notify)

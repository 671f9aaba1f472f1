"""The clipboard: texts of any size in both directions, and none from programs or clients that misbehave."""

from __future__ import annotations

import io
import select
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import xcffib
import xcffib.xproto
from support.displays import Display

from jupyter_vnc_proxy.rfb.extended_clipboard import MAX_TEXT_BYTES
from jupyter_vnc_proxy.stream.x11 import properties
from jupyter_vnc_proxy.stream.x11.selection import XClipboard
from jupyter_vnc_proxy.stream.x11.selection_owner import STALL_TIMEOUT_SECONDS
from jupyter_vnc_proxy.stream.x11.selection_request import ANSWER_TIMEOUT_SECONDS
from jupyter_vnc_proxy.system.x_display import connect

UNICODE = "Zwölf Boxkämpfer, 漢字 🙂 \t жду\nщи\n"
LARGE = "Ein langer Text: 漢字🙂\n" * 170_000
"""More than 5 MB."""


class Desk:
    """A display, our clipboard on it, and programs that copy and paste."""

    def __init__(self, runtime: Path, primary: bool) -> None:
        self.display = Display(runtime)
        self.connection = connect(self.display.name, self.display.xauthority)
        self.changes: list[str] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.clipboard = XClipboard(
            self.connection, self.changes.append, lambda *each: self.timers.append(each), primary
        )
        self.clipboard.handle_events()
        self.programs: list[subprocess.Popen[bytes]] = []
        self.clients: list[Client] = []

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

    def copy(self, text: bytes, selection: str = "clipboard") -> None:
        """Have a program copy, and wait until it is told."""
        count = len(self.changes)
        argv = ["xclip", "-i", "-quiet", "-selection", selection]
        pipe = subprocess.PIPE
        null = subprocess.DEVNULL
        program = subprocess.Popen(argv, env=self.display.environment(), stdin=pipe, stdout=null, stderr=null)
        self.programs.append(program)
        assert program.stdin is not None
        with program.stdin as stdin:
            stdin.write(text)
        self.pump(lambda: len(self.changes) > count)

    def paste(self, target: str = "UTF8_STRING", selection: str = "clipboard") -> bytes:
        """Have a program paste, and return what it gets."""
        argv = ["xclip", "-o", "-selection", selection, "-target", target]
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

    def request(self, selection: str = "CLIPBOARD") -> str | None:
        answers: list[str | None] = []
        self.clipboard.request(answers.append, selection)
        self.pump(lambda: answers)
        assert len(answers) == 1
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


@pytest.fixture
def primary() -> bool:
    return False


@pytest.fixture
def desk(runtime: Path, primary: bool) -> Iterator[Desk]:
    made = Desk(runtime, primary)
    yield made
    made.close()


@pytest.mark.parametrize("text", ["", "plain", UNICODE, LARGE], ids=["empty", "plain", "unicode", "5 MB"])
def test_what_a_viewer_copies_can_be_pasted_by_programs(desk: Desk, text: str) -> None:
    desk.clipboard.offer(text)
    assert desk.paste() == text.encode()
    assert desk.paste() == text.encode(), "as often as one likes"
    assert desk.changes == []


@pytest.mark.parametrize("text", ["plain", UNICODE, LARGE], ids=["plain", "unicode", "5 MB"])
def test_what_a_program_copies_is_told_and_fetched_when_asked_for(desk: Desk, text: str) -> None:
    assert not desk.clipboard.available()
    desk.copy(text.encode())
    assert desk.changes == ["CLIPBOARD"]
    assert desk.clipboard.available()
    assert desk.request() == text
    assert desk.request() == text
    assert desk.changes == ["CLIPBOARD"]


def test_sixteen_megabytes_go_both_ways_and_no_more(desk: Desk) -> None:
    most = "x" * MAX_TEXT_BYTES
    desk.clipboard.offer(most)
    assert desk.paste() == most.encode()
    desk.copy(most.encode())
    assert desk.request() == most
    desk.copy(b"x" * (MAX_TEXT_BYTES + 1))
    assert desk.request() is None
    with pytest.raises(ValueError, match="more than"):
        desk.clipboard.offer(most + "x")


def test_each_may_take_the_clipboard_from_the_other(desk: Desk) -> None:
    for turn in range(3):
        desk.clipboard.offer(f"viewer {turn}")
        assert desk.paste() == f"viewer {turn}".encode()
        assert desk.request() == f"viewer {turn}"
        desk.copy(f"program {turn}".encode())
        assert desk.request() == f"program {turn}"
    assert desk.changes == ["CLIPBOARD"] * 3


def test_an_offer_that_crosses_a_programs_copy_stays(desk: Desk) -> None:
    other = Client(desk)
    desk.clipboard.offer("first")
    desk.pump(lambda: other.owner("CLIPBOARD") != 0)
    other.own("CLIPBOARD")
    desk.clipboard.offer("second")  # while the news of the other one is not read yet
    assert desk.paste() == b"second"
    assert desk.request() == "second"
    assert desk.changes == []


def test_programs_are_told_in_which_forms_a_text_can_be_had(desk: Desk) -> None:
    desk.clipboard.offer("h€llö")
    targets = desk.paste("TARGETS").decode().split()
    forms = ["UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "TEXT"]
    assert targets == ["TARGETS", "TIMESTAMP", "MULTIPLE", *forms, "STRING"]
    for form in forms:
        assert desk.paste(form) == "h€llö".encode()
    assert desk.paste("STRING") == "h?llö".encode("latin-1")
    assert int(desk.paste("TIMESTAMP")) > 0


def test_several_forms_can_be_had_at_once(desk: Desk) -> None:
    other = Client(desk)
    desk.clipboard.offer("text")
    names = ["STRING", "image/png", "UTF8_STRING"]
    pairs = [atom for name in names for atom in (other.atom(name), other.atom(f"INTO_{name}"))]
    into = other.atom("PAIRS")
    properties.write(other.connection, other.window, into, other.atom("ATOM_PAIR"), struct.pack("=6I", *pairs), 32)
    other.convert("CLIPBOARD", "MULTIPLE", into)
    desk.pump(lambda: other.notified)
    assert other.notified == [into]
    pairs[3] = 0  # what could not be had
    assert other.read("PAIRS") == struct.pack("=6I", *pairs)
    assert (other.read("INTO_STRING"), other.read("INTO_UTF8_STRING")) == (b"text", b"text")


def test_a_form_that_is_no_text_is_refused(desk: Desk) -> None:
    other = Client(desk)
    desk.clipboard.offer("text")
    other.convert("CLIPBOARD", "image/png", other.atom("INTO"))
    desk.pump(lambda: other.notified)
    assert other.notified == [0]


def test_one_who_pastes_and_goes_or_stalls_holds_nothing_up(desk: Desk) -> None:
    gone, stalled = Client(desk), Client(desk)
    desk.clipboard.offer(LARGE)
    for other in (gone, stalled):
        other.convert("CLIPBOARD", "UTF8_STRING", other.atom("INTO"))
        desk.pump(lambda other=other: other.notified)  # type: ignore[misc]
    desk.clients.remove(gone)
    gone.connection.disconnect()
    assert desk.paste() == LARGE.encode()
    assert [delay for delay, _ in desk.timers] == [STALL_TIMEOUT_SECONDS]
    desk.timers[0][1]()
    assert len(desk.timers) == 2, "it has just begun"
    desk.timers[1][1]()
    assert len(desk.timers) == 2, "it is forgotten"
    desk.clipboard.offer("short")
    assert desk.paste() == b"short"


def test_an_owner_with_latin_1_alone_is_understood(desk: Desk) -> None:
    other = Client(desk, {"STRING": "Grüße".encode("latin-1")})
    other.own("CLIPBOARD")
    desk.pump(lambda: desk.changes)
    assert desk.request() == "Grüße"


@pytest.mark.parametrize("forms", [{}, {"image/png": b"\x89PNG"}], ids=["nothing", "a picture"])
def test_an_owner_without_a_text_gives_none(desk: Desk, forms: dict[str, bytes]) -> None:
    other = Client(desk, forms)
    other.own("CLIPBOARD")
    desk.pump(lambda: desk.changes)
    assert desk.request() is None
    other.wrong_type = True
    other.forms = {"UTF8_STRING": b"x", "STRING": b"y"}
    assert desk.request() is None


@pytest.mark.parametrize("starts", [False, True], ids=["never answers", "stops in the middle"])
def test_an_owner_that_leaves_us_waiting_is_given_up(desk: Desk, starts: bool) -> None:
    other = Client(desk, {"UTF8_STRING": b"never"} if starts else None)
    other.incremental = starts
    other.own("CLIPBOARD")
    desk.pump(lambda: desk.changes)
    answers: list[str | None] = []
    desk.clipboard.request(answers.append)
    desk.clipboard.request(answers.append)
    desk.pump(lambda: other.asked)
    assert [delay for delay, _ in desk.timers] == [ANSWER_TIMEOUT_SECONDS], "both wait for one answer"
    if starts:
        desk.pump(lambda: other.deleted)
        desk.timers[-1][1]()
        assert answers == []
    desk.timers[-1][1]()
    assert answers == [None, None]
    count = len(desk.timers)
    for _, look in desk.timers:
        look()
    assert len(desk.timers) == count, "nothing ticks any more"
    desk.copy(b"the next one")
    assert desk.request() == "the next one"


def test_an_owner_that_sends_without_end_is_cut_off(desk: Desk) -> None:
    other = Client(desk, {"UTF8_STRING": b"x" * 3_000_000})
    other.incremental = other.endless = True
    other.own("CLIPBOARD")
    desk.pump(lambda: desk.changes)
    assert desk.request() is None
    assert other.pieces <= 7


def test_an_owner_that_ends_is_no_change_and_leaves_nothing(desk: Desk) -> None:
    desk.copy(b"text")
    desk.programs[0].terminate()
    desk.pump(lambda: not desk.clipboard.available())
    assert desk.changes == ["CLIPBOARD"]
    assert desk.request() is None


def test_without_primary_selected_text_is_not_shared(desk: Desk) -> None:
    Client(desk).own("PRIMARY")
    desk.copy(b"text")
    assert desk.changes == ["CLIPBOARD"]


@pytest.mark.parametrize("primary", [True])
def test_with_primary_what_is_marked_counts_as_well(desk: Desk) -> None:
    desk.clipboard.offer("from a viewer")
    assert desk.paste(selection="primary") == desk.paste() == b"from a viewer"
    desk.copy(b"marked", "primary")
    assert desk.changes == ["PRIMARY"]
    assert desk.request("PRIMARY") == "marked"
    assert desk.request() == "from a viewer"


def test_the_display_may_be_gone(desk: Desk) -> None:
    Client(desk, None).own("CLIPBOARD")
    desk.pump(lambda: desk.changes)
    answers: list[str | None] = []
    desk.clipboard.request(answers.append)
    desk.display.process.kill()
    deadline = time.monotonic() + 10
    while desk.clipboard.handle_events():
        assert time.monotonic() < deadline
    desk.timers[0][1]()
    desk.clipboard.close()
    assert answers == [None]


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

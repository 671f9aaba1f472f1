"""The clipboard: texts of any size in both directions, and none from programs or clients that misbehave."""

from __future__ import annotations

import signal
import struct
import time
from collections.abc import Callable

import pytest
from support.stream.desk import Client, Desk

from jupyter_vnc_proxy.rfb.extended_clipboard import MAX_TEXT_BYTES
from jupyter_vnc_proxy.stream.x11 import properties
from jupyter_vnc_proxy.stream.x11.selection_owner import STALL_TIMEOUT_SECONDS
from jupyter_vnc_proxy.stream.x11.selection_request import ANSWER_TIMEOUT_SECONDS, LATE_ANSWER_SECONDS

UNICODE = "Zwölf Boxkämpfer, 漢字 🙂 \t жду\nщи\n"
LARGE = "Ein langer Text: 漢字🙂\n" * 170_000
"""More than 5 MB."""


@pytest.mark.parametrize("text", ["", "plain", UNICODE, LARGE], ids=["empty", "plain", "unicode", "5 MB"])
def test_what_a_viewer_copies_can_be_pasted_by_programs(desk: Desk, text: str) -> None:
    desk.offer(text)
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
    desk.offer(most)
    assert desk.paste() == most.encode()
    desk.copy(most.encode())
    assert desk.request() == most
    desk.copy(b"x" * (MAX_TEXT_BYTES + 1))
    assert desk.request() is None
    with pytest.raises(ValueError, match="more than"):
        desk.offer(most + "x")


def test_each_may_take_the_clipboard_from_the_other(desk: Desk) -> None:
    for turn in range(3):
        desk.offer(f"viewer {turn}")
        assert desk.paste() == f"viewer {turn}".encode()
        assert desk.request() == f"viewer {turn}"
        desk.copy(f"program {turn}".encode())
        assert desk.request() == f"program {turn}"
    assert desk.changes == ["CLIPBOARD"] * 3


def test_an_offer_that_crosses_a_programs_copy_stays(desk: Desk) -> None:
    other = Client(desk)
    desk.offer("first")
    desk.pump(lambda: other.owner("CLIPBOARD") != 0)
    other.own("CLIPBOARD")
    desk.offer("second")  # while the news of the other one is not read yet
    assert desk.paste() == b"second"
    assert desk.request() == "second"
    assert desk.changes == []


def test_programs_are_told_in_which_forms_a_text_can_be_had(desk: Desk) -> None:
    desk.offer("h€llö")
    targets = desk.paste("TARGETS").decode().split()
    forms = ["UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "TEXT"]
    assert targets == ["TARGETS", "TIMESTAMP", "MULTIPLE", *forms, "STRING"]
    for form in forms:
        assert desk.paste(form) == "h€llö".encode()
    assert desk.paste("STRING") == "h?llö".encode("latin-1")
    assert int(desk.paste("TIMESTAMP")) > 0


def test_several_forms_can_be_had_at_once(desk: Desk) -> None:
    other = Client(desk)
    desk.offer("text")
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
    desk.offer("text")
    other.convert("CLIPBOARD", "image/png", other.atom("INTO"))
    desk.pump(lambda: other.notified)
    assert other.notified == [0]


def test_one_who_pastes_and_goes_or_stalls_holds_nothing_up(desk: Desk) -> None:
    gone, stalled = Client(desk), Client(desk)
    desk.offer(LARGE)
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
    desk.offer("short")
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
    answers: list[bytes | None] = []
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
    assert desk.timers[-1][0] == LATE_ANSWER_SECONDS
    desk.timers[-1][1]()
    count = len(desk.timers)
    for _, look in desk.timers:
        look()
    assert len(desk.timers) == count, "nothing ticks any more"
    desk.copy(b"the next one")
    assert desk.request() == "the next one"


@pytest.mark.parametrize("text", ["plain", LARGE], ids=["at once", "in pieces"])
def test_a_program_that_answers_late_keeps_its_text(desk: Desk, text: str) -> None:
    desk.copy(text.encode())
    windows = desk.windows()
    answers: list[bytes | None] = []
    desk.programs[0].send_signal(signal.SIGSTOP)
    desk.clipboard.request(answers.append)
    desk.timers[-1][1]()
    assert answers == [None]
    desk.programs[0].send_signal(signal.SIGCONT)
    desk.pump(lambda: desk.windows() == windows)  # xclip loses a request that comes while it sends pieces
    assert answers == [None], "nobody is told of a late answer"
    assert desk.request() == text


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


def by_an_event(desk: Desk) -> None:
    assert desk.clipboard.handle_events()


def by_an_offer(desk: Desk) -> None:
    desk.offer("text")


def by_a_request(desk: Desk) -> None:
    desk.clipboard.request(lambda data: None)


@pytest.mark.parametrize("cause", [by_an_event, by_an_offer, by_a_request])
def test_a_copy_that_is_read_while_something_is_written_is_told(
    desk: Desk, cause: Callable[[Desk], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Client(desk, {"UTF8_STRING": b"x"})

    def flush() -> None:
        monkeypatch.undo()
        desk.connection.core.GetInputFocus().reply()
        other.own("CLIPBOARD")
        desk.connection.core.GetInputFocus().reply()  # xcb reads whatever has come, and keeps the events

    monkeypatch.setattr(desk.connection, "flush", flush)
    cause(desk)
    while desk.soon:
        desk.soon.pop(0)()
    assert desk.changes == ["CLIPBOARD"]


def test_without_primary_selected_text_is_not_shared(desk: Desk) -> None:
    Client(desk).own("PRIMARY")
    desk.copy(b"text")
    assert desk.changes == ["CLIPBOARD"]


@pytest.mark.parametrize("primary", [True])
def test_with_primary_what_is_marked_counts_as_well(desk: Desk) -> None:
    desk.offer("from a viewer")
    assert desk.paste(selection="primary") == desk.paste() == b"from a viewer"
    desk.copy(b"marked", "primary")
    assert desk.changes == ["PRIMARY"]
    assert desk.request("PRIMARY") == "marked"
    assert desk.request() == "from a viewer"


def test_the_display_may_be_gone(desk: Desk) -> None:
    Client(desk, None).own("CLIPBOARD")
    desk.pump(lambda: desk.changes)
    answers: list[bytes | None] = []
    desk.clipboard.request(answers.append)
    desk.display.process.kill()
    deadline = time.monotonic() + 10
    while desk.clipboard.handle_events():
        assert time.monotonic() < deadline
    desk.timers[0][1]()
    desk.clipboard.close()
    assert answers == [None]

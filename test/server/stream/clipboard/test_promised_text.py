"""A text that a viewer announced: programs that paste wait for it, and never get an older one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from support.displays import Display
from support.stream.desk import Client, Desk
from support.stream.shared_clipboard import shared

from jupyter_vnc_proxy.rfb import extended_clipboard
from jupyter_vnc_proxy.rfb.events import ClipboardNotify, ClipboardText, ClipboardTooLong
from jupyter_vnc_proxy.rfb.extended_clipboard import MAX_TEXT_BYTES
from jupyter_vnc_proxy.stream.clipboard import service as clipboard_service


@pytest.fixture
def pasting(desk: Desk) -> Iterator[Client]:
    yield Client(desk)


def paste_waits(desk: Desk, client: Client, selection: str = "CLIPBOARD") -> None:
    """Have a program paste, and see that it gets no answer yet."""
    count = len(client.notified)
    client.convert(selection, "UTF8_STRING", client.atom("UTF8_STRING"))
    assert client.owner(selection), "the X server has the request"
    assert desk.clipboard.handle_events()
    client.handle_events()
    assert len(client.notified) == count


@pytest.mark.parametrize("selection", ["CLIPBOARD", "PRIMARY"])
def test_a_program_that_pastes_waits_for_the_promised_text(desk: Desk, pasting: Client, selection: str) -> None:
    Client(desk, {"UTF8_STRING": b"older"}).own(selection)
    desk.clipboard.promise()
    paste_waits(desk, pasting, selection)
    assert desk.clipboard.fulfil("new")
    desk.pump(lambda: pasting.notified)
    assert pasting.read("UTF8_STRING") == b"new"
    assert desk.paste(selection=selection.lower()) == b"new"


def test_it_gets_nothing_if_the_text_does_not_come(desk: Desk, pasting: Client) -> None:
    desk.copy(b"older")
    desk.clipboard.promise()
    paste_waits(desk, pasting)
    desk.clipboard.withdraw()
    desk.pump(lambda: pasting.notified)
    assert pasting.notified == [0]
    desk.pump(lambda: not pasting.owner("CLIPBOARD"))
    assert not desk.clipboard.has_text()


def test_a_program_that_copies_meanwhile_keeps_the_clipboard(desk: Desk) -> None:
    desk.clipboard.promise()
    desk.copy(b"newer")
    assert desk.request() == "newer"
    assert not desk.clipboard.fulfil("announced before")
    desk.clipboard.withdraw()
    assert desk.paste() == b"newer"


def test_those_who_wait_get_what_was_announced_last(desk: Desk, pasting: Client) -> None:
    desk.clipboard.promise()
    paste_waits(desk, pasting)
    answers: list[bytes | None] = []
    desk.clipboard.request(answers.append)
    desk.clipboard.promise()
    assert answers == []
    assert desk.clipboard.fulfil("the last")
    desk.pump(lambda: pasting.notified)
    assert pasting.read("UTF8_STRING") == b"the last"
    assert answers == [b"the last"]


def test_forms_are_told_before_the_text_is_there(desk: Desk) -> None:
    desk.clipboard.promise()
    assert "UTF8_STRING" in desk.paste("TARGETS").decode().split()


def test_a_text_that_is_too_long_is_refused_and_the_promise_ends_in_words(desk: Desk) -> None:
    desk.clipboard.promise()
    with pytest.raises(ValueError, match="more than"):
        desk.clipboard.fulfil("x" * (MAX_TEXT_BYTES + 1))
    desk.clipboard.withdraw()
    assert not desk.clipboard.has_text()


async def test_a_key_after_the_notify_pastes_the_announced_text(display: Display) -> None:
    with shared(display) as desk:
        viewer = desk.viewers[0]
        for text in ("one", "two"):
            desk.service.handle(viewer, ClipboardNotify())
            assert viewer.sent.pop() == extended_clipboard.request()
            paste = asyncio.create_task(desk.pasted())
            await asyncio.sleep(0.3)
            assert not paste.done()
            desk.service.handle(viewer, ClipboardText(text))
            assert await paste == text.encode()


async def test_a_text_that_comes_too_late_is_pasted_by_the_next_key(
    display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipboard_service, "PROVIDE_TIMEOUT_SECONDS", 0.2)
    with shared(display) as desk:
        await desk.copy(b"rm old")
        viewer = desk.viewers[0]
        desk.service.handle(viewer, ClipboardNotify())
        assert await desk.pasted() is None
        desk.service.handle(viewer, ClipboardText("late"))
        assert await desk.pasted() == b"late"


async def test_a_late_text_leaves_what_a_program_copied_since(
    display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipboard_service, "PROVIDE_TIMEOUT_SECONDS", 0.2)
    with shared(display) as desk:
        viewer = desk.viewers[0]
        desk.service.handle(viewer, ClipboardNotify())
        assert await desk.pasted() is None
        await desk.copy(b"since")
        assert await desk.pasted() == b"since"
        desk.service.handle(viewer, ClipboardText("late"))
        assert await desk.pasted() == b"since"


@pytest.mark.parametrize("how", ["goes", "is refused"])
async def test_a_viewer_that_fails_to_provide_leaves_nothing(display: Display, how: str) -> None:
    with shared(display) as desk:
        viewer = desk.viewers[0]
        desk.service.handle(viewer, ClipboardNotify())
        paste = asyncio.create_task(desk.pasted())
        await asyncio.sleep(0.1)
        if how == "goes":
            desk.service.forget(viewer)
        else:
            desk.service.handle(viewer, ClipboardTooLong(MAX_TEXT_BYTES + 1))
        assert await paste is None


async def test_of_two_viewers_the_one_that_announced_last_counts(display: Display) -> None:
    with shared(display) as desk:
        first, second = desk.viewers
        desk.service.handle(first, ClipboardNotify())
        desk.service.handle(second, ClipboardNotify())
        desk.service.handle(first, ClipboardText("first"))
        paste = asyncio.create_task(desk.pasted())
        await asyncio.sleep(0.1)
        desk.service.handle(second, ClipboardText("second"))
        assert await paste == b"second"
        desk.service.handle(first, ClipboardText("plain, and newest"))
        assert await desk.pasted() == b"plain, and newest"

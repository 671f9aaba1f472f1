"""Pictures and HTML between programs and the clipboard, in one piece and incrementally."""

from __future__ import annotations

import pytest
from support.stream.desk import Client, Desk
from support.stream.png import png

from jupyter_vnc_proxy.rfb.clipboard_contents import HTML, MAX_CONTENTS_BYTES, PNG, TEXT
from jupyter_vnc_proxy.stream.x11.selection import text_contents

SMALL, LARGE = png(), png(1400, 1250)
"""The second has more than 5 MB, so it is transferred incrementally."""

MARKUP = "<b>fétt</b>".encode()


@pytest.mark.parametrize("picture", [SMALL, LARGE], ids=["small", "5 MB"])
def test_a_picture_goes_to_programs_whole(desk: Desk, picture: bytes) -> None:
    desk.clipboard.offer({PNG: picture})
    assert desk.paste("image/png") == picture
    assert desk.paste("image/png") == picture, "as often as one likes"
    assert desk.paste("TARGETS").decode().split() == ["TARGETS", "TIMESTAMP", "MULTIPLE", "image/png"]
    assert desk.changes == []


@pytest.mark.parametrize("picture", [SMALL, LARGE], ids=["small", "5 MB"])
def test_a_picture_of_a_program_is_fetched_when_asked_for(desk: Desk, picture: bytes) -> None:
    desk.copy(picture, target="image/png")
    assert desk.request_forms() == {PNG}
    assert desk.request_form(PNG) == picture
    assert desk.changes == ["CLIPBOARD"]


def test_all_forms_are_offered_together(desk: Desk) -> None:
    desk.clipboard.offer({TEXT: b"bold", HTML: MARKUP, PNG: SMALL})
    targets = desk.paste("TARGETS").decode().split()
    assert {"UTF8_STRING", "STRING", "text/plain", "text/html", "image/png"} <= set(targets)
    assert [desk.paste(each) for each in ("UTF8_STRING", "text/html", "image/png")] == [b"bold", MARKUP, SMALL]
    assert desk.request_forms() == {TEXT, HTML, PNG}
    assert [desk.request_form(each) for each in (TEXT, HTML, PNG)] == [b"bold", MARKUP, SMALL]


def test_nothing_of_earlier_contents_is_left(desk: Desk) -> None:
    desk.clipboard.offer({TEXT: b"old", HTML: b"old", PNG: SMALL})
    desk.clipboard.offer(text_contents("new"))
    assert desk.request_forms() == {TEXT}
    assert desk.request_form(PNG) is None
    desk.clipboard.offer({PNG: SMALL})
    assert desk.request() is None
    assert "UTF8_STRING" not in desk.paste("TARGETS").decode().split()


def test_a_program_that_offers_several_forms_is_asked_for_each(desk: Desk) -> None:
    other = Client(desk, {"UTF8_STRING": b"bold", "text/html": MARKUP, "image/bmp": b"BM"})
    other.forms = {**other.forms, "TARGETS": other.atoms("TARGETS", "UTF8_STRING", "text/html", "image/bmp")}  # type: ignore[dict-item]
    other.own("CLIPBOARD")
    desk.pump(lambda: desk.changes)
    assert desk.request_forms() == {TEXT, HTML}, "another kind of picture is none"
    assert [desk.request_form(each) for each in (TEXT, HTML, PNG)] == [b"bold", MARKUP, None]


def test_a_program_that_tells_no_targets_has_no_forms(desk: Desk) -> None:
    other = Client(desk, {"UTF8_STRING": b"text"})
    other.own("CLIPBOARD")
    desk.pump(lambda: desk.changes)
    assert desk.request_forms() == frozenset()
    assert desk.request() == "text"


def test_a_picture_that_is_too_large_is_not_read(desk: Desk) -> None:
    desk.copy(b"x" * (MAX_CONTENTS_BYTES + 1), target="image/png")
    assert desk.request_form(PNG) is None


def test_an_answer_of_another_type_is_no_picture(desk: Desk) -> None:
    other = Client(desk, {"image/png": SMALL, "text/html": MARKUP})
    other.wrong_type = True  # all is image/png
    other.own("CLIPBOARD")
    desk.pump(lambda: desk.changes)
    assert desk.request_form(HTML) is None


def test_a_picture_is_no_text_and_outlives_that_it_was_asked_for_one(desk: Desk) -> None:
    picture = bytes(3_000_000)  # incrementally: xclip gives it whatever target is asked for
    desk.copy(picture, target=PNG)
    assert desk.request() is None
    assert desk.request_form(PNG) == picture

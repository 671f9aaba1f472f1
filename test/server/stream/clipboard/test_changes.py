"""When viewers are told what a program has copied."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.waiting import until

from jupyter_vnc_proxy.rfb.clipboard_contents import PNG, TEXT
from jupyter_vnc_proxy.stream.clipboard import changes
from jupyter_vnc_proxy.stream.clipboard.changes import Changes
from jupyter_vnc_proxy.stream.clipboard.display_clipboard import NoClipboard


class Busy(NoClipboard):
    """Programs that tell their forms when a test has them do it."""

    def __init__(self) -> None:
        self.asked: list[Callable[[frozenset[str]], None]] = []

    def request_forms(self, callback: Callable[[frozenset[str]], None], selection: str = "CLIPBOARD") -> None:
        self.asked.append(callback)


class Told:
    """What viewers are told by a display whose programs are busy."""

    def __init__(self) -> None:
        self.forms: list[set[str]] = []
        self.display = Busy()
        self.changes = Changes(lambda forms: self.forms.append(set(forms)))
        self.changes.clipboard = self.display


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.setattr(changes, "FORMS_TIMEOUT_SECONDS", 0.01)
    return Told()


async def test_a_picture_of_a_busy_program_is_told_when_that_answers(told: Told) -> None:
    told.changes.changed("CLIPBOARD")
    await until(lambda: told.forms == [{TEXT}])
    told.display.asked.pop()(frozenset({PNG}))
    assert told.forms == [{TEXT}, {PNG}]


async def test_a_text_is_told_once(told: Told) -> None:
    told.changes.changed("CLIPBOARD")
    await until(lambda: told.forms == [{TEXT}])
    told.display.asked.pop()(frozenset({TEXT}))
    assert told.forms == [{TEXT}]


async def test_an_answer_about_an_older_copy_is_not_told(told: Told) -> None:
    told.changes.changed("CLIPBOARD")
    await until(lambda: told.forms == [{TEXT}])
    told.changes.changed("CLIPBOARD")
    told.display.asked[0](frozenset({PNG}))
    assert told.forms == [{TEXT}]
    await until(lambda: told.forms == [{TEXT}, {TEXT}])
    told.display.asked[0](frozenset({PNG}))
    assert told.forms == [{TEXT}, {TEXT}]

"""The reason for stopping a desktop, from the server to the runner."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_vnc_proxy.desktops.stop_reason import FILE, leave_reason, take_reason, unused_for


def test_a_reason_is_taken_once(tmp_path: Path) -> None:
    assert take_reason(tmp_path) is None
    reason = unused_for(60)
    leave_reason(tmp_path, reason)
    assert take_reason(tmp_path) == reason
    assert take_reason(tmp_path) is None


@pytest.mark.parametrize("content", ["", "nonsense", "[]", "{}", '{"code": "x"}'])
def test_a_file_that_is_no_reason_gives_none(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    assert take_reason(tmp_path) is None


def test_a_directory_that_is_gone_is_no_error(tmp_path: Path) -> None:
    leave_reason(tmp_path / "gone", unused_for(1))
    assert take_reason(tmp_path / "gone") is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (8, "8 seconds"),
        (0.5, "0.5 seconds"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (1800, "30 minutes"),
        (7200, "2 hours"),
    ],
)
def test_the_time_is_told_in_words(seconds: float, words: str) -> None:
    assert words + "." in unused_for(seconds)["message"]

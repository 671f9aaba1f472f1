"""A person sees what a Python program does on a desktop, and takes over: what is under way ends, what follows waits."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.driven import driven, read
from support.waiting import LONG_SECONDS, wait_until

from jupyter_vnc_proxy import Desktop
from jupyter_vnc_proxy.automation import permission
from jupyter_vnc_proxy.automation.permission import program_name
from jupyter_vnc_proxy.desktops.programs.control import CONTROL_SOCKET, set_paused
from jupyter_vnc_proxy.errors import Conflict


@pytest.fixture
def desktop(runtime: Path) -> Iterator[Desktop]:
    """A desktop with a terminal."""
    with driven("tigervnc") as made:
        yield made


def pause(runtime: Path, paused: bool) -> None:
    asyncio.run(set_paused(runtime / "driven", paused))


def shown(desktop: Desktop) -> list[tuple[str, str, bool]]:
    return [(each["name"], each["action"], each["paused"]) for each in desktop.model()["programs"]]


def test_what_a_program_does_is_in_the_model_until_it_is_closed(desktop: Desktop, runtime: Path) -> None:
    desktop.screenshot()
    desktop.windows()
    assert desktop.model()["programs"] == []
    with Desktop.connect("driven", program="Robot") as robot:
        robot.click(30, 40)
        wait_until(lambda: shown(desktop) == [("Robot", "click", False)], what="the program is shown")
        assert [(each["x"], each["y"]) for each in desktop.model()["programs"]] == [(30, 40)]
        robot.set_clipboard("secret")
        wait_until(lambda: shown(desktop) == [("Robot", "set_clipboard", False)], what="its next action is shown")
        assert "secret" not in (runtime / "driven" / "desktop.json").read_text()
    wait_until(lambda: desktop.model()["programs"] == [], what="it is shown no more")


def test_a_person_who_takes_over_ends_what_is_under_way(
    desktop: Desktop, runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permission, "PATIENCE_SECONDS", 0.1)
    window = desktop.activate(desktop.wait_for_window("first", timeout=LONG_SECONDS))
    desktop.click(window.area.x + 20, window.area.y + 20)
    desktop.type(f"cat > {tmp_path}/out\n")
    errors: list[BaseException] = []

    def type_for_ever() -> None:
        try:
            desktop.type("a\n" * 100_000, interval=0.01)
        except BaseException as error:
            errors.append(error)

    typing = threading.Thread(target=type_for_ever)
    typing.start()
    wait_until(lambda: "a" in read(tmp_path / "out"), what="it types")
    pause(runtime, True)
    typing.join(LONG_SECONDS)
    assert [type(each) for each in errors] == [Conflict]
    assert "A person has taken over the desktop 'driven'" in str(errors[0])
    for action in (
        lambda: desktop.press("Return"),
        lambda: desktop.run(["true"]),
        lambda: desktop.set_clipboard("x"),
        lambda: desktop.activate(window),
        lambda: desktop.close_window(window),
        lambda: desktop.place(window, 0, 0),
        lambda: desktop.drag((1, 1), (2, 2)),
    ):
        with pytest.raises(Conflict, match="Resume") as raised:
            action()
        assert raised.value.code == "taken-over"
    assert desktop.screenshot().size == (800, 600)

    pause(runtime, False)
    desktop.press("Return")  # it may act again
    desktop.type("end\n")


def test_what_follows_waits_until_the_person_resumes(desktop: Desktop, runtime: Path) -> None:
    desktop.move(10, 10)
    pause(runtime, True)
    moving = threading.Thread(target=lambda: desktop.move(20, 20))
    moving.start()
    wait_until(lambda: [each["x"] for each in desktop.model()["programs"]] == [20], what="it asks")
    assert moving.is_alive()
    pause(runtime, False)
    moving.join(LONG_SECONDS)
    assert not moving.is_alive()


def test_runners_of_earlier_versions_allow_everything(desktop: Desktop, runtime: Path) -> None:
    (runtime / "driven" / CONTROL_SOCKET).unlink()
    desktop.move(10, 10)
    assert desktop.model()["programs"] == []


def test_a_program_is_called_as_its_notebook_or_its_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.setattr(sys, "argv", ["/home/me/drive.py"])
    assert program_name() == "drive.py"
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/me/My Notebook.ipynb")
    assert program_name() == "My Notebook.ipynb"

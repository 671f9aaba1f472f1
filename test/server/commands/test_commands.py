"""The commands of ``jupyter vnc``, with real desktops that keep running after the command."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest
from PIL import Image
from support.runners import COMMAND, IDLE
from support.standins import StandIn
from support.waiting import wait_until
from support.xclient import RfbClient

from jupyter_vnc_proxy.commands import COMMANDS, load
from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.manager import DesktopManager
from jupyter_vnc_proxy.options import DesktopOptions
from jupyter_vnc_proxy.system.process_identity import ProcessIdentity


class Done(Protocol):
    returncode: int
    stdout: str
    stderr: str


Cli = Callable[..., Done]


@pytest.fixture
def cli(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """Runs a command to its end; all desktops are stopped after the test."""
    monkeypatch.setenv("JUPYTER_VNC_BACKEND", "tigervnc")

    def run(*words: str, status: int = 0) -> Done:
        done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == status, (words, done.stdout, done.stderr)
        return done

    yield run
    run("stop", "--all")


def start(cli: Cli, name: str, *options: str) -> dict[str, Any]:
    model: dict[str, Any] = json.loads(cli("start", name, "--json", *options, "--", *IDLE).stdout)
    return model


def test_a_started_desktop_runs_until_it_is_stopped(cli: Cli, runtime: Path) -> None:
    done = cli("start", "work", "--", *IDLE)
    assert re.fullmatch(r"work runs on :\d+ \(tigervnc\) after \d+\.\d s\.\n", done.stdout)
    assert done.stderr == "", "no progress where nobody looks"
    desktop = Desktop(runtime / "work")
    assert desktop.state().phase == "running"
    assert desktop.has_owner(), "it is its own"
    RfbClient(desktop.rfb_socket).close()
    assert cli("stop", "work").stdout == ""
    assert desktop.state().phase == "stopped"
    assert list(desktop.path.glob("*.sock")) == []
    assert not desktop.has_owner()


async def test_a_jupyter_server_lists_it_and_does_not_stop_it_at_shutdown(cli: Cli, runtime: Path) -> None:
    start(cli, "work")
    manager = DesktopManager(DesktopOptions())
    try:
        assert [model["phase"] for model in manager.models()] == ["running"]
        await manager.stop_all()
        assert Desktop(runtime / "work").state().phase == "running"
        await manager.stop("work")  # asked for by name it is stopped
        assert Desktop(runtime / "work").state().phase == "stopped"
    finally:
        manager.let_live()


def test_with_an_orphan_timeout_it_ends_without_a_server(cli: Cli, runtime: Path) -> None:
    start(cli, "work", "--orphan-timeout=0")
    desktop = Desktop(runtime / "work")
    wait_until(lambda: desktop.state().phase == "stopped")
    assert "it has had no Jupyter server" in "\n".join(desktop.log("runner", 10))


def test_a_running_desktop_is_left_as_it_is_and_refuses_other_options(cli: Cli, runtime: Path) -> None:
    start(cli, "work")
    pid = Desktop(runtime / "work").runner_pid()
    assert "runs on" in cli("start", "work").stdout
    assert Desktop(runtime / "work").runner_pid() == pid
    assert "jupyter vnc stop work" in cli("start", "work", "--geometry=800x600", status=4).stderr


def test_a_second_start_keeps_the_options_unless_others_are_given(cli: Cli) -> None:
    assert start(cli, "work", "--geometry=800x600")["geometry"] == "800x600"
    cli("stop", "work")
    assert json.loads(cli("start", "work", "--json").stdout)["geometry"] == "800x600"
    cli("stop", "work")
    assert start(cli, "work", "--geometry=640x480")["geometry"] == "640x480"


def test_the_list_counts_viewers_of_all_servers(cli: Cli, runtime: Path) -> None:
    assert cli("list").stdout.split() == ["name", "phase", "backend", "session", "display", "geometry", "viewers"]
    assert json.loads(cli("list", "--json").stdout) == []
    (runtime / "a-file").write_text("is no desktop")
    start(cli, "one")
    viewer = RfbClient(runtime / "one" / "rfb.sock")
    (model,) = json.loads(cli("list", "--json").stdout)
    assert (model["name"], model["phase"], model["backend"], model["clients"]) == ("one", "running", "tigervnc", 1)
    row = cli("list").stdout.splitlines()[1].split()
    assert row[0] == "one"
    assert row[-3:] == [model["display"], "1280x720", "1"]
    viewer.close()
    wait_until(lambda: json.loads(cli("list", "--json").stdout)[0]["clients"] == 0)


def test_reading_commands_do_not_take_ownership(cli: Cli, runtime: Path) -> None:
    start(cli, "work", "--orphan-timeout=600")
    owners = {file.name for file in (runtime / "work" / "owners").iterdir()}
    for words in (["list"], ["log", "work"], ["screenshot", "work", "-"]):
        subprocess.run([*COMMAND, *words], capture_output=True, check=True)
    assert {file.name for file in (runtime / "work" / "owners").iterdir()} == owners


def test_stop_all_stops_and_removes_every_desktop(cli: Cli, runtime: Path) -> None:
    start(cli, "one")
    start(cli, "two")
    stopped = json.loads(cli("stop", "--all", "--json").stdout)
    assert [(model["name"], model["phase"]) for model in stopped] == [("one", "stopped"), ("two", "stopped")]
    assert json.loads(cli("stop", "--all", "--json").stdout) == []
    cli("stop", "--all", "--remove")
    assert not (runtime / "one").exists()
    assert json.loads(cli("list", "--json").stdout) == []


def test_an_unknown_name_stops_no_desktop(cli: Cli, runtime: Path) -> None:
    start(cli, "one")
    assert "no desktop named 'nobody'" in cli("stop", "one", "nobody", status=3).stderr
    assert Desktop(runtime / "one").state().phase == "running"
    cli("stop", status=2)
    cli("stop", "one", "--all", status=2)


def test_a_failed_start_prints_the_reason_and_the_fix(cli: Cli) -> None:
    failed = cli("start", "work", "--", "sh", "-c", "echo cannot open default font; exit 1", status=1)
    assert failed.stdout == ""
    sentence, fix = failed.stderr.splitlines()
    assert sentence.startswith("jupyter-vnc: The X server finds no fonts. The desktop session ended after")
    assert "xfonts-base" in fix or "xorg-x11-fonts-misc" in fix
    error = json.loads(cli("start", "work", "--json", status=1).stdout)["error"]
    assert error["code"] == "fonts-missing"


def test_a_log_is_printed_and_followed_until_the_desktop_ends(cli: Cli, runtime: Path) -> None:
    script = "echo first; while ! test -e $0; do sleep 0.01; done; echo last; exec sleep 1000"
    model = json.loads(cli("start", "work", "--json", "--", "sh", "-c", script, str(runtime / ".go")).stdout)
    assert model["phase"] == "running"
    wait_until(lambda: "first" in cli("log", "work", "--part=session").stdout)
    follow = subprocess.Popen(
        [*COMMAND, "log", "work", "--part=session", "--follow"], stdout=subprocess.PIPE, text=True
    )
    assert follow.stdout is not None
    assert "first\n" in iter(follow.stdout.readline, ""), "after what a bus may say"
    (runtime / ".go").touch()
    assert "last\n" in iter(follow.stdout.readline, "")
    cli("stop", "work")
    assert follow.wait(10) == 0
    follow.stdout.close()
    shown = json.loads(cli("log", "work", "--part=session", "--lines=1", "--json").stdout)
    assert (shown["part"], shown["lines"]) == ("session", ["last"])
    assert "there are: display" in cli("log", "work", "--part=nothing", status=2).stderr
    cli("log", "nobody", status=3)


def test_a_truncated_or_replaced_log_is_followed_from_its_start(tmp_path: Path) -> None:
    follower = load("log")._Follower  # type: ignore[attr-defined]
    file = tmp_path / "x.log"
    file.write_text("long ago\n")
    reader = follower(file)
    assert reader.read_new() == ""
    file.write_text("new\n")
    assert reader.read_new() == "new\n"
    file.unlink()
    assert reader.read_new() == ""
    file.write_text("again, and longer\n")
    assert reader.read_new() == "again, and longer\n"


def test_a_screenshot_is_written_to_a_file_or_standard_output(cli: Cli, runtime: Path, tmp_path: Path) -> None:
    start(cli, "work", "--geometry=640x480")
    assert cli("screenshot", "work", str(tmp_path / "it.png")).stdout == ""
    with Image.open(tmp_path / "it.png") as image:
        assert image.size == (640, 480)
    done = subprocess.run([*COMMAND, "screenshot", "work", "-"], capture_output=True, check=True)
    assert Image.open(io.BytesIO(done.stdout)).size == (640, 480)
    assert "/nowhere/it.png could not be written" in cli("screenshot", "work", "/nowhere/it.png", status=1).stderr
    cli("stop", "work")
    assert "is stopped, not running" in cli("screenshot", "work", "-", status=4).stderr
    cli("screenshot", "nobody", "-", status=3)


def test_start_shows_its_progress_on_a_terminal(cli: Cli, runtime: Path) -> None:
    controller, terminal = pty.openpty()
    words = [*COMMAND, "start", "work", "--backend=x11vnc", "--", *IDLE]
    process = subprocess.Popen(words, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    text = b""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            text += os.read(controller, 1024)
        except OSError:  # the terminal has no writer any more
            break
    os.close(controller)
    assert process.wait(10) == 0
    progress, result = text.decode().splitlines()
    assert progress.split(" … ")[0] == "display"
    assert result.startswith("work runs on :")


def test_a_closed_pipe_is_not_an_error(cli: Cli) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*COMMAND, "list"], stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "bench"])  # which hands all on
def test_the_help_of_each_command_describes_it_and_its_exit_statuses(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from jupyter_vnc_proxy.cli import main

    with pytest.raises(SystemExit) as raised:
        main([name, "--help"])
    assert raised.value.code == 0
    text = capsys.readouterr().out
    assert "3    there is no desktop with this name" in text
    assert (load(name).__doc__ or "?").splitlines()[0] in text


def test_the_help_of_start_explains_ownership(capsys: pytest.CaptureFixture[str]) -> None:
    from jupyter_vnc_proxy.cli import main

    with pytest.raises(SystemExit):
        main(["start", "--help"])
    assert "The desktop owns itself" in capsys.readouterr().out


def test_a_desktop_that_runs_elsewhere_is_listed_and_left_alone(cli: Cli, runtime: Path) -> None:
    other = StandIn(runtime / "work", f"{replace(ProcessIdentity.own(), boot='another-machine')}\n")
    try:
        assert re.search(r"^work +running elsewhere ", cli("list").stdout, re.MULTILINE)
        for command in ("start", "stop"):
            assert "runs on another machine or in another container" in cli(command, "work", status=4).stderr
        cli("stop", "--all", "--remove")
        assert other.process.poll() is None
        assert other.desktop.exists()
    finally:
        other.close()

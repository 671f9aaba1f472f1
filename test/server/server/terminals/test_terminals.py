"""Programs in Jupyter's terminals ask there, although they have a desktop's display."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.api import Api
from support.waiting import until
from traitlets.config import Config

from jupyter_vnc_proxy.server.terminals.preferences import LAUNCHER, VARIABLES, TerminalPreferences

MARKER = "asked-in-a-window"


def manager(extra: Mapping[str, str] | None = None) -> Any:
    return SimpleNamespace(extra_env=extra, shell_command=["bash", "-l"])


@pytest.mark.parametrize("extra", [None, {"JUPYTER_SERVER_ROOT": "/home/me"}])
def test_terminals_are_changed_and_restored(extra: dict[str, str] | None) -> None:
    terminals = manager(extra)
    preferences = TerminalPreferences(lambda: terminals, {})
    for _ in range(2):
        preferences.apply()
        assert terminals.extra_env == {**VARIABLES, **(extra or {})}
        assert terminals.shell_command == [sys.executable, "-I", "-S", str(LAUNCHER), "bash", "-l"]
    for _ in range(2):
        preferences.restore()
        assert (terminals.extra_env, terminals.shell_command) == (extra, ["bash", "-l"])


def test_what_the_user_has_set_is_left() -> None:
    terminals = manager()
    TerminalPreferences(lambda: terminals, {"BROWSER": "firefox"}).apply()
    assert terminals.extra_env == {"PINENTRY_USER_DATA": VARIABLES["PINENTRY_USER_DATA"]}


def test_a_server_without_terminals_needs_nothing() -> None:
    preferences = TerminalPreferences(lambda: None, {})
    preferences.apply()
    preferences.restore()


def in_terminal(argv: list[str], environment: Mapping[str, str], until_text: str, text: str = "") -> str:
    """Run a program in a terminal until it has written a text, then type another; return all that it has written."""
    own, theirs = pty.openpty()
    program = subprocess.Popen(
        argv, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, **environment}, start_new_session=True,
        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),
    )  # fmt: skip
    os.close(theirs)
    written = b""
    try:
        while until_text.encode() not in written:
            written += os.read(own, 4096)
        os.write(own, text.encode())
        return written.decode()
    finally:
        program.kill()
        program.wait()
        os.close(own)


def test_git_asks_in_the_terminal_although_there_is_a_program_with_a_window(tmp_path: Path) -> None:
    askpass = tmp_path / "askpass"
    askpass.write_text(f"#!/bin/sh\ntouch {tmp_path / MARKER}\necho secret\n")
    askpass.chmod(0o700)
    request = tmp_path / "request"
    request.write_text("protocol=https\nhost=git.example.org\n\n")
    environment = {"DISPLAY": ":4242", "SSH_ASKPASS": str(askpass), "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(tmp_path)}
    fill = ["sh", "-c", 'exec git credential fill < "$0"', str(request)]
    asking = {"GIT_ASKPASS": "", "SSH_ASKPASS_REQUIRE": "never"}
    assert "Username for" in in_terminal(fill, {**environment, **asking}, "Username for")
    assert not (tmp_path / MARKER).exists()
    assert "secret" in in_terminal(fill, environment, "secret"), "without it, the window asks"
    assert (tmp_path / MARKER).exists()


def test_a_link_is_written_to_the_terminal() -> None:
    code = "import webbrowser; webbrowser.open('https://example.org/login')"
    argv = [sys.executable, "-c", code]
    assert "https://example.org/login" in in_terminal(argv, VARIABLES, "/login")


# -- a real server, with real terminals -----------------------------------------------------------------------------


@pytest.fixture
def jp_server_config(jp_server_config: Config) -> Config:
    """The same server, with terminals."""
    jp_server_config.ServerApp.jpserver_extensions["jupyter_server_terminals"] = True
    return jp_server_config


@pytest.fixture
def terminal(
    monkeypatch: pytest.MonkeyPatch, jp_fetch: Any, jp_serverapp: Any, jp_asyncio_loop: asyncio.AbstractEventLoop
) -> Iterator[Callable[..., Any]]:
    """Starts a terminal, and returns its shell's environment and the name of its tty."""
    for name in ("BROWSER", "PINENTRY_USER_DATA", "GPG_TTY", "GIT_ASKPASS"):
        monkeypatch.delenv(name, raising=False)
    names = []

    async def start(**body: Any) -> tuple[dict[str, str], str]:
        response = await jp_fetch("api", "terminals", method="POST", body=json.dumps(body))
        names.append(json.loads(response.body)["name"])
        shell = jp_serverapp.web_app.settings["terminal_manager"].terminals[names[-1]].ptyproc.pid
        process = Path("/proc", str(shell))
        await until(lambda: str(LAUNCHER) not in (process / "cmdline").read_text())
        words = (process / "environ").read_bytes().decode().split("\0")
        return dict(each.split("=", 1) for each in words if "=" in each), os.readlink(process / "fd/0")

    async def end() -> None:
        for name in names:
            await jp_fetch("api", "terminals", name, method="DELETE")

    yield start
    jp_asyncio_loop.run_until_complete(end())


async def test_programs_ask_in_terminals_while_the_desktop_runs(watching_api: Api, terminal: Any) -> None:
    api = watching_api
    before, _ = await terminal()
    await api("POST", "default", "start")
    display = (await api.until("default", "running"))["display"]
    await until(lambda: os.environ.get("DISPLAY") == display)
    environment, tty = await terminal()
    assert environment == {**environment, **VARIABLES, "GIT_ASKPASS": "", "GPG_TTY": tty, "DISPLAY": display}
    without, _ = await terminal(extra_env={"DISPLAY": None, "XAUTHORITY": None})
    assert not {"DISPLAY", "XAUTHORITY"} & without.keys(), "as JupyterLab asks for a terminal without windows"
    await api("POST", "default", "stop")
    await until(lambda: "XAUTHORITY" not in os.environ)
    after, _ = await terminal()
    assert after.keys() == before.keys()
    assert not {"BROWSER", "GPG_TTY", "GIT_ASKPASS"} & after.keys()

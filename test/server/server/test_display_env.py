"""New kernels and terminals get DISPLAY, XAUTHORITY and PULSE_SERVER of the default desktop while it runs."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.extension.application import ExtensionApp
from support.api import Api
from support.waiting import until
from support.xclient import x_setup
from traitlets.config import Config

from jupyter_vnc_proxy.desktops.display_number import remembered
from jupyter_vnc_proxy.server import display_env
from jupyter_vnc_proxy.server.desktop_watcher import DesktopChange
from jupyter_vnc_proxy.server.display_env import DisplayEnvironment

NAMES = ("DISPLAY", "XAUTHORITY")


@pytest.fixture(autouse=True, params=["/usr/bin/pulseaudio"])
def sound_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PulseAudio is installed, or is not."""
    monkeypatch.setattr(display_env, "server_program", lambda: request.param)


def model(phase: str, display: str | None = None) -> Any:
    return {"name": "default", "phase": phase, "display": display, "xauthority": "/run/default/Xauthority"}


OURS = {
    "DISPLAY": ":5",
    "XAUTHORITY": "/run/default/Xauthority",
    "PULSE_SERVER": "unix:/run/default/pcm.sock",
    "SSH_ASKPASS_REQUIRE": "never",
}
BEFORE_IT_RUNS = [{}, {"DISPLAY": ":0"}, {"DISPLAY": ":0", "XAUTHORITY": "/home/me/.Xauthority"}]


@pytest.mark.parametrize("before", BEFORE_IT_RUNS)
@pytest.mark.parametrize("after", [model("stopped"), model("failed"), None])
def test_variables_are_set_while_the_desktop_runs_and_restored_afterwards(before: dict[str, str], after: Any) -> None:
    environment = {"OTHER": "1", **before}
    display_environment = DisplayEnvironment(environment)
    display_environment.desktop_changed(DesktopChange("default", None, model("starting", ":5")))
    assert environment == {"OTHER": "1", **OURS}
    display_environment.desktop_changed(DesktopChange("default", model("starting", ":5"), model("running", ":5")))
    assert environment == {"OTHER": "1", **OURS}
    display_environment.desktop_changed(DesktopChange("default", model("running", ":5"), model("running", ":6")))
    assert environment == {"OTHER": "1", **OURS, "DISPLAY": ":6"}
    display_environment.desktop_changed(DesktopChange("default", model("running", ":6"), after))
    assert environment == {"OTHER": "1", **before}
    display_environment.restore()
    assert environment == {"OTHER": "1", **before}


def test_a_kernel_that_starts_with_the_desktop_gets_the_display_that_it_will_have(tmp_path: Path) -> None:
    environment: dict[str, str] = {}
    starting: Any = {**model("starting"), "xauthority": str(tmp_path / "Xauthority")}
    DisplayEnvironment(environment).desktop_changed(DesktopChange("default", None, starting))
    first = environment["DISPLAY"]
    assert re.fullmatch(r":\d+", first)
    assert remembered(tmp_path) == first, "the runner takes the same"
    (tmp_path / "display").write_text(":4711\n")
    DisplayEnvironment(environment).desktop_changed(DesktopChange("default", None, starting))
    assert environment["DISPLAY"] == ":4711"


@pytest.mark.parametrize("sound_server", [None], indirect=True)
def test_without_a_sound_server_programs_keep_theirs() -> None:
    environment = {"PULSE_SERVER": "tcp:elsewhere"}
    display_environment = DisplayEnvironment(environment)
    display_environment.desktop_changed(DesktopChange("default", None, model("running", ":5")))
    assert environment["PULSE_SERVER"] == "tcp:elsewhere"
    display_environment.restore()
    assert environment == {"PULSE_SERVER": "tcp:elsewhere"}


def test_ssh_asks_where_its_user_is_unless_he_wants_otherwise() -> None:
    environment = {"SSH_ASKPASS_REQUIRE": "force"}
    display_environment = DisplayEnvironment(environment)
    display_environment.desktop_changed(DesktopChange("default", None, model("running", ":5")))
    assert environment["SSH_ASKPASS_REQUIRE"] == "force"
    display_environment.restore()
    assert environment == {"SSH_ASKPASS_REQUIRE": "force"}


def test_another_desktop_changes_nothing() -> None:
    environment = {"DISPLAY": ":0"}
    display_environment = DisplayEnvironment(environment)
    display_environment.desktop_changed(DesktopChange("work", None, model("running", ":5")))
    display_environment.desktop_changed(DesktopChange("work", model("running", ":5"), None))
    assert environment == {"DISPLAY": ":0"}
    display_environment.desktop_changed(DesktopChange("default", None, model("running", ":6")))
    display_environment.desktop_changed(DesktopChange("work", model("running", ":5"), model("stopped")))
    assert environment["DISPLAY"] == ":6"


# -- a real server, with real kernels and terminals -----------------------------------------------------------------


@pytest.fixture
def jp_server_config(jp_server_config: Config) -> Config:
    """The same server, with terminals."""
    jp_server_config.ServerApp.jpserver_extensions["jupyter_server_terminals"] = True
    return jp_server_config


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start with another display in the environment."""
    monkeypatch.setenv("DISPLAY", ":4242")
    monkeypatch.delenv("XAUTHORITY", raising=False)


@pytest.fixture
def api(environment: None, watching_api: Api) -> Api:
    return watching_api


class Programs:
    """Starts kernels and terminals, and reads their environment."""

    def __init__(self, fetch: Any, server: Any) -> None:
        self._fetch = fetch
        self._server = server
        self._made: list[tuple[str, str, str]] = []

    async def _post(self, kind: str) -> dict[str, Any]:
        response = await self._fetch("api", kind, method="POST", body="{}")
        made: dict[str, Any] = json.loads(response.body)
        self._made.append(("api", kind, made["id" if kind == "kernels" else "name"]))
        return made

    async def kernel(self) -> dict[str, str]:
        """Start a kernel and return the two variables in its environment."""
        made = await self._post("kernels")
        return variables(self._server.kernel_manager.get_kernel(made["id"]).provisioner.pid)

    async def terminal(self) -> dict[str, str]:
        """Start a terminal and return the two variables in its shell's environment."""
        made = await self._post("terminals")
        return variables(self._server.web_app.settings["terminal_manager"].terminals[made["name"]].ptyproc.pid)

    async def close(self) -> None:
        """End all kernels and terminals."""
        for parts in self._made:
            await self._fetch(*parts, method="DELETE")


@pytest.fixture
def programs(
    api: Api, jp_fetch: Any, jp_serverapp: Any, jp_asyncio_loop: asyncio.AbstractEventLoop
) -> Iterator[Programs]:
    made = Programs(jp_fetch, jp_serverapp)
    yield made
    jp_asyncio_loop.run_until_complete(made.close())


def variables(pid: int) -> dict[str, str]:
    """Return DISPLAY and XAUTHORITY from a process's environment."""
    pairs = (word.decode().partition("=") for word in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"))
    return {name: value for name, _, value in pairs if name in NAMES}


def ours() -> dict[str, str]:
    return {name: os.environ[name] for name in NAMES if name in os.environ}


BEFORE = {"DISPLAY": ":4242"}


async def test_new_kernels_and_terminals_get_the_default_desktops_display(
    api: Api, programs: Programs, runtime: Path
) -> None:
    assert await programs.kernel() == BEFORE
    await api("POST", "default", "start")
    display = (await api.until("default", "running"))["display"]
    expected = {"DISPLAY": display, "XAUTHORITY": str(runtime / "default" / "Xauthority")}
    await until(lambda: ours() == expected)
    assert await programs.kernel() == await programs.terminal() == expected
    assert welcome(expected)
    await api("POST", "default", "stop")
    await until(lambda: ours() == BEFORE)
    assert await programs.terminal() == BEFORE


def welcome(environment: dict[str, str]) -> bool:
    """Return whether the display accepts a program with this environment."""
    cookie = Path(environment["XAUTHORITY"]).read_bytes()[-16:]
    return x_setup(environment["DISPLAY"], cookie) == 1


async def test_a_kernel_that_is_made_while_the_desktop_starts_reaches_it(
    api: Api, programs: Programs, runtime: Path
) -> None:
    await api("POST", "default", "start")
    await until(lambda: "XAUTHORITY" in ours())
    early = await programs.kernel()
    display = (await api.until("default", "running"))["display"]
    assert early == {"DISPLAY": display, "XAUTHORITY": str(runtime / "default" / "Xauthority")}
    await api("POST", "default", "restart")
    assert (await api.until("default", "running"))["display"] == display
    assert welcome(early)


async def test_kernels_do_not_get_the_display_of_another_desktop(api: Api, programs: Programs, vnc: Any) -> None:
    await api("POST", body={"name": "work"})
    await api.until("work", "running")
    vnc.watcher.poll()
    assert ours() == BEFORE
    assert await programs.kernel() == BEFORE


async def test_stopping_the_server_restores_its_environment(api: Api, vnc: Any) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    await until(lambda: ours().get("DISPLAY") != ":4242")
    await vnc.stop_extension()
    assert ours() == BEFORE


@pytest.mark.parametrize("vnc_traits", [{"export_display": False}])
async def test_export_display_disables_it(api: Api, programs: Programs, vnc: Any) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    vnc.watcher.poll()
    assert ours() == BEFORE
    assert await programs.terminal() == BEFORE


@pytest.fixture
def older_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jupyter Server before 2.16, which does not tell extensions that it has started."""
    monkeypatch.delattr(ExtensionApp, "_start_jupyter_server_extension", raising=False)


async def test_an_older_server_watches_its_desktops_too(
    environment: None, older_server: None, vnc: Any, jp_fetch: Any
) -> None:
    api = Api(jp_fetch)
    await api("POST", "default", "start")
    model = await api.until("default", "running")
    await until(lambda: ours().get("DISPLAY") == model["display"])

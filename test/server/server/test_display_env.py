"""New kernels and terminals see the default desktop: DISPLAY and XAUTHORITY, while it runs and no longer."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.api import Api
from support.waiting import until
from support.xclient import x_setup
from traitlets.config import Config

from jupyter_vnc_proxy.server.desktop_watcher import Change
from jupyter_vnc_proxy.server.display_env import DisplayExport

NAMES = ("DISPLAY", "XAUTHORITY")


def model(phase: str, display: str | None = None) -> Any:
    return {"name": "default", "phase": phase, "display": display, "xauthority": "/run/default/Xauthority"}


OURS = {"DISPLAY": ":5", "XAUTHORITY": "/run/default/Xauthority"}


@pytest.mark.parametrize("before", [{}, {"DISPLAY": ":0"}, {"DISPLAY": ":0", "XAUTHORITY": "/home/me/.Xauthority"}])
@pytest.mark.parametrize("after", [model("stopped"), model("failed"), model("starting"), None])
def test_they_are_set_while_it_runs_and_put_back(before: dict[str, str], after: Any) -> None:
    environment = {"OTHER": "1", **before}
    export = DisplayExport(environment)
    export.desktop_changed(Change("default", None, model("starting")))
    assert environment == {"OTHER": "1", **before}
    export.desktop_changed(Change("default", model("starting"), model("running", ":5")))
    assert environment == {"OTHER": "1", **OURS}
    export.desktop_changed(Change("default", model("running", ":5"), model("running", ":6")))
    assert environment == {"OTHER": "1", **OURS, "DISPLAY": ":6"}
    export.desktop_changed(Change("default", model("running", ":6"), after))
    assert environment == {"OTHER": "1", **before}
    export.restore()
    assert environment == {"OTHER": "1", **before}


def test_another_desktop_changes_nothing() -> None:
    environment = {"DISPLAY": ":0"}
    export = DisplayExport(environment)
    export.desktop_changed(Change("work", None, model("running", ":5")))
    export.desktop_changed(Change("work", model("running", ":5"), None))
    assert environment == {"DISPLAY": ":0"}
    export.desktop_changed(Change("default", None, model("running", ":6")))
    export.desktop_changed(Change("work", model("running", ":5"), model("stopped")))
    assert environment["DISPLAY"] == ":6"


# -- a real server, with real kernels and terminals -----------------------------------------------------------------


@pytest.fixture
def jp_server_config(jp_server_config: Config) -> Config:
    """The same server, with terminals."""
    jp_server_config.ServerApp.jpserver_extensions["jupyter_server_terminals"] = True
    return jp_server_config


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process was started with: another display."""
    monkeypatch.setenv("DISPLAY", ":4242")
    monkeypatch.delenv("XAUTHORITY", raising=False)


@pytest.fixture
def api(environment: None, vnc: Any, jp_fetch: Any, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Api:
    """A server that watches, as one that was not made by a test does from its start on."""

    async def start() -> None:
        vnc.watcher.start()

    jp_asyncio_loop.run_until_complete(start())
    return Api(jp_fetch)


class Programs:
    """What people start in Jupyter, and how its environment looks."""

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
        """The same for a terminal's shell."""
        made = await self._post("terminals")
        return variables(self._server.web_app.settings["terminal_manager"].terminals[made["name"]].ptyproc.pid)

    async def close(self) -> None:
        """End them all."""
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
    """Return DISPLAY and XAUTHORITY as a process was given them."""
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
    """Tell whether the display lets a program in that has this environment."""
    cookie = Path(environment["XAUTHORITY"]).read_bytes()[-16:]
    return x_setup(environment["DISPLAY"], cookie) == 1


async def test_the_display_of_another_desktop_is_not_theirs(api: Api, programs: Programs, vnc: Any) -> None:
    await api("POST", body={"name": "work"})
    await api.until("work", "running")
    vnc.watcher.look()
    assert ours() == BEFORE
    assert await programs.kernel() == BEFORE


async def test_a_stopped_server_leaves_its_environment_as_it_was(api: Api, vnc: Any) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    await until(lambda: ours().get("DISPLAY") != ":4242")
    await vnc.stop_extension()
    assert ours() == BEFORE


@pytest.mark.parametrize("vnc_traits", [{"export_display": False}])
async def test_it_can_be_switched_off(api: Api, programs: Programs, vnc: Any) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    vnc.watcher.look()
    assert ours() == BEFORE
    assert await programs.terminal() == BEFORE

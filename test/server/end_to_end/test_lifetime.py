"""What happens to desktops when Jupyter servers end, with real servers and real desktops."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.processes import processes_of, running
from support.servers import Servers
from support.standins import BANNER
from support.waiting import wait_until

from jupyter_vnc_proxy.desktops.desktop import Desktop

MODULES = {"server": "jupyter_server", "lab": "jupyterlab"}


@pytest.fixture
def servers(runtime: Path) -> Iterator[Servers]:
    """Starts Jupyter servers of one user."""
    made = Servers(runtime)
    yield made
    made.close()
    wait_until(lambda: not processes_of(runtime), what="the desktops' end")


def lasting(model: dict[str, Any]) -> dict[str, Any]:
    """Return what of a desktop's model stays: its last step ends by itself after a while."""
    return {**model, "step": None}


def sleeper(runtime: Path) -> int:
    """Return the process id of the default desktop's session: what a person works in."""

    (pid,) = wait_until(lambda: running(runtime / "default", "sleep 1000"), what="the session's program")
    return pid


@pytest.mark.parametrize(
    ("app", "through", "how"),
    [
        *(("server", "rest", "SIGTERM"), ("server", "page", "SIGTERM"), ("lab", "page", "SIGTERM")),
        *(("server", "rest", "shutdown"), ("server", "page", "shutdown"), ("server", "page", "SIGINT")),
    ],
)
def test_a_clean_stop_ends_the_desktops(servers: Servers, runtime: Path, app: str, through: str, how: str) -> None:
    (server,) = servers.start(module=MODULES[app], extension=through == "rest")
    server.start_desktop()
    assert server.end(how) == 0
    wait_until(lambda: not processes_of(runtime), what="the end of all that ran")
    state = Desktop(runtime / "default").state()
    assert (state.phase, state.display, state.error) == ("stopped", None, None)
    assert not list(runtime.glob("*/*.sock"))
    assert not (runtime / "default" / "Xauthority").exists()
    assert server.complaints() == []


@pytest.mark.parametrize("through", ["rest", "page"])
def test_a_desktop_survives_its_servers_death_and_is_the_next_ones(
    servers: Servers, runtime: Path, through: str
) -> None:
    (first,) = servers.start(extension=through == "rest")
    model = first.start_desktop()
    desktop = Desktop(runtime / "default")
    runner, session = desktop.runner_pid(), sleeper(runtime)
    first.end("SIGKILL")
    assert desktop.runner_pid() == runner
    (second,) = servers.start()
    assert [lasting(each) for each in second.api("GET")] == [lasting(model)]
    assert second.banner() == BANNER
    assert (desktop.runner_pid(), sleeper(runtime)) == (runner, session)
    assert second.end("SIGTERM") == 0
    wait_until(lambda: not processes_of(runtime))
    assert desktop.state().phase == "stopped"


@pytest.mark.parametrize("through", ["rest", "page"])
def test_of_two_servers_the_last_to_stop_ends_the_desktop(servers: Servers, runtime: Path, through: str) -> None:
    first, second = servers.start(2, extension=through == "rest")
    model = first.start_desktop()
    assert lasting(second.start_desktop()) == lasting(model)
    assert first.end("SIGTERM") == 0
    assert [lasting(each) for each in second.api("GET")] == [lasting(model)]
    assert second.banner() == BANNER
    assert second.end("SIGTERM") == 0
    wait_until(lambda: not processes_of(runtime))


def test_a_desktop_may_outlive_a_clean_stop_and_ends_when_nobody_comes(servers: Servers, runtime: Path) -> None:
    (server,) = servers.start(extension=False, stop_with_server=False, orphan_timeout=3)
    server.start_desktop()
    began = time.monotonic()
    assert server.end("SIGTERM") == 0
    desktop = Desktop(runtime / "default")
    wait_until(lambda: not processes_of(runtime), what="the end of the orphan")
    assert time.monotonic() - began >= 3
    assert desktop.state().phase == "stopped"
    assert "stopping: it has had no Jupyter server for 3 s" in "\n".join(desktop.log("runner", 20)), "by itself"


def test_an_orphan_may_end_at_once(servers: Servers, runtime: Path) -> None:
    (server,) = servers.start(orphan_timeout=0)
    server.start_desktop()
    server.end("SIGKILL")
    wait_until(lambda: not processes_of(runtime), what="the end of the orphan")
    assert Desktop(runtime / "default").state().phase == "stopped"


def test_a_server_stops_a_desktop_that_nobody_touches(servers: Servers, runtime: Path) -> None:
    (server,) = servers.start(cull_idle_timeout=0.5)
    server.api("POST", "default", "start")  # it may be stopped again before anybody sees that it runs
    assert server.until("default", "stopped")["error"]["code"] == "unused"
    assert processes_of(runtime / "default") == {}
    assert server.end("SIGTERM") == 0

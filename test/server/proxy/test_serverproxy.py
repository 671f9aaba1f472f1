"""The jupyter-server-proxy entry point: its command includes the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from jupyter_server.serverapp import ServerApp
from traitlets import TraitError
from traitlets.config import Config

from jupyter_vnc_proxy.cli import parse
from jupyter_vnc_proxy.commands.desktop_options import read_desktop_options
from jupyter_vnc_proxy.options import HANDED_OVER, DesktopOptions, Geometry
from jupyter_vnc_proxy.proxy.serverproxy import setup_desktop
from jupyter_vnc_proxy.system.own_python import own_python


@pytest.fixture(autouse=True)
def server(runtime: Path) -> Iterator[ServerApp]:
    ServerApp.clear_instance()
    yield ServerApp.instance()
    ServerApp.clear_instance()


def command(unix_socket: str = "/run/s") -> list[str]:
    """Return the command as jupyter-server-proxy formats it."""
    return [word.format(unix_socket=unix_socket, port=0, base_url="/") for word in setup_desktop()["command"]]


def options() -> DesktopOptions:
    """Return the options that the page server gets, as jupyter-server-proxy formats them."""
    text = setup_desktop()["environment"][HANDED_OVER].format(unix_socket="/run/s", port=0, base_url="/")
    given = DesktopOptions.from_text(text)
    return read_desktop_options(parse(command()[len(own_python("jupyter_vnc_proxy")) :]), given)


def test_it_is_found_by_its_entry_point() -> None:
    (entry,) = entry_points(group="jupyter_serverproxy_servers", name="vnc")
    assert entry.load() is setup_desktop


def test_by_default_it_serves_the_default_options_on_the_given_socket() -> None:
    argv = command()
    assert argv[: argv.index("serve")] == list(own_python("jupyter_vnc_proxy"))
    assert "--unix-socket=/run/s" in argv
    assert "--orphan-timeout=600" in argv
    assert "--keep" not in argv
    assert options() == DesktopOptions()


def test_it_listens_on_a_unix_socket_and_adds_no_launcher_tile() -> None:
    settings = setup_desktop()
    assert settings["unix_socket"] is True
    assert settings["launcher_entry"] == {"enabled": False, "title": "Desktop"}
    assert settings["timeout"] > 5


def test_the_command_includes_the_traits(server: ServerApp) -> None:
    server.config = Config(
        {
            "VncProxy": {
                "backend": "x11vnc",
                "transport": "native",
                "session": "mate",
                "geometry": "800x600",
                "runtime_dir": "/run/mine",
                "orphan_timeout": 5.5,
                "stop_with_server": False,
                "start_timeout": 7,
            }
        }
    )
    argv = command()
    assert {"--keep", "--orphan-timeout=5.5", "--runtime-dir=/run/mine"} <= set(argv)
    assert options() == DesktopOptions(
        backend="x11vnc", transport="native", session="mate", geometry=Geometry(800, 600), start_timeout=7
    )


def test_the_command_includes_the_environment_which_traits_override(
    server: ServerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("BACKEND", "x11vnc"), ("TRANSPORT", "native"), ("SESSION", "lxqt"), ("GEOMETRY", "640x480")):
        monkeypatch.setenv(f"JUPYTER_VNC_{name}", value)
    assert options() == DesktopOptions("x11vnc", "native", "lxqt", geometry=Geometry(640, 480))
    server.config = Config({"VncProxy": {"session": "mate"}})
    assert options().session == "mate"


def test_no_other_user_sees_options_in_the_command(server: ServerApp) -> None:
    server.config = Config({"VncProxy": {"session_command": ["app", "tell-nobody"], "backend_options": {"x": "hush"}}})
    assert options().session_command == ("app", "tell-nobody")
    assert options().extra == {"x": "hush"}
    assert not [word for word in command() if "tell-nobody" in word or "hush" in word]


def test_a_session_command_with_braces_is_escaped(server: ServerApp) -> None:
    wanted = ("sh", "-c", 'echo ${HOME} {port} {{x}} "%s"', "", "--", "-x", "ä")
    server.config = Config({"VncProxy": {"session_command": list(wanted)}})
    assert options().session_command == wanted


def test_an_invalid_geometry_is_refused(monkeypatch: pytest.MonkeyPatch, server: ServerApp) -> None:
    server.config = Config({"VncProxy": {"geometry": "huge"}})
    with pytest.raises(TraitError, match="geometry 'huge'"):
        setup_desktop()

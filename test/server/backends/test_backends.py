"""The plan of each backend: its programs, its processes, their arguments, its properties."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jupyter_vnc_proxy.backends import (
    all_backends,
    base,
    choose,
    plan_of,
    x_servers,
)
from jupyter_vnc_proxy.backends.base import DISPLAY, Paths, Step
from jupyter_vnc_proxy.options import DesktopOptions, Geometry
from jupyter_vnc_proxy.system.own_python import own_python
from jupyter_vnc_proxy.system.process import PIPE, REPORTS, Listens, WritesLine

PATHS = Paths(Path("/run/d"), Path("/run/d/rfb.sock"), Path("/run/d/Xauthority"))

HD = Geometry(1280, 720)

REQUIRED = {"rdp": {"rdp_host": "pc.example.org"}}

WAYS = [(name, transport) for name, each in all_backends().items() for transport in each.transports]


def steps(backend: str, transport: str = "direct", geometry: Geometry = HD, **extra: str) -> dict[str, Step]:
    options = DesktopOptions(backend=backend, transport=transport, geometry=geometry, extra=extra)
    return {step.name: step for step in plan_of(choose(options), options, PATHS).steps}


def has(argv: tuple[str, ...], *words: str) -> bool:
    """Tell whether ``words`` stand in ``argv`` one after the other."""
    return any(argv[start : start + len(words)] == words for start in range(len(argv)))


def test_tigervnc_is_one_process() -> None:
    (step,) = steps("tigervnc").values()
    argv = step.argv
    assert Path(argv[0]).name in ("Xtigervnc", "Xvnc")
    for words in (
        ("-displayfd", PIPE),
        ("-auth", "/run/d/Xauthority"),
        ("-rfbunixpath", "/run/d/rfb.sock"),
        ("-rfbunixmode", "0600"),
        ("-rfbport", "-1"),
        ("-nolisten", "tcp"),
        ("-SecurityTypes", "None"),
        ("-UseBlacklist=0",),
        ("-AlwaysShared",),
        ("-geometry", "1280x720"),
        ("-depth", "24"),
        ("-noreset",),
    ):
        assert has(argv, *words), words
    assert step.ready == WritesLine()


def test_x11vnc_looks_at_an_xvfb_of_its_own() -> None:
    display, vnc = steps("x11vnc").values()
    words: tuple[str, ...]
    for words in (
        ("Xvfb", "-displayfd", PIPE),
        ("-auth", "/run/d/Xauthority"),
        ("-nolisten", "tcp"),
        ("-noreset",),
        ("+extension", "RANDR"),
    ):
        assert has(display.argv, *words), words
    for words in (
        ("x11vnc", "-display", DISPLAY),
        ("-auth", "/run/d/Xauthority"),
        ("-unixsock", "/run/d/rfb.sock"),
        ("-rfbport", "0", "-rfbportv6", "-1"),
        ("-forever",),
        ("-shared",),
        ("-norc",),
        ("-noremote",),
        ("-nocmds",),
        ("-xrandr", "newfbsize"),
    ):
        assert has(vnc.argv, *words), words
    assert vnc.after == ("display",)
    assert vnc.ready == Listens(PATHS.rfb_socket)


def test_x11vnc_looks_at_an_xorg_that_touches_no_hardware_where_that_is_asked_for() -> None:
    display, vnc = steps("x11vnc", xserver="xdummy").values()
    assert vnc == steps("x11vnc")["vnc"]
    assert display.argv[0] != "/usr/bin/Xorg"
    ((file, text),) = display.files.items()
    for words in (
        ("-displayfd", PIPE),
        ("-auth", "/run/d/Xauthority"),
        ("-config", str(file)),
        ("-logfile", "/run/d/log/xorg.log"),
        ("-novtswitch", "-sharevts"),
        ("-nolisten", "tcp"),
        ("-noreset",),
    ):
        assert has(display.argv, *words), words
    for line in ('Driver "dummy"', 'Option "AutoAddDevices" "false"', 'Option "AutoAddGPU" "false"'):
        assert line in text
    assert file.parent == PATHS.directory
    assert file.suffix != ".conf"


def test_sway_has_no_screen_and_wayvnc_looks_at_it() -> None:
    display, vnc = steps("wayland", "wayvnc").values()
    assert has(display.argv, *own_python("jupyter_vnc_proxy.backends.programs.sway"), "--displayfd", PIPE)
    assert (display.environment["WLR_BACKENDS"], display.environment["WLR_RENDERER"]) == ("headless", "pixman")
    assert display.environment["XDG_RUNTIME_DIR"] == vnc.environment["XDG_RUNTIME_DIR"]
    ((file, text),) = display.files.items()
    assert has(display.argv, "--config", str(file))
    assert "output HEADLESS-1 resolution 1280x720" in text
    assert has(vnc.argv, "--unix-socket", "/run/d/rfb.sock")
    assert vnc.ready == Listens(PATHS.rfb_socket)


@pytest.mark.parametrize("backend", ["stream", "x11vnc"])
def test_xvnc_is_a_display_that_takes_nothing_but_sizes_from_vnc_clients(backend: str) -> None:
    display = steps(backend, xserver="xvnc")["display"]
    assert Path(display.argv[0]).name in ("Xtigervnc", "Xvnc")
    for words in (
        ("-displayfd", PIPE),
        ("-auth", "/run/d/Xauthority"),
        ("-geometry", "1280x720"),
        ("-nolisten", "tcp"),
        ("-rfbport", "-1"),
        ("-rfbunixpath", "/run/d/x11.sock"),
        ("-rfbunixmode", "0600"),
        ("-SecurityTypes", "None"),
        ("-AcceptKeyEvents=0",),
        ("-AcceptPointerEvents=0",),
        ("-AcceptCutText=0",),
        ("-SendCutText=0",),
        ("-noreset",),
    ):
        assert has(display.argv, *words), words


@pytest.mark.parametrize("backend", ["stream", "x11vnc"])
@pytest.mark.parametrize(
    ("xserver", "through", "socket"),
    [("xvnc", "rfb", "x11.sock"), ("xvfb", "randr", ""), ("xdummy", "randr", "")],
)
def test_the_x_server_decides_how_there_are_several_monitors(
    backend: str, xserver: str, through: str, socket: str
) -> None:
    options = DesktopOptions(backend=backend, extra={"xserver": xserver})
    plan = plan_of(choose(options), options, PATHS)
    assert (plan.monitors_through, plan.monitors_socket) == (through, socket)


def only(monkeypatch: pytest.MonkeyPatch, directory: Path, **scripts: str) -> None:
    """Have these programs in ``PATH``, shell scripts each, and no others."""
    directory.mkdir()
    for name, script in scripts.items():
        (directory / name).write_text(f"#!/bin/sh\n{script}\n")
        (directory / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(directory))
    monkeypatch.setattr(base, "search_path", lambda path: path)


TIGERVNC_HELP, TURBOVNC_HELP = (
    "echo '  rfbport\n  rfbunixpath'",
    "echo '-rfbport\n-rfbunixpath\n-deferupdate\n-maxclipboard'",
)


@pytest.mark.parametrize("backend", ["stream", "rdp"])
@pytest.mark.parametrize(
    ("programs", "chosen"),
    [
        ({"Xtigervnc": "exit 1", "Xvfb": ""}, "Xtigervnc"),
        ({"Xvnc": TIGERVNC_HELP, "Xvfb": ""}, "Xvnc"),
        ({"Xvnc": "echo rfbport", "Xvfb": ""}, "Xvfb"),
        ({"Xvnc": TURBOVNC_HELP, "Xvfb": ""}, "Xvfb"),
        ({"Xvfb": ""}, "Xvfb"),
        ({}, "Xvfb"),
    ],
)
def test_the_display_of_stream_is_tigervncs_xvnc_if_it_is_installed_and_else_xvfb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: str, programs: dict[str, str], chosen: str
) -> None:
    only(monkeypatch, tmp_path / "bin", **programs)
    options = DesktopOptions(backend=backend, extra=REQUIRED.get(backend, {}))
    plan = plan_of(choose(options), options, PATHS)
    assert Path(plan.steps[0].argv[0]).name == chosen
    needed = [name for program in choose(options).programs(options) for name in program.names]
    assert chosen in needed
    assert {"Xtigervnc", "Xvfb"} - {chosen} - {*needed}, "only one of them is needed"


def test_stream_captures_a_display_of_its_own() -> None:
    display, vnc = steps("stream", xserver="xvfb").values()
    assert Path(display.argv[0]).name == "Xvfb"
    assert has(vnc.argv, *own_python("jupyter_vnc_proxy.stream"))
    for words in (
        ("--display-from-stdin",),
        ("--xauthority", "/run/d/Xauthority"),
        ("--unix-socket", "/run/d/rfb.sock"),
        ("--status-fd", REPORTS),
        ("--displayfd", PIPE),
    ):
        assert has(vnc.argv, *words), words
    assert vnc.after == () and vnc.asks_display
    assert vnc.ready == WritesLine()


def test_wayland_is_one_process_and_the_session_too() -> None:
    (step,) = steps("wayland").values()
    assert has(step.argv, *own_python("jupyter_vnc_proxy.stream"))
    for words in (
        ("--wayland",),
        ("--displayfd", PIPE),
        ("--geometry", "1280x720"),
        ("--xauthority", "/run/d/Xauthority"),
        ("--unix-socket", "/run/d/rfb.sock"),
    ):
        assert has(step.argv, *words), words
    assert step.ready == WritesLine()
    assert step.session == "weston"


@pytest.mark.parametrize("backend", ["tigervnc", "x11vnc"])
def test_websockify_stands_between_two_unix_sockets(backend: str) -> None:
    step = steps(backend, "websockify")["websockify"]
    assert has(step.argv, *own_python("websockify"))
    for words in (
        ("--unix-listen", "/run/d/rfb.sock"),
        ("--unix-listen-mode", "0600"),
        ("--unix-target", "/run/d/vnc.sock"),
    ):
        assert has(step.argv, *words), words
    assert step.ready == Listens(PATHS.rfb_socket)
    server = "vnc" if backend == "x11vnc" else "display"
    assert "/run/d/vnc.sock" in steps(backend, "websockify")[server].argv


@pytest.mark.parametrize(("backend", "transport"), WAYS)
def test_every_way_holds_to_the_rules(backend: str, transport: str) -> None:
    options = DesktopOptions(backend=backend, transport=transport, extra=REQUIRED.get(backend, {}))
    chosen = choose(options)
    plan = plan_of(chosen, options, PATHS)
    made = plan.steps
    names = [step.name for step in made]
    assert len(set(names)) == len(names)
    assert names[0] == "display"
    for step in made:
        assert set(step.after) <= set(names[: names.index(step.name)])
        assert step.umask == (-1 if step.session else 0o077)
        assert all(isinstance(word, str) and word for word in step.argv)
    display = made[0]
    if backend != "wayland":
        assert has(display.argv, "-displayfd", PIPE)
        assert has(display.argv, "-nolisten", "tcp")
        assert has(display.argv, "-auth", str(PATHS.xauthority))
    assert sum(str(PATHS.rfb_socket) in step.argv for step in made) == 1
    assert plan.speaks == ("rfb" if transport in ("direct", "wayvnc") else "websocket")
    raw = plan.raw_socket
    assert sum(str(PATHS.directory / raw) in step.argv for step in made) in (1, 2)
    assert (raw == "rfb.sock") == (transport != "websockify")
    assert plan.resize == ("rest" if backend == "x11vnc" or transport == "wayvnc" else "rfb")
    assert plan.resize_through == ("sway" if transport == "wayvnc" else "randr")
    assert plan.x_screenshots == (backend != "wayland")
    assert plan.full_chroma == (
        (backend, transport) in (("stream", "direct"), ("wayland", "direct"), ("rdp", "direct"))
    )


@pytest.mark.parametrize("backend", ["stream", "tigervnc", "wayland", "x11vnc"])
def test_a_step_does_not_depend_on_what_was_asked_before(backend: str) -> None:
    assert steps(backend) == steps(backend)


GIB = 1 << 30


@pytest.mark.parametrize(
    ("memory", "screen"),
    [
        (64 * GIB, Geometry(5120, 3840)),
        (10 * GIB, Geometry(5120, 3840)),
        (8 * GIB, Geometry(5120, 2880)),
        (4 * GIB, Geometry(3840, 2160)),
        (GIB, Geometry(3840, 2160)),
    ],
)
def test_a_virtual_screen_is_as_large_as_the_memory_allows(memory: int, screen: Geometry) -> None:
    assert x_servers.virtual_screen(memory) == screen


def test_a_virtual_screen_is_large_enough_for_what_was_asked_and_no_larger_than_can_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(x_servers, "memory_limit", lambda: GIB)
    for geometry, screen in (
        (Geometry(64, 64), "3840x2160x24"),
        (Geometry(5000, 100), "5000x2160x24"),
        (Geometry(8192, 8192), "8192x8192x24"),
    ):
        assert has(steps("x11vnc", geometry=geometry)["display"].argv, "-screen", "0", screen)


def test_every_program_says_what_it_is_for_and_how_to_get_it() -> None:
    for backend in all_backends().values():
        for program in backend.programs(DesktopOptions()):
            assert program.purpose
            assert program.obstacle or re.search(
                r"apt-get install|pip install 'jupyter-vnc-proxy\[", program.install_command() or ""
            )

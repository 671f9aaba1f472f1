"""What each backend says: the programs, the processes, the switches that matter."""

from __future__ import annotations

import itertools
import re
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from support.standins import break_engine

from jupyter_vnc_proxy import backends
from jupyter_vnc_proxy.backends import AUTO, Backend, all_backends, choose, command_for, lacks, missing_programs, select
from jupyter_vnc_proxy.backends.base import DISPLAY, Paths, Step
from jupyter_vnc_proxy.backends.stream import Module
from jupyter_vnc_proxy.backends.tigervnc import TigervncBackend
from jupyter_vnc_proxy.backends.x11vnc import X11vncBackend
from jupyter_vnc_proxy.errors import InvalidOption
from jupyter_vnc_proxy.options import DesktopOptions, Geometry
from jupyter_vnc_proxy.system import environment, packages
from jupyter_vnc_proxy.system.process import PIPE, REPORTS, Listens, WritesLine

PATHS = Paths(Path("/run/d"), Path("/run/d/rfb.sock"), Path("/run/d/Xauthority"))

HD = Geometry(1280, 720)

REQUIRED = {"rdp": {"rdp_host": "pc.example.org"}}

WAYS = [(name, transport) for name, each in all_backends().items() for transport in each.transports]


def steps(backend: str, transport: str = "direct", geometry: Geometry = HD, **extra: str) -> dict[str, Step]:
    options = DesktopOptions(backend=backend, transport=transport, geometry=geometry, extra=extra)
    return {step.name: step for step in choose(options).steps(options, PATHS)}


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
        ("-screen", "0", "3840x2160x24"),
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
    assert has(display.argv, sys.executable, "-m", "jupyter_vnc_proxy.backends.programs.sway", "--displayfd", PIPE)
    assert (display.environment["WLR_BACKENDS"], display.environment["WLR_RENDERER"]) == ("headless", "pixman")
    assert display.environment["XDG_RUNTIME_DIR"] == vnc.environment["XDG_RUNTIME_DIR"]
    ((file, text),) = display.files.items()
    assert has(display.argv, "--config", str(file))
    assert "output HEADLESS-1 resolution 1280x720" in text
    assert has(vnc.argv, "--unix-socket", "/run/d/rfb.sock")
    assert vnc.ready == Listens(PATHS.rfb_socket)


def test_stream_looks_at_an_xvfb_of_its_own() -> None:
    display, vnc = steps("stream").values()
    assert Path(display.argv[0]).name == "Xvfb"
    assert vnc.argv[:3] == (sys.executable, "-m", "jupyter_vnc_proxy.stream")
    for words in (
        ("--display", DISPLAY),
        ("--xauthority", "/run/d/Xauthority"),
        ("--unix-socket", "/run/d/rfb.sock"),
        ("--status-fd", REPORTS),
    ):
        assert has(vnc.argv, *words), words
    assert vnc.after == ("display",)
    assert vnc.ready == Listens(PATHS.rfb_socket)


def test_wayland_is_one_process_and_the_session_too() -> None:
    (step,) = steps("wayland").values()
    assert step.argv[:3] == (sys.executable, "-m", "jupyter_vnc_proxy.stream")
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


def test_a_module_that_is_not_installed_is_missing_with_the_command_that_brings_it() -> None:
    module = Module(("no_such_module_anywhere",), "the picture")
    assert module.find() is None
    assert module.install_command() == f"{sys.executable} -m pip install 'jupyter-vnc-proxy[stream]'"
    assert Module(("numpy",), "the picture").find() is not None


def test_a_module_that_is_damaged_is_installed_anew(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (runtime / "damaged.so").write_bytes(b"This is no library. " * 100)
    monkeypatch.syspath_prepend(runtime)
    module = Module(("damaged",), "the picture", libraries={"apt": "libraries"})
    assert module.find() is None
    assert "invalid ELF header" in (module.problem() or "")
    assert module.install_command() == f"{sys.executable} -m pip install --force-reinstall damaged"


@pytest.mark.parametrize("backend", ["tigervnc", "x11vnc"])
def test_websockify_stands_between_two_unix_sockets(backend: str) -> None:
    step = steps(backend, "websockify")["websockify"]
    assert step.argv[:3] == (sys.executable, "-m", "websockify")
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
    made = list(chosen.steps(options, PATHS))
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
    assert chosen.speaks(options) == ("rfb" if transport in ("direct", "wayvnc") else "websocket")
    raw = chosen.raw_socket(options)
    assert sum(str(PATHS.directory / raw) in step.argv for step in made) in (1, 2)
    assert (raw == "rfb.sock") == (transport != "websockify")


@pytest.mark.parametrize("backend", ["stream", "tigervnc", "wayland", "x11vnc"])
def test_a_step_does_not_depend_on_what_was_asked_before(backend: str) -> None:
    assert steps(backend) == steps(backend)


def test_a_virtual_screen_is_large_enough_for_what_was_asked_and_no_larger_than_can_be() -> None:
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


@pytest.fixture
def bare(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any program but those that a test puts into this directory."""
    programs = runtime / "bin"
    programs.mkdir()
    monkeypatch.setattr(environment, "SYSTEM_PATH", (str(programs),))
    monkeypatch.setenv("PATH", str(programs))
    return programs


def install(directory: Path, *names: str) -> None:
    for name in names:
        (directory / name).write_text("#!/bin/sh\n")
        (directory / name).chmod(0o755)


@pytest.fixture
def broken_engine(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pixelflux is installed, and one of the libraries that it needs is not."""
    directory = runtime / "engine"
    directory.mkdir()
    break_engine(directory)
    monkeypatch.syspath_prepend(directory)


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra with pixelflux and numpy is not installed."""
    monkeypatch.setattr("jupyter_vnc_proxy.backends.stream.find_module", lambda name: None)


PIP = f"{sys.executable} -m pip install 'jupyter-vnc-proxy[stream]'"
APT_LIBRARIES = str(packages.install_command({"apt": "libgbm1 libpixman-1-0 libxkbcommon0"}))


def test_auto_takes_the_best_that_can_run_without_a_word(bare: Path) -> None:
    install(bare, "Xvfb", "Xvnc", "x11vnc")
    backend, notes = select(DesktopOptions())
    assert (backend.name, notes) == (AUTO[0], [])
    assert AUTO[0] == "stream"
    assert select(DesktopOptions(transport="websockify"))[1] == []
    assert choose(DesktopOptions(transport="websockify")).name == "tigervnc"
    assert choose(DesktopOptions(transport="native")).name == "x11vnc"


@pytest.mark.usefixtures("broken_engine")
def test_auto_goes_on_where_the_engine_cant_be_loaded_and_says_why(bare: Path) -> None:
    install(bare, "Xvfb", "x11vnc")
    assert choose(DesktopOptions()).name == "x11vnc"
    install(bare, "Xvnc")
    backend, (note,) = select(DesktopOptions())
    assert backend.name == "tigervnc"
    assert note == (
        "TigerVNC runs in place of Xvfb + stream: pixelflux (capture and H.264) can't be loaded: libgbm.so.9 "
        f"is missing. To mend it: {APT_LIBRARIES}"
    )


@pytest.mark.usefixtures("no_engine")
def test_auto_goes_on_where_the_engine_is_not_installed_and_says_how_to_get_it(bare: Path) -> None:
    install(bare, "Xvnc")
    backend, (note,) = select(DesktopOptions())
    assert backend.name == "tigervnc"
    assert "numpy (the picture's arithmetic) and pixelflux (capture and H.264) are not installed." in note
    assert note.endswith(f"To mend it: {packages.install_command({'apt': 'xvfb'})} && {PIP}")


def test_where_nothing_can_run_auto_takes_what_lacks_least(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose(DesktopOptions()).name == "stream"
    monkeypatch.setattr("jupyter_vnc_proxy.backends.stream.find_module", lambda name: None)
    assert choose(DesktopOptions()).name == "tigervnc"


@pytest.mark.usefixtures("broken_engine")
def test_a_backend_that_was_named_is_taken_and_what_it_lacks_is_told_with_one_command(bare: Path) -> None:
    install(bare, "Xvnc")
    options = DesktopOptions(backend="stream")
    backend, notes = select(options)
    missing = missing_programs(backend, options)
    assert (backend.name, notes) == ("stream", [])
    assert lacks(missing) == (
        "Xvfb (the display) is not installed. pixelflux (capture and H.264) can't be loaded: libgbm.so.9 is missing."
    )
    assert command_for(missing) == APT_LIBRARIES.replace("libgbm1", "xvfb libgbm1")


def test_what_is_missing_is_named(bare: Path) -> None:
    options = DesktopOptions(backend="x11vnc")
    assert [each.names[0] for each in missing_programs(choose(options), options)] == ["Xvfb", "x11vnc"]
    install(bare, "Xvfb")
    assert [each.names[0] for each in missing_programs(choose(options), options)] == ["x11vnc"]


def test_an_unknown_backend_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(
        InvalidOption, match=r"no backend 'nope'; choose one of auto, rdp, stream, tigervnc, wayland, x11vnc"
    ) as raised:
        choose(DesktopOptions(backend="nope"))
    assert raised.value.code == "unknown-backend"


@pytest.mark.parametrize(
    ("backend", "transport"), [("auto", "nope"), ("tigervnc", "native"), ("x11vnc", ""), ("tigervnc", "nope")]
)
def test_a_transport_that_a_backend_lacks_is_refused(backend: str, transport: str) -> None:
    with pytest.raises(InvalidOption) as raised:
        choose(DesktopOptions(backend=backend, transport=transport))
    assert raised.value.code == "unknown-transport"


class Foreign(TigervncBackend):
    """What another package might add."""

    name = "foreign"


class Clashing(X11vncBackend):
    name = "tigervnc"


def test_another_package_can_add_a_backend_and_break_none(monkeypatch: pytest.MonkeyPatch) -> None:
    targets = ["test_backends:Foreign", "test_backends:Clashing", "nowhere:Thing", "pathlib:Path"]
    points = [
        EntryPoint(f"p{n}", target, backends.GROUP) for n, target in zip(itertools.count(), targets, strict=False)
    ]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)
    found = all_backends()
    assert set(found) == {"rdp", "stream", "tigervnc", "wayland", "x11vnc", "foreign"}
    assert isinstance(found["tigervnc"], TigervncBackend)
    assert choose(DesktopOptions(backend="foreign")).name == "foreign"
    assert all(isinstance(each, Backend) for each in found.values())

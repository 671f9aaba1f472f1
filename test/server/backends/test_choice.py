"""The choice of a backend: what ``auto`` takes, and which programs and modules are missing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.standins import break_engine

from jupyter_vnc_proxy.backends import AUTO, choose, command_for, describe_missing, missing_programs, select
from jupyter_vnc_proxy.backends.module import Module
from jupyter_vnc_proxy.errors import InvalidOption
from jupyter_vnc_proxy.options import DesktopOptions
from jupyter_vnc_proxy.system import environment, packages


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
    monkeypatch.setattr("jupyter_vnc_proxy.backends.module.find_module", lambda name: None)


PIP = f"{sys.executable} -m pip install 'jupyter-vnc-proxy[stream]'"
APT_LIBRARIES = packages.install_command({"apt": "libgbm1 libpixman-1-0 libxkbcommon0"})


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
        "TigerVNC is used instead of Stream: pixelflux (capture and H.264) can't be loaded: libgbm.so.9 "
        f"is missing. To fix it: {APT_LIBRARIES}"
    )


@pytest.mark.usefixtures("no_engine")
def test_auto_goes_on_where_the_engine_is_not_installed_and_says_how_to_get_it(bare: Path) -> None:
    install(bare, "Xvnc")
    backend, (note,) = select(DesktopOptions())
    assert backend.name == "tigervnc"
    assert "numpy (the picture's arithmetic) and pixelflux (capture and H.264) are not installed." in note
    assert note.endswith(f"To fix it: {packages.install_command({'apt': 'xvfb'})} && {PIP}")


def test_where_nothing_can_run_auto_takes_what_lacks_least(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose(DesktopOptions()).name == "stream"
    monkeypatch.setattr("jupyter_vnc_proxy.backends.module.find_module", lambda name: None)
    assert choose(DesktopOptions()).name == "tigervnc"


@pytest.mark.usefixtures("broken_engine")
def test_a_backend_that_was_named_is_taken_and_what_it_lacks_is_told_with_one_command(bare: Path) -> None:
    install(bare, "Xvnc")
    options = DesktopOptions(backend="stream")
    backend, notes = select(options)
    missing = missing_programs(backend, options)
    assert (backend.name, notes) == ("stream", [])
    assert describe_missing(missing) == (
        "Xvfb (the display) is not installed. pixelflux (capture and H.264) can't be loaded: libgbm.so.9 is missing."
    )
    assert command_for(missing) == str(APT_LIBRARIES).replace("libgbm1", "xvfb libgbm1")


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

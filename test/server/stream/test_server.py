"""The server as a process, seen by a client that wants raw pixels."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from support.displays import Display, paint
from support.stream.raw_client import RawClient, same_as_the_screen
from support.waiting import wait_until

from jupyter_vnc_proxy.options import Geometry
from jupyter_vnc_proxy.stream.picture.framebuffer import Rectangle
from jupyter_vnc_proxy.system.randr.size import resize
from jupyter_vnc_proxy.system.unix_sockets import is_listening


def test_a_client_gets_the_screen_exactly_and_then_what_changes(served: Path, display: Display) -> None:
    assert stat.S_IMODE(served.stat().st_mode) == 0o600
    client = RawClient(served)
    assert client.name == "Trial"
    client.update(incremental=False)
    assert same_as_the_screen(client, display)
    paint(display, Rectangle(300, 200, 50, 40), 0xABCDEF)
    client.update(incremental=True)
    assert same_as_the_screen(client, display)
    client.close()


def test_several_clients_are_served_and_one_that_goes_away_or_talks_nonsense_harms_none(
    served: Path, display: Display
) -> None:
    first, second, third = (RawClient(served) for _ in range(3))
    first.update(incremental=False)
    second.send(b"\xee" * 64)
    third.close()
    paint(display, Rectangle(10, 10, 500, 500), 0x00FF00)
    first.update(incremental=True)
    assert same_as_the_screen(first, display)
    with pytest.raises((ConnectionError, AssertionError)):
        second.update(incremental=True)
    first.close()
    second.close()


def test_a_picture_that_nobody_sees_takes_no_memory_and_is_there_for_the_next_client(
    served: Path, display: Display, server: subprocess.Popen[bytes]
) -> None:
    def has_picture() -> bool:
        return "/SYSV" in Path(f"/proc/{server.pid}/maps").read_text()

    wait_until(lambda: not has_picture(), what="no picture before the first client")
    for geometry in (Geometry(700, 500), Geometry(900, 400)):
        resize(display.name, display.xauthority, geometry)
        paint(display, Rectangle(300, 200, 50, 40), 0xABCDEF)
        client = RawClient(served)
        client.update(incremental=False)
        assert has_picture()
        assert same_as_the_screen(client, display)
        paint(display, Rectangle(0, 0, geometry.width, 40), 0xFF00FF)
        client.update(incremental=True)
        assert same_as_the_screen(client, display)
        client.close()
        wait_until(lambda: not has_picture(), what="no picture after the last client")


def test_it_reports_its_display_once_it_listens(runtime: Path, display: Display) -> None:
    socket = runtime / "told.sock"
    reader, writer = os.pipe()
    argv = [sys.executable, "-m", "jupyter_vnc_proxy.stream", f"--display={display.name}", f"--unix-socket={socket}"]
    argv += [f"--xauthority={display.xauthority}", f"--displayfd={writer}"]
    process = subprocess.Popen(argv, pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.readline() == f"{display.name.removeprefix(':')}\n".encode()
        assert is_listening(socket)
        assert pipe.read() == b""  # nobody else has it
    process.terminate()
    assert process.wait(10) == 0


def test_numpy_starts_no_threads_and_a_session_does_not_notice() -> None:
    code = (
        "import os, sys\nfrom jupyter_vnc_proxy.stream.__main__ import _load_numpy as load\n"
        "before = dict(os.environ); load(); assert 'numpy' in sys.modules and os.environ == before\n"
        "print(len(os.listdir('/proc/self/task')))"
    )
    for given in ({}, {"OPENBLAS_NUM_THREADS": "2"}):
        environment = {**os.environ, **given}
        output = subprocess.run([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, check=True)
        assert int(output.stdout) == 1


def test_a_picture_needs_no_engine(runtime: Path, display: Display) -> None:
    code = (
        "import sys; from jupyter_vnc_proxy.stream import __main__, server\n"
        "find, server.ENGINE_SECONDS = server.Broadcaster.find_engine, 0\n"
        "server.Broadcaster.find_engine = lambda each: (find(each), print('found', flush=True))\n"
        "sys.exit(__main__.main())"
    )
    socket = runtime / "early.sock"
    argv = [sys.executable, "-c", code, f"--display={display.name}", f"--unix-socket={socket}"]
    argv += [f"--xauthority={display.xauthority}"]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None and process.stdout.readline() == b"found\n"
    wait_until(lambda: is_listening(socket))
    client = RawClient(socket)
    client.update(incremental=False)
    assert same_as_the_screen(client, display)
    assert "pixelflux" not in Path(f"/proc/{process.pid}/maps").read_text()
    client.close()
    process.stdout.close()
    process.terminate()
    assert process.wait(10) == 0

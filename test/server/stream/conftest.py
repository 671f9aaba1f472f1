"""A display of the test's own, and the server as a process that serves it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.displays import Display
from support.stream.listeners import Listener
from support.waiting import wait_until

from jupyter_vnc_proxy.system.unix_sockets import is_listening


@pytest.fixture
def display(runtime: Path) -> Iterator[Display]:
    made = Display(runtime)
    yield made
    made.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    for descriptor in (made.reader, made.writer):
        with contextlib.suppress(OSError):  # a test may have closed it
            os.close(descriptor)


@pytest.fixture
def server_program() -> list[str]:
    """The Python program that is the server; a test may have another."""
    return ["-m", "jupyter_vnc_proxy.stream"]


@pytest.fixture
def server(
    runtime: Path, display: Display, listener: Listener, server_program: list[str]
) -> Iterator[subprocess.Popen[bytes]]:
    """The server's process; it must end well when it is told to."""
    path = runtime / "rfb.sock"
    argv = [sys.executable, *server_program, f"--display={display.name}", f"--xauthority={display.xauthority}"]
    argv += [f"--unix-socket={path}", "--desktop=Trial", f"--status-fd={listener.writer}"]
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, pass_fds=[listener.writer])
    wait_until(lambda: is_listening(path))
    yield process
    process.terminate()
    assert process.wait(60) == 0
    assert not path.exists()


@pytest.fixture
def served(runtime: Path, server: subprocess.Popen[bytes]) -> Path:
    """The socket that it listens on."""
    return runtime / "rfb.sock"

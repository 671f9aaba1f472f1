"""Sockets for one user alone."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from jupyter_vnc_proxy.system.unix_sockets import is_listening, private_socket


def test_only_its_user_may_connect(runtime: Path) -> None:
    mask = os.umask(0)
    try:
        with private_socket(runtime / "one.sock") as made:
            assert stat.S_IMODE((runtime / "one.sock").stat().st_mode) == 0o600
            with socket.socket(socket.AF_UNIX) as early, pytest.raises(ConnectionRefusedError):
                early.connect(str(runtime / "one.sock"))
            made.listen()
            assert is_listening(runtime / "one.sock")
    finally:
        os.umask(mask)


def test_what_other_threads_start_meanwhile_keeps_its_umask(runtime: Path) -> None:
    """A program that had another one made directories which nobody can enter."""
    done = threading.Event()

    def bind() -> None:
        while not done.is_set():
            private_socket(runtime / "one.sock").close()

    binding = threading.Thread(target=bind)
    binding.start()
    try:
        masks = {subprocess.check_output(["sh", "-c", "umask"]) for _ in range(50)}
    finally:
        done.set()
        binding.join()
    assert len(masks) == 1

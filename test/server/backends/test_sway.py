"""sway's configuration, and resizing through its socket, with a stand-in at the other end."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jupyter_vnc_proxy.backends.programs import sway
from jupyter_vnc_proxy.options import Geometry

HD = Geometry(1280, 720)


@contextmanager
def compositor(path: Path, answer: bytes) -> Iterator[list[bytes]]:
    """Listen as sway does, answer once, byte by byte; yields what was asked."""
    asked: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                asked.append(connection.recv(1000))
                for index in range(len(answer)):
                    connection.send(answer[index : index + 1])

        thread = threading.Thread(target=serve)
        thread.start()
        yield asked
        thread.join(10)


def reply(content: object) -> bytes:
    payload = json.dumps(content).encode()
    return b"i3-ipc" + struct.pack("=II", len(payload), 0) + payload


def test_a_size_is_one_command(tmp_path: Path) -> None:
    with compositor(tmp_path / "s", reply([{"success": True}])) as asked:
        sway.resize(tmp_path / "s", HD)
    command = b"output HEADLESS-1 resolution 1280x720"
    assert asked == [b"i3-ipc" + struct.pack("=II", len(command), 0) + command]


def test_a_refusal_is_an_error_with_its_words(tmp_path: Path) -> None:
    with (
        compositor(tmp_path / "s", reply([{"success": False, "error": "no such output"}])),
        pytest.raises(ValueError, match="no such output"),
    ):
        sway.resize(tmp_path / "s", HD)


def test_a_sway_that_goes_is_an_error(tmp_path: Path) -> None:
    with compositor(tmp_path / "s", b"i3-"), pytest.raises(ConnectionError):
        sway.resize(tmp_path / "s", HD)


def test_a_users_own_configuration_comes_first(tmp_path: Path) -> None:
    plain = sway.configuration(HD, tmp_path, "/usr/bin/foot", start=True)
    assert "bindsym $mod+Return exec /usr/bin/foot" in plain
    assert plain.rstrip().endswith("exec /usr/bin/foot")
    file = tmp_path / ".config" / "sway" / "config"
    file.parent.mkdir(parents=True)
    file.touch()
    own = sway.configuration(HD, tmp_path, "/usr/bin/foot", start=False)
    assert own.index("include ~/.config/sway/config") < own.index("output HEADLESS-1 resolution 1280x720")
    assert "foot" not in own


@pytest.mark.parametrize("number", [7, 123])
def test_the_display_number_is_written_to_a_descriptor_of_any_number(tmp_path: Path, number: int) -> None:
    text = sway.configuration(HD, tmp_path, "foot", start=False)
    (line,) = [each for each in text.splitlines() if each.startswith("exec printf")]
    reader, writer = os.pipe()
    code = "import os, sys; os.dup2(int(sys.argv[1]), int(sys.argv[2])); os.execvp('sh', ['sh', '-c', sys.argv[3]])"
    argv = [sys.executable, "-c", code, str(writer), str(number), line.removeprefix("exec ")]
    environment = {**os.environ, "DISPLAY": ":42", sway.DESCRIPTOR: str(number)}
    subprocess.run(argv, env=environment, pass_fds=(writer,), check=True, timeout=60)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        assert pipe.read() == "42\n"

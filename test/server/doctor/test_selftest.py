"""The self-test: a real desktop, and what it reports if something fails."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from socket import AF_UNIX, socket

import pytest
from support.machines import Machine
from support.runners import COMMAND

from jupyter_vnc_proxy.doctor.selftest import self_test
from jupyter_vnc_proxy.rfb.client import RFBClient


def left() -> list[str]:
    return [entry.name for entry in Path("/tmp").glob("jvt-*")]


@pytest.mark.parametrize("backend", ["tigervnc", "x11vnc", "stream", "wayland"])
def test_it_sees_what_it_draws_and_leaves_nothing_behind(runtime: Path, backend: str) -> None:
    before = left()
    findings = self_test(backend)
    assert findings[0].status == "ok", findings
    assert findings[0].topic == f"self-test-{backend}"
    assert findings[0].facts["size"] == "640x480"
    assert [entry for entry in left() if entry not in before] == []
    assert not [entry for entry in runtime.iterdir() if entry.name != ".home"], "the user's desktops are elsewhere"


def test_it_reports_the_opengl_renderer(runtime: Path) -> None:
    _, renderer = self_test("tigervnc")
    assert (renderer.topic, renderer.status) == ("opengl-renderer", "ok")
    assert "llvmpipe" in renderer.message or "softpipe" in renderer.message


def test_a_server_that_does_not_start_is_a_problem_with_its_log(machine: Machine) -> None:
    machine.stand_in("Xtigervnc", ["Fatal server error:", "could not open default font 'fixed'"])
    (finding,) = self_test("tigervnc")
    assert finding.status == "problem"
    assert finding.message.startswith("tigervnc: The X server finds no fonts.")
    assert "xfonts-base" in finding.fixes[0]
    assert "could not open default font 'fixed'" in finding.facts["log"]


def test_a_broken_opengl_is_a_warning(machine: Machine) -> None:
    machine.add("Xtigervnc")
    _, renderer = self_test("tigervnc")
    assert (renderer.status, "mesa-utils" in renderer.fixes[0]) == ("note", True)
    machine.stand_in("glxinfo", ["Error: couldn't find RGB GLX visual or fbconfig"])
    _, renderer = self_test("tigervnc")
    assert (renderer.status, "libgl1-mesa-dri" in renderer.fixes[0]) == ("warning", True)
    assert "couldn't find RGB GLX visual" in renderer.message


def test_a_server_that_closes_the_connection_is_a_problem(machine: Machine) -> None:
    machine.add("Xvfb")
    script = machine.bin / "hangs-up.py"
    script.write_text(
        "import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[1])\ns.listen()\n"
        "while True:\n  s.accept()[0].close()\n"
    )
    machine.stand_in("x11vnc", ["it was me"], f"exec {sys.executable} {script} $6")  # behind -unixsock
    (finding,) = self_test("x11vnc")
    assert finding.status == "problem"
    assert "could not be read through its VNC server: it closed the connection" in finding.message
    assert "it was me" in finding.facts["log"]


def test_an_unknown_or_missing_backend_is_a_problem(machine: Machine) -> None:
    (unknown,) = self_test("nope")
    assert "no backend 'nope'" in unknown.message
    (missing,) = self_test("x11vnc")
    assert "are not installed" in missing.message
    assert missing.fixes[0].endswith("xvfb x11vnc")


def test_the_command_tests_each_given_backend(runtime: Path) -> None:
    words = [*COMMAND, "doctor", "--json", "--backend=tigervnc", "--backend=nope"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    topics = {each["topic"]: each["status"] for each in json.loads(done.stdout)["findings"]}
    assert topics["self-test-tigervnc"] == "ok"
    assert topics["self-test-nope"] == "problem"


class Peer:
    """An RFB server that sends the given bytes, and discards what it receives."""

    def __init__(self, answers: bytes) -> None:
        self.directory = tempfile.TemporaryDirectory(prefix="jv-", dir="/tmp")
        self.path = Path(self.directory.name, "s")
        self._listener = socket(AF_UNIX)
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, args=(answers,))
        self._thread.start()

    def _serve(self, answers: bytes) -> None:
        connection, _ = self._listener.accept()
        with connection:
            for byte in answers:  # one by one, which exposes framing
                connection.sendall(bytes([byte]))
            connection.shutdown(1)
            while connection.recv(1024):
                pass

    def close(self) -> None:
        self._thread.join(10)
        self._listener.close()
        self.directory.cleanup()


HELLO = b"RFB 003.008\n\x01\x01\0\0\0\0" + struct.pack(">HH16xI", 8, 6, 2) + b"ok"


def see(answers: bytes) -> tuple[int, int, int] | str:
    peer = Peer(answers)
    try:
        viewer = RFBClient(peer.path)
        try:
            return viewer.pixel(3, 2)
        finally:
            viewer.close()
    except (EOFError, OSError) as error:
        return str(error)
    finally:
        peer.close()


def update(*rectangles: bytes) -> bytes:
    return struct.pack(">BxH", 0, len(rectangles)) + b"".join(rectangles)


def test_the_client_skips_messages_it_did_not_request() -> None:
    elsewhere = struct.pack(">HHHHi", 0, 0, 2, 1, 0) + bytes(8)
    wanted = struct.pack(">HHHHi", 2, 2, 2, 1, 0) + bytes([9, 9, 9, 0]) + bytes([3, 2, 1, 0])
    clipboard = struct.pack(">BxxxI", 3, 4) + b"text"
    colours = struct.pack(">BxHH", 1, 0, 1) + bytes(6)
    assert see(HELLO + clipboard + b"\x02" + colours + update(elsewhere) + update(elsewhere, wanted)) == (1, 2, 3)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (b"HTTP/1.1 400", "does not speak RFB"),
        (b"RFB 003.008\n\x01\x02", "wants a password"),
        (b"RFB 003.008\n\x01\x01\0\0\0\1", "refused the connection"),
        (HELLO, "closed the connection"),
        (HELLO + b"\x63", "type 99"),
        (HELLO + update(struct.pack(">HHHHi", 0, 0, 1, 1, 7)), "encoding 7"),
    ],
)
def test_the_client_explains_what_is_wrong_with_a_server(answers: bytes, words: str) -> None:
    assert words in str(see(answers))

"""Debian's xrdp on this machine's loopback with its own configuration, and a user who can log in."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from support.waiting import LONG_SECONDS

SESMAN_PORT = 3350
SESMAN_SOCKET = Path("/run/xrdp/sockdir/sesman.socket")
"""Where xrdp expects its session manager, whatever its configuration says: before version 0.10, and from then on."""


class Xrdp:
    """The server and its session manager. Both log into ``directory``; `close` ends them and all of ``user``'s."""

    def __init__(self, directory: Path, user: str = "") -> None:
        self.directory = directory
        self.user = user
        directory.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._children = [self._start("xrdp", port=f"tcp://127.0.0.1:{self.port}")]
        if user:
            self._children.append(self._start("xrdp-sesman", configuration="sesman"))
        self._listens(socket.AF_INET, ("127.0.0.1", self.port))
        if user and f"ListenPort={SESMAN_PORT}" in Path("/etc/xrdp/sesman.ini").read_text():
            self._listens(socket.AF_INET6, ("::1", SESMAN_PORT))  # which it takes 127.0.0.1 for
        elif user:
            self._listens(socket.AF_UNIX, str(SESMAN_SOCKET))

    def _start(self, program: str, configuration: str = "xrdp", **changes: str) -> subprocess.Popen[bytes]:
        text = Path(f"/etc/xrdp/{configuration}.ini").read_text()
        changes |= {"LogFile": f"{self.directory}/{program}.log", "EnableSyslog": "false"}
        # Version 0.10 switches to a user who may not read Debian's key, and then offers no TLS.
        changes |= {"runtime_user": "root", "runtime_group": "root"}
        for key, value in changes.items():
            text = re.sub(rf"^{key}=.*$", f"{key}={value}", text, count=0 if key != "port" else 1, flags=re.MULTILINE)
        file = self.directory / f"{configuration}.ini"
        file.write_text(text)
        with open(self.directory / f"{program}.out", "wb") as output:
            return subprocess.Popen([f"/usr/sbin/{program}", "-n", "-c", file], stdout=output, stderr=output)

    def _listens(self, family: socket.AddressFamily, address: tuple[str, int] | str) -> None:
        deadline = time.monotonic() + LONG_SECONDS
        while True:
            with contextlib.suppress(ConnectionRefusedError, FileNotFoundError), socket.socket(family) as probe:
                probe.connect(address)
                return
            if any(child.poll() is not None for child in self._children) or time.monotonic() > deadline:
                self.close()
                raise AssertionError(f"xrdp does not listen on {address}")
            time.sleep(0.02)

    def has_chosen_security(self) -> bool:
        """Tell whether a client and the server have agreed on TLS, in the words of versions 0.9 and 0.10."""
        log = (self.directory / "xrdp.log").read_text()
        return "Security protocol" in log or "Selected TLS security" in log

    def close(self) -> None:
        self._end_processes_of_user()
        for child in self._children:
            child.terminate()
            child.wait(LONG_SECONDS)

    def _end_processes_of_user(self) -> None:
        """SIGTERM first, so that an X server removes its socket; then SIGKILL."""
        began = time.monotonic()
        asked: set[int] = set()
        while left := self.processes_of_user():
            late = time.monotonic() - began > 5
            for pid in left if late else set(left) - asked:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL if late else signal.SIGTERM)
            asked |= set(left)
            assert time.monotonic() - began < LONG_SECONDS, left
            time.sleep(0.02)

    def processes_of_user(self) -> list[int]:
        if not self.user:
            return []
        output = subprocess.run(["ps", "-o", "pid=,stat=", "-u", self.user], capture_output=True, text=True).stdout
        return [int(line.split()[0]) for line in output.splitlines() if "Z" not in line.split()[1]]


class LoginUser:
    """A user of this machine with a home and a password, for as long as a test lasts."""

    PASSWORD = "Login-7"

    def __init__(self, session: str) -> None:
        self.name = f"jvt{os.getpid()}"
        subprocess.run(["useradd", "--create-home", "--shell", "/bin/sh", self.name], check=True)
        subprocess.run(["chpasswd"], input=f"{self.name}:{self.PASSWORD}\n".encode(), check=True)
        self.home = Path("~" + self.name).expanduser()
        start = self.home / "startwm.sh"  # where sesman.ini's UserWindowManager is looked for
        start.write_text(f"#!/bin/sh\nexec {session}\n")
        start.chmod(0o755)

    def remove(self) -> None:
        subprocess.run(["userdel", "--remove", self.name], check=True, stderr=subprocess.DEVNULL)

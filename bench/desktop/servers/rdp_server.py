"""A desktop over RDP: our server, and an xrdp on the loopback that shows an Xorg and asks for no password."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import xcffib
import xcffib.xproto
import xcffib.xtest

from jupyter_vnc_proxy.system.process_groups import environment_of
from jupyter_vnc_proxy.system.x_display import connect, write_cookie

from .configurations import XORG
from .jupyter_server import MARKER, ServerError, free_port
from .our_server import OurServer

XORG_CONF = Path("/etc/X11/xrdp/xorg.conf")
STOP_TIMEOUT_SECONDS = 20.0

RETURN, LETTER_Y = 0xFF0D, 0x79
"""Keysyms (X11/keysymdef.h)."""

LOGIN_SCREEN = "Loading keymap file"
"""The last log line before xrdp shows its login screen. No line says that the screen is ready, hence some tries."""

LOGIN_TRIES = 8
ANSWER_PAUSE_SECONDS = 0.5

KEY_PRESS, KEY_RELEASE, MOTION = 2, 3, 6
"""Event types for XTEST (X.h)."""

XRDP_INI = """\
[Globals]
ini_version=1
fork=false
port=tcp://127.0.0.1:{port}
use_vsock=false
tcp_nodelay=true
security_layer=tls
certificate=/etc/xrdp/cert.pem
key_file=/etc/xrdp/key.pem
ssl_protocols=TLSv1.2, TLSv1.3
autorun=bench
allow_channels=true
bitmap_cache=true
bitmap_compression=true
bulk_compression=true
max_bpp=32
new_cursors=true
use_fastpath=both
[Logging]
LogFile={directory}/xrdp.log
LogLevel=INFO
EnableSyslog=false
[Channels]
drdynvc=true
cliprdr=true
[bench]
name=bench
lib=libxup.so
username=na
password=na
ip=127.0.0.1
port={directory}/xrdp_display_{number}
code=20
"""
"""xrdp.ini(5). ``autorun`` skips the login screen; a socket path as ``port`` skips the session manager."""


class RdpServer(OurServer):
    """Our server with the backend ``rdp``, and the remote side to which it connects."""

    def start(self) -> None:
        """Start the remote side, then Jupyter."""
        self.remote_port = free_port()
        self._answered, self._pause = 0, 0.0
        width, height = self.geometry.split("x")
        self.cookie = self.directory / "remote-cookie"
        write_cookie(self.cookie)
        env = {"PATH": os.environ.get("PATH", os.defpath), MARKER: os.fspath(self.directory)}
        env |= {"XRDP_SOCKET_PATH": os.fspath(self.directory), "XRDP_START_WIDTH": width, "XRDP_START_HEIGHT": height}
        # Without DRI: the other configurations use no graphics card either.
        text = XORG_CONF.read_text().replace('"DRI3" "1"', '"DRI3" "0"').replace("/dev/dri/renderD128", "")
        (self.directory / "xorg.conf").write_text(text)
        reader, writer = os.pipe()
        with open(self.directory / "remote.log", "ab") as log:
            argv = [XORG, "-displayfd", str(writer), "-config", os.fspath(self.directory / "xorg.conf")]
            argv += ["-configdir", "/nonexistent", "-logfile", os.fspath(self.directory / "remote-xorg.log")]
            argv += ["-auth", os.fspath(self.cookie), "-noreset", "-nolisten", "tcp", "-s", "0"]
            self._remote = [subprocess.Popen(argv, env=env, stdout=log, stderr=log, pass_fds=[writer])]
            os.close(writer)
            with open(reader) as pipe:
                number = pipe.readline().strip()  # also returns when Xorg exits
            if not number:
                raise ServerError(
                    f"The remote side's Xorg does not start: {(self.directory / 'remote.log').read_text()[-300:]}"
                )
            self.number = number
            ini = self.directory / "xrdp.ini"
            ini.write_text(XRDP_INI.format(port=self.remote_port, directory=self.directory, number=number))
            argv = ["xrdp", "--nodaemon", "--config", os.fspath(ini)]
            self._remote.append(subprocess.Popen(argv, env=env, stdout=log, stderr=log))
        super().start()

    def extra_options(self) -> dict[str, str]:
        """Return the address of xrdp."""
        return {"rdp_host": f"127.0.0.1:{self.remote_port}"}

    def display(self) -> tuple[str, Path] | None:
        """Answer the client's questions; return the remote display once RDP has resized it to the desktop's size."""
        with contextlib.suppress(xcffib.XcffibException, OSError):  # it is not running yet
            if self._connected():
                with _display(f":{self.number}", self.cookie) as connection:
                    root = connection.get_setup().roots[0].root
                    size = connection.core.GetGeometry(root).reply()
                    if f"{size.width}x{size.height}" == self.geometry:
                        return f":{self.number}", self.cookie
            else:
                self._answer()
        return None

    def _connected(self) -> bool:
        """Return whether xrdp has connected a client to the remote display."""
        return "lib_mod_connect" in self._log()

    def _log(self) -> str:
        log = self.directory / "xrdp.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def _answer(self) -> None:
        """Type the next answer: an empty user name, yes to the certificate, or OK on the login screen."""
        running = {process.name: process for process in self.processes()}
        answers = (
            ("jupyter_vnc_proxy.backends.programs.rdp_client" in running, (RETURN,)),
            ("xfreerdp" in running, (LETTER_Y, RETURN)),
            *((LOGIN_SCREEN in self._log(), (RETURN,)) for _ in range(LOGIN_TRIES)),
        )
        asked, keys = answers[min(self._answered, len(answers) - 1)]
        if asked and self._answered < len(answers) and time.monotonic() > self._pause:
            variables = environment_of(running["jupyter_vnc_proxy.backends.programs.rdp_client"].pid)
            with _display(variables["DISPLAY"], Path(variables["XAUTHORITY"])) as connection:
                if _type(connection, keys):
                    self._answered += 1
                    self._pause = time.monotonic() + ANSWER_PAUSE_SECONDS

    def stop(self) -> None:
        """Stop both sides."""
        super().stop()
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        for process in getattr(self, "_remote", ()):
            process.wait(max(0.0, deadline - time.monotonic()))


@contextlib.contextmanager
def _display(name: str, cookie: Path) -> Iterator[xcffib.Connection]:
    connection = connect(name, cookie)
    try:
        yield connection
    finally:
        connection.disconnect()


def _type(connection: xcffib.Connection, keysyms: tuple[int, ...]) -> bool:
    """Type into the visible window with the pointer over it; return whether there was one."""
    core, screen = connection.core, connection.get_setup().roots[0]
    viewable = xcffib.xproto.MapState.Viewable
    windows = core.QueryTree(screen.root).reply().children
    if not any(core.GetWindowAttributes(window).reply().map_state == viewable for window in windows):
        return False
    setup = connection.get_setup()
    first, count = setup.min_keycode, setup.max_keycode - setup.min_keycode + 1
    mapping = core.GetKeyboardMapping(first, count).reply()
    xtest = connection(xcffib.xtest.key)
    xtest.FakeInput(MOTION, 0, 0, screen.root, 100, 100, 0)
    for keysym in keysyms:
        keycode = first + list(mapping.keysyms).index(keysym) // mapping.keysyms_per_keycode
        for event in (KEY_PRESS, KEY_RELEASE):
            xtest.FakeInput(event, keycode, 0, xcffib.NONE, 0, 0, 0)
    core.GetInputFocus().reply()  # returns after all that was processed
    return True

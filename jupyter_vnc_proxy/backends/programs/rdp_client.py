"""Runs FreeRDP's client full screen on a display of its own, after asking for the user's name.

    python -m jupyter_vnc_proxy.backends.programs.rdp_client --client xfreerdp -- HOST[:PORT]

It runs in a terminal, in which the client asks for the password and whether to trust a certificate. The client reads
the user's name from memory (a settings file that is never on disk); nothing is stored. When a connection breaks, Enter
reconnects; a log-out ends this program too.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import termios
import threading
from collections.abc import Sequence
from pathlib import Path

from ...system.x_display import connect

LOGGED_OFF = (0, 2, 12)
"""Exit statuses of xfreerdp(1) after a log-out."""

SWITCHES = ("/f", "/dynamic-resolution", "/clipboard")


def settings(host: str, user: str) -> bytes:
    """Return an .rdp file (UTF-8) with the host and the user: ``DOMAIN\\name``, ``name`` or nothing."""
    domain, _, name = user.rpartition("\\")
    lines = [f"full address:s:{host}", f"username:s:{name}", f"domain:s:{domain}"]
    return "\r\n".join([*lines, ""]).encode()


def run_client(client: str, host: str, user: str) -> int:
    """Run the client until it ends; return its exit status."""
    descriptor = os.memfd_create("rdp")
    try:
        os.write(descriptor, settings(host, user))
        with tempfile.TemporaryDirectory(prefix="rdp-", dir=os.environ.get("XDG_RUNTIME_DIR")) as directory:
            link = Path(directory, "connection.rdp")  # the client checks the file name's extension
            link.symlink_to(f"/proc/self/fd/{descriptor}")
            return subprocess.call([client, os.fspath(link), *SWITCHES], pass_fds=[descriptor])
    finally:
        os.close(descriptor)


class Filler:
    """Keeps the client's window as large as the display: there is no window manager."""

    def __init__(self) -> None:
        import xcffib.xproto as xproto

        self._connection = connect(os.environ["DISPLAY"], Path(os.environ["XAUTHORITY"]))
        self._root = self._connection.get_setup().roots[0].root
        events = xproto.EventMask.StructureNotify
        self._connection.core.ChangeWindowAttributes(self._root, xproto.CW.EventMask, [events])
        self._connection.flush()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        import xcffib
        import xcffib.xproto as xproto

        while True:
            try:
                event = self._connection.wait_for_event()
                if isinstance(event, xproto.ConfigureNotifyEvent) and event.window == self._root:
                    self._fill(event.width, event.height)
            except xcffib.ConnectionException:
                return
            except xcffib.Error:
                continue  # a closed window

    def _fill(self, width: int, height: int) -> None:
        import xcffib.xproto as xproto

        core = self._connection.core
        for window in core.QueryTree(self._root).reply().children:
            name = core.GetProperty(False, window, xproto.Atom.WM_CLASS, xproto.Atom.STRING, 0, 64).reply()
            if b"freerdp" in bytes(name.value.buf()).lower():
                mask = xproto.ConfigWindow
                core.ConfigureWindow(window, mask.X | mask.Y | mask.Width | mask.Height, [0, 0, width, height])
        self._connection.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """Connect and reconnect until the user logs out; return 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--client", required=True)
    parser.add_argument("host")
    arguments = parser.parse_args(argv)
    Filler()
    print(
        f"Connecting to {arguments.host}.\n\nUser name (DOMAIN\\name, or nothing to be asked by the host): ",
        end="",
        flush=True,
    )
    user = sys.stdin.readline().strip()
    while (status := run_client(arguments.client, arguments.host, user)) not in LOGGED_OFF:
        print(f"\nThe connection ended ({status}). Press Enter to reconnect, or close the desktop.", flush=True)
        with contextlib.suppress(termios.error):
            termios.tcflush(sys.stdin, termios.TCIFLUSH)
        if not sys.stdin.readline():
            break
    return 0


if __name__ == "__main__":
    sys.exit(main())

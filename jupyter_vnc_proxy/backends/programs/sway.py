"""sway, a Wayland compositor, without a screen: its configuration, and resizing it through its socket.

    python -m jupyter_vnc_proxy.backends.programs.sway --displayfd N --config FILE

replaces itself with sway, whose configuration (`CONFIGURATION`) writes its Xwayland's display number to descriptor N.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...options import Geometry
from ...system.environment import find_program

OUTPUT = "HEADLESS-1"
SOCKET = "sway.sock"
"""The name of sway's socket in a desktop's directory."""

DESCRIPTOR = "JUPYTER_VNC_DISPLAYFD"

CONFIGURATION = """\
# Rewritten at each start.
{own}
output {output} resolution {geometry} position 0 0
xwayland enable
exec printf '%s\\n' "${{DISPLAY#:}}" >"/proc/self/fd/${descriptor}"
{start}
"""
"""A sway(5) configuration. Once Xwayland's display number is written, the start is complete.

A path, because dash takes no number of a descriptor above 9.
"""

PLAIN = """\
set $mod Mod1
floating_modifier $mod normal
bindsym $mod+Return exec {terminal}
bindsym $mod+Shift+q kill
bindsym $mod+Shift+e exit
bindsym $mod+f fullscreen
bindsym $mod+Left focus left
bindsym $mod+Right focus right
bindsym $mod+Up focus up
bindsym $mod+Down focus down
bindsym $mod+Shift+space floating toggle
"""
"""For users without a configuration. Alt, because the viewer's system uses the logo key itself."""

MAGIC = b"i3-ipc"
RUN_COMMAND = 0
"""From sway-ipc(7): a message is `MAGIC`, length and type (32 bits each, native byte order), and a payload."""

IPC_TIMEOUT = 5.0
"""Seconds that sway has to answer."""


def configuration(geometry: Geometry, home: Path, terminal: str, *, start: bool) -> str:
    """Return a configuration with one output of this size, which includes the user's own in ``home``, or `PLAIN`.

    ``start``: open a terminal at once, because nothing else starts.
    """
    users = home / ".config" / "sway" / "config"
    own = "include ~/.config/sway/config" if users.exists() else PLAIN.format(terminal=terminal)
    start_line = f"exec {terminal}" if start else ""
    return CONFIGURATION.format(own=own, output=OUTPUT, geometry=geometry, descriptor=DESCRIPTOR, start=start_line)


def resize(path: Path, geometry: Geometry) -> None:
    """Resize sway's output; raise `OSError` if sway is gone, `ValueError` if it refuses."""
    answers = _ask(path, f"output {OUTPUT} resolution {geometry}")
    for answer in answers:
        if not answer.get("success"):
            raise ValueError(answer.get("error", "sway refuses"))


def _ask(path: Path, command: str) -> Any:
    payload = command.encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(IPC_TIMEOUT)
        connection.connect(os.fspath(path))
        connection.sendall(MAGIC + struct.pack("=II", len(payload), RUN_COMMAND) + payload)
        head = _read(connection, len(MAGIC) + 8)
        length, _ = struct.unpack("=II", head[len(MAGIC) :])
        return json.loads(_read(connection, length))


def _read(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        chunk = connection.recv(count - len(data))
        if not chunk:
            raise ConnectionError("sway closed its socket")
        data += chunk
    return data


def main(argv: Sequence[str] | None = None) -> None:
    """Replace this process with sway."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--displayfd", type=int, required=True)
    parser.add_argument("--config", required=True)
    arguments = parser.parse_args(argv)
    os.environ[DESCRIPTOR] = str(arguments.displayfd)
    os.set_inheritable(arguments.displayfd, True)
    os.execv(find_program("sway", os.environ.get("PATH", "")), ["sway", "--config", arguments.config])


if __name__ == "__main__":
    main(sys.argv[1:])

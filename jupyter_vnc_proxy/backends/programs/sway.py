"""sway, a Wayland compositor without a screen: how it is started, and how it is resized through its socket.

    python -m jupyter_vnc_proxy.sway --displayfd N --config FILE

becomes sway, whose configuration (`CONFIGURATION`) tells the number of its Xwayland's display to the descriptor N.
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

OUTPUT = "HEADLESS-1"
SOCKET = "sway.sock"
"""The name of sway's socket in a desktop's directory."""

DESCRIPTOR = "JUPYTER_VNC_DISPLAYFD"

CONFIGURATION = """\
# Written anew at each start.
{own}
output {output} resolution {geometry} position 0 0
xwayland enable
exec printf '%s\\n' "${{DISPLAY#:}}" >&"${descriptor}"
{start}
"""
"""In sway(5)'s language. X programs find their display by the variable; its number ends the start."""

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
"""For those who have no configuration. Alt, because the viewer's own system takes the key with its logo."""

MAGIC = b"i3-ipc"
RUN_COMMAND = 0
"""Of sway-ipc(7): a message is `MAGIC`, length and type (32 bits each, the machine's byte order), and a payload."""

TIMEOUT = 5.0


def configuration(geometry: Geometry, home: Path, terminal: str, *, start: bool) -> str:
    """Return a configuration that makes one output of this size, after what ``home`` has (or a plain one).

    ``start``: open the terminal at once, since nothing else is going to be there.
    """
    users = home / ".config" / "sway" / "config"
    own = "include ~/.config/sway/config" if users.exists() else PLAIN.format(terminal=terminal)
    start_line = f"exec {terminal}" if start else ""
    return CONFIGURATION.format(own=own, output=OUTPUT, geometry=geometry, descriptor=DESCRIPTOR, start=start_line)


def resize(path: Path, geometry: Geometry) -> None:
    """Give sway's output another size; raise `OSError` where sway is gone, `ValueError` where it refuses."""
    answers = _ask(path, f"output {OUTPUT} resolution {geometry}")
    for answer in answers:
        if not answer.get("success"):
            raise ValueError(answer.get("error", "sway refuses"))


def _ask(path: Path, command: str) -> Any:
    payload = command.encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(TIMEOUT)
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
    """Become sway."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--displayfd", type=int, required=True)
    parser.add_argument("--config", required=True)
    arguments = parser.parse_args(argv)
    os.environ[DESCRIPTOR] = str(arguments.displayfd)
    os.set_inheritable(arguments.displayfd, True)
    os.execvp("sway", ["sway", "--config", arguments.config])


if __name__ == "__main__":
    main(sys.argv[1:])

"""A desktop's own PulseAudio: its program, its configuration, and the variables with which programs find it.

It is one process of 4 MB. PipeWire would be three (pipewire, a session manager, pipewire-pulse) for the same protocol.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from ..system.environment import search_path

PROGRAM = "pulseaudio"

PACKAGES = {"apt": "pulseaudio", "dnf": "pulseaudio", "conda": "pulseaudio-daemon"}

SERVER = "PULSE_SERVER"
"""The variable that tells PulseAudio's clients where their server is (pulseaudio(1), libpulse)."""

SOCKET = "pcm.sock"
"""The server's socket in the desktop's directory."""

LISTENERS_SOCKET = "snd.sock"
"""The socket in the desktop's directory on which whoever listens gets what is played, encoded."""

OUTPUT = "desktop"
"""The sink that programs play to."""

MONITOR = f"{OUTPUT}.monitor"
"""The source with what they play."""

INPUT = "input"
"""The sink that viewers' microphones are played to; programs record its monitor as `MICROPHONE`."""

MICROPHONE = "microphone"

CONFIGURATION_FILE = "pulse.pa"

CONFIGURATION = f"""\
load-module module-native-protocol-unix socket={SOCKET} auth-anonymous=yes auth-cookie-enabled=no
load-module module-null-sink sink_name={OUTPUT} rate=48000 channels=2 sink_properties=device.description=Desktop
load-module module-null-sink sink_name={INPUT} rate=48000 channels=1 sink_properties=device.description=Viewers
load-module module-remap-source master={INPUT}.monitor source_name={MICROPHONE} \
source_properties=device.description=Microphone
set-default-sink {OUTPUT}
set-default-source {MICROPHONE}
"""
"""One output and one microphone. A relative socket is in the server's runtime directory, and access to that is limited
to its user; so there is no cookie, which would be in the home directory."""

ARGUMENTS = (
    *("-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--log-target=stderr"),
    *("--disallow-exit", "--disallow-module-loading"),  # no program on the desktop can make it listen on TCP
    *("--realtime=no", "--high-priority=no", "--disable-shm=yes"),
)

NOT_ITS_OWN = (SERVER, "DISPLAY", "PULSE_SINK", "PULSE_SOURCE", "PULSE_CLIENTCONFIG")
"""Variables that the server does without. With a display, it would start a D-Bus."""


def server_program(path: str | None = None) -> str | None:
    """Return the path of the program, as the environment's or this ``PATH`` has it, or ``None``."""
    return shutil.which(PROGRAM, path=search_path(os.environ.get("PATH", "") if path is None else path))


def address(directory: Path) -> str:
    """Return the value of `SERVER` for a desktop in ``directory``."""
    return f"unix:{directory / SOCKET}"


def is_of_a_desktop(server: str) -> bool:
    """Return whether a value of `SERVER` is a desktop's."""
    return server.startswith("unix:") and server.endswith(f"/{SOCKET}")


def with_server(environment: Mapping[str, str], directory: Path) -> dict[str, str]:
    """Return the ``environment`` of the desktop in ``directory``: with its server, or never with another desktop's."""
    changed = dict(environment)
    if server_program(environment.get("PATH")) is not None:
        changed[SERVER] = address(directory)
    elif is_of_a_desktop(changed.get(SERVER, "")):
        del changed[SERVER]
    return changed


def server_argv(program: str, directory: Path) -> tuple[str, ...]:
    """Return the command of the server, whose configuration is in ``directory``."""
    return (program, *ARGUMENTS, "-F", os.fspath(directory / CONFIGURATION_FILE))


def server_environment(environment: Mapping[str, str], directory: Path) -> dict[str, str]:
    """Return ``environment`` as the server gets it: everything that it writes is in ``directory``."""
    kept = {key: value for key, value in environment.items() if key not in NOT_ITS_OWN}
    own = dict.fromkeys(("PULSE_RUNTIME_PATH", "PULSE_STATE_PATH"), os.fspath(directory))
    return {**kept, **own, "PULSE_CONFIG": os.devnull, "DBUS_SESSION_BUS_ADDRESS": "disabled:"}

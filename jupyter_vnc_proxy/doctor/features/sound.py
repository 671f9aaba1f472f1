"""Checks whether desktops have sound: PulseAudio, and the module that encodes what is played."""

from __future__ import annotations

from ...backends import Module
from ...sound.pulse import PACKAGES, server_program
from ...system.packages import install_commands
from ..findings import Finding
from ..versions import versions

GROUP = "Sound"

ENCODER = Module(("pcmflux",), "encodes sound")


def sound() -> list[Finding]:
    """Return a finding for the sound server, and one for the encoder if there is a server."""
    program = server_program()
    if program is None:
        message = "PulseAudio is not installed, so desktops have no sound."
        return [Finding(GROUP, "sound-server", "note", message, tuple(install_commands(PACKAGES)))]
    version = versions([program]).get(program)
    facts = {"program": program, "version": version}
    server = Finding(
        GROUP, "sound-server", "ok", f"PulseAudio is installed{f' ({version})' if version else ''}.", (), facts
    )
    return [server, _encoder()]


def _encoder() -> Finding:
    if ENCODER.find() is not None:
        return Finding(GROUP, "sound-encoder", "ok", "Sound can be sent to browsers (pcmflux).")
    problem = ENCODER.problem()
    why = f"can't be loaded ({problem})" if problem else "is not installed"
    fix = ENCODER.install_command()
    message = f"The Python module pcmflux {why}, so browsers can't play the sound of desktops."
    return Finding(GROUP, "sound-encoder", "note", message, (fix,) if fix else ())

"""What starts one application alone in place of a session."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from ...backends.sessions import WITHOUT_COMPOSITOR, Session
from ...desktops.applications.record import ApplicationRecord
from ...errors import InvalidOption, MissingProgram
from ...system.environment import search_path
from ...system.own_python import own_python
from ...system.packages import install_command

NAME = "application"
"""The name of these sessions."""

WINDOW_MANAGERS = ("xfwm4", "openbox", "metacity", "marco", "fluxbox", "icewm", "jwm")
"""Those that maximize windows, take decorations off and tell which there are, if a program asks (EWMH)."""

PROGRAM = "jupyter_vnc_proxy.runner.applications"

Command = Callable[[tuple[str, ...]], tuple[str, ...]]


def application_session(
    record: ApplicationRecord, directory: Path, path: str, included: Sequence[str], command: Command
) -> Session:
    """Return the session for an application on the desktop in ``directory``.

    ``path`` is the user's PATH, ``included`` the sessions of the backend's own processes; ``command`` returns an argv
    as users start it. Raise `InvalidOption` if the backend has a session, `MissingProgram` without a window manager.
    """
    if included:
        message = (
            f"The backend has a session of its own ({included[0]}), so no application can be alone on its desktops."
        )
        raise InvalidOption(message, code="session-included")
    name = next((each for each in WINDOW_MANAGERS if shutil.which(each, path=search_path(path))), None)
    if name is None:
        message = "No window manager is installed, which an application needs."
        raise MissingProgram(message, code="program-missing", part="session", fix=install_command({"apt": "openbox"}))
    manager = (name, *WITHOUT_COMPOSITOR.get(name, ()))
    words = (os.fspath(directory), json.dumps(manager), json.dumps(command(record.argv)))
    return Session(NAME, record.name, (*own_python(PROGRAM), *words))

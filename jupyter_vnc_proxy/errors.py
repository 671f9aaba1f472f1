"""The errors, in one hierarchy.

    VncError
    ├── InvalidOption      an option or argument is invalid       exit code 2, HTTP 400
    ├── UnknownDesktop     no desktop has this name               exit code 3, HTTP 404
    ├── Conflict           the desktop's state forbids it         exit code 4, HTTP 409
    │   └── AlreadyRunning its runner lives already
    ├── TooManyDesktops    the administrator's limit is reached   exit code 1, HTTP 429
    ├── Busy               too much is being done already         exit code 1, HTTP 503
    ├── TimedOut           a program or a display hangs           exit code 1, HTTP 504
    └── StartFailed        a process failed to start              phase ``failed``
        └── MissingProgram a program is not installed

Each class has an HTTP status, for ``server/routes.py`` and ``proxy/page_server.py`` only, and an exit code, for
``cli.py`` only.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from typing import TypedDict


class ErrorModel(TypedDict):
    """An error as JSON: in ``desktop.json``, in a model's ``error`` field."""

    code: str
    message: str
    fix: str | None
    part: str | None
    log: list[str]


class ErrorBody(TypedDict):
    """An error as the body of an HTTP answer."""

    message: str
    code: str
    fix: str | None


class VncError(Exception):
    """Base class: one plain sentence, a stable kebab-case code, and a command that fixes it (or ``None``)."""

    code = "vnc-error"
    exit_code = 1
    status = 500

    def __init__(self, message: str, *, code: str | None = None, fix: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        if code is not None:
            self.code = code

    def body(self) -> ErrorBody:
        """Return the error as the body of an HTTP answer."""
        return {"message": self.message, "code": self.code, "fix": self.fix}


class InvalidOption(VncError):
    """An option or argument is invalid; nothing was started."""

    code = "invalid-option"
    exit_code = 2
    status = 400


class UnknownDesktop(VncError):
    """No desktop has this name."""

    code = "unknown-desktop"
    exit_code = 3
    status = 404


class Conflict(VncError):
    """The desktop's state forbids this."""

    code = "conflict"
    exit_code = 4
    status = 409


class AlreadyRunning(Conflict):
    """The desktop has a runner already, which another server or command may have started just now."""

    code = "already-running"


class TooManyDesktops(VncError):
    """The administrator's limit of desktops is reached."""

    code = "too-many-desktops"
    status = 429


class Busy(VncError):
    """Too much is being done already; a later request may succeed."""

    code = "busy"
    status = 503


class TimedOut(VncError):
    """A program or a display did not answer in time."""

    code = "timed-out"
    status = 504


class StartFailed(VncError):
    """A process of the desktop failed to start, or kept crashing."""

    code = "start-failed"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        fix: str | None = None,
        part: str | None = None,
        log: Sequence[str] = (),
    ) -> None:
        super().__init__(message, code=code, fix=fix)
        self.part = part
        self.log = list(log)

    def model(self) -> ErrorModel:
        """Return the error as JSON for ``desktop.json``."""
        return {
            "code": self.code,
            "message": self.message,
            "fix": self.fix,
            "part": self.part,
            "log": self.log,
        }


class MissingProgram(StartFailed):
    """A program that the backend or the session requires is not installed."""

    code = "program-missing"


LOCK_ERRORS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
"""What flock(2) returns on a file system without locks: NFS without its lock daemon, Lustre without ``-o flock``."""


def other_runtime_directory() -> str:
    """Return a command that chooses another runtime directory, with a short path on a local file system."""
    return f"export JUPYTER_VNC_RUNTIME_DIR=/tmp/my-desktops-{os.getuid()}"


def disk_error(error: OSError) -> VncError:
    """Return the error for a failed write: a full disk, a read-only directory, a file system without locks."""
    where = error.filename or "A file"
    wrapped = VncError(f"{where} could not be written: {error.strerror}.", code="disk", fix="df -h ~ /tmp")
    if error.errno in LOCK_ERRORS:
        message = f"The file system of the runtime directory has no file locks (flock: {error.strerror})."
        wrapped = VncError(message, code="no-locks", fix=other_runtime_directory())
    wrapped.status = 507
    return wrapped

"""Everything that can go wrong, in one hierarchy.

    VncError
    ├── InvalidOption      what was asked for makes no sense      exit code 2, HTTP 400
    ├── UnknownDesktop     no desktop has this name               exit code 3, HTTP 404
    ├── Conflict           the desktop's state forbids it         exit code 4, HTTP 409
    ├── TooManyDesktops    a limit the administrator set          exit code 1, HTTP 429
    └── StartFailed        a part did not come up                 phase ``failed``
        └── MissingProgram a program is not installed

Each class says its HTTP status and exit code; ``routes.py`` and ``page_server.py`` answer with the first, ``cli.py``
with the second, and nothing else does.
"""

from __future__ import annotations

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
    """Base class: one plain sentence, a stable kebab-case code, and what mends it (or ``None``)."""

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
    """What was asked for makes no sense; nothing was started."""

    code = "invalid-option"
    exit_code = 2
    status = 400


class UnknownDesktop(VncError):
    """No desktop has this name."""

    code = "unknown-desktop"
    exit_code = 3
    status = 404


class Conflict(VncError):
    """The desktop is in a state that forbids this."""

    code = "conflict"
    exit_code = 4
    status = 409


class TooManyDesktops(VncError):
    """The administrator's limit of desktops is reached."""

    code = "too-many-desktops"
    status = 429


class StartFailed(VncError):
    """A part of the desktop did not come up, or kept crashing."""

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
    """A program that the backend or the session needs is not installed."""

    code = "program-missing"


def disk_error(error: OSError) -> VncError:
    """Return a write that failed (a full disk, a read-only directory) as an error to show."""
    where = error.filename or "A file"
    wrapped = VncError(f"{where} could not be written: {error.strerror}.", code="disk", fix="df -h ~ /tmp")
    wrapped.status = 507
    return wrapped

"""A desktop as JSON, for browsers."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TypedDict

from ..errors import ErrorModel
from .desktop import Desktop
from .state import DesktopState, iso

CULL_WARNING = 60.0
"""Seconds before its end that an untouched desktop says so (half its time where that is shorter)."""


class DesktopModel(TypedDict):
    """A desktop as JSON, for browsers. Times are ISO 8601 in UTC; `geometry` is in pixels, as in ``1280x720``.

    `stops_at` is set once an untouched desktop is about to be stopped. `xauthority` is a path on the server.
    `encoder` is what encodes video now, where that is known; `notes` are sentences about what is not at its best.
    """

    name: str
    phase: str
    step: str | None
    backend: str
    transport: str
    session: str
    display: str | None
    xauthority: str
    geometry: str
    resize: str
    created: str
    last_activity: str
    stops_at: str | None
    clients: int
    error: ErrorModel | None
    encoder: str | None
    notes: list[str]


def desktop_model(desktop: Desktop, state: DesktopState, clients: int, cull_idle_timeout: float) -> DesktopModel:
    """Return the model of ``desktop``, whose ``state`` was just read; ``clients`` viewers look at it through us."""
    activity = desktop.last_activity()
    deadline = idle_deadline(desktop, state, cull_idle_timeout)
    warning = timedelta(seconds=min(CULL_WARNING, cull_idle_timeout / 2))
    soon = deadline is not None and deadline - datetime.now(timezone.utc) <= warning
    return {
        "name": state.name,
        "phase": state.phase,
        "step": state.step,
        "backend": state.backend,
        "transport": state.transport,
        "session": state.session,
        "display": state.display,
        "xauthority": str(desktop.xauthority),
        "geometry": state.geometry,
        "resize": state.resize,
        "created": state.created,
        "last_activity": state.created if activity is None else iso(activity),
        "stops_at": iso(deadline) if deadline is not None and soon else None,
        "clients": clients,
        "error": state.error,
        "encoder": state.encoder,
        "notes": state.notes,
    }


def idle_deadline(desktop: Desktop, state: DesktopState, cull_idle_timeout: float) -> datetime | None:
    """Return when an untouched desktop is to be stopped; ``None`` where it isn't to be (0 s), or doesn't run."""
    activity = desktop.last_activity()
    if not cull_idle_timeout or state.phase != "running" or activity is None:
        return None
    return activity + timedelta(seconds=cull_idle_timeout)

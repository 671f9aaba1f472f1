"""A desktop as JSON, as REST and the command line return it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import TypedDict

from ..errors import ErrorModel, UnknownDesktop, VncError
from .desktop import Desktop
from .runtime import desktop_path, runtime_directory
from .state import DesktopState, iso

CULL_WARNING = 60.0
"""Seconds before its end that an idle desktop is announced to stop, or half of its time if that is shorter."""


class UserModel(TypedDict):
    """A user of the server: Jupyter's username, and the name to display."""

    username: str
    name: str


class ViewerModel(TypedDict):
    """A connected viewer: its connection's id, its user, its rights, and whether it came by an invitation."""

    id: str
    user: UserModel
    rights: list[str]
    invited: bool


class MonitorModel(TypedDict):
    """A monitor of a desktop: its viewer's connection, the viewer's number for it, and its area in pixels."""

    connection: str
    number: int
    x: int
    y: int
    width: int
    height: int


class DesktopModel(TypedDict):
    """A desktop as JSON. Times are ISO 8601 in UTC; `geometry` is in pixels, as in ``1280x720``.

    `stops_at` is set if an idle desktop is about to be stopped. `xauthority` is a path on the server. `full_chroma`:
    whether the VNC server can send H.264 with full chroma (4:4:4). `scaling`: whether programs that run
    follow the session's scale, `scale`, in percent. `sound`: whether it has a sound server. `several_monitors`: whether
    viewers can add monitors; `monitors` are theirs, if there are two or more. `encoder` is the current video encoder,
    if known; `notes` are sentences about what could be better.
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
    full_chroma: bool
    scaling: bool
    scale: int
    sound: bool
    several_monitors: bool
    monitors: list[MonitorModel]
    created: str
    last_activity: str
    stops_at: str | None
    clients: int
    viewers: list[ViewerModel]
    error: ErrorModel | None
    encoder: str | None
    notes: list[str]


def desktop_model(
    desktop: Desktop,
    state: DesktopState,
    clients: int,
    cull_idle_timeout: float,
    viewers: Sequence[ViewerModel] = (),
    monitors: Sequence[MonitorModel] = (),
) -> DesktopModel:
    """Return the model of ``desktop`` with the given ``state``, and ``clients`` connections.

    ``viewers`` describes those of them whose server knows the users, ``monitors`` what they show if it isn't all.
    """
    activity = desktop.last_activity()
    deadline = idle_deadline(desktop, state, cull_idle_timeout)
    warning = timedelta(seconds=warning_seconds(cull_idle_timeout))
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
        "full_chroma": state.full_chroma,
        "scaling": state.scaling,
        "scale": state.scale,
        "sound": state.sound,
        "several_monitors": state.monitors_through != "",
        "monitors": list(monitors),
        "created": state.created,
        "last_activity": state.created if activity is None else iso(activity),
        "stops_at": iso(deadline) if deadline is not None and soon else None,
        "clients": clients,
        "viewers": list(viewers),
        "error": state.error,
        "encoder": state.encoder,
        "notes": state.notes,
    }


def list_models(runtime_dir: str) -> list[DesktopModel]:
    """Return the models of all desktops, sorted by name. Unlike `DesktopManager`, it does not take ownership."""
    runtime = runtime_directory(runtime_dir)
    found = []
    for entry in sorted(runtime.iterdir()):
        with contextlib.suppress(VncError):
            found.append(model_of(Desktop(desktop_path(runtime, entry.name))))
    return found


def model_of(desktop: Desktop) -> DesktopModel:
    """Return a desktop's model, with the viewers of all processes; raise `UnknownDesktop` if it does not exist."""
    if not desktop.exists():
        raise UnknownDesktop(f"There is no desktop named {desktop.name!r}.")
    return desktop_model(desktop, desktop.state(), desktop.viewers(), 0.0)


def invited_model(model: DesktopModel) -> DesktopModel:
    """Return what a user may know who came by an invitation: the phase, the stop warning and who else is connected.

    Nobody who was invited may set the scale, so it can't be promised.
    """
    return {
        **model,
        "backend": "",
        "transport": "",
        "session": "",
        "display": None,
        "xauthority": "",
        "error": None,
        "encoder": None,
        "notes": [],
        "scaling": False,
    }


def warning_seconds(cull_idle_timeout: float) -> float:
    """Return how long an idle desktop is announced to stop before it is stopped."""
    return min(CULL_WARNING, cull_idle_timeout / 2)


def idle_deadline(desktop: Desktop, state: DesktopState, cull_idle_timeout: float) -> datetime | None:
    """Return when an idle desktop is to be stopped; ``None`` if it runs without a limit (0 s), or doesn't run."""
    activity = desktop.last_activity()
    if not cull_idle_timeout or not state.is_usable or activity is None:
        return None
    return activity + timedelta(seconds=cull_idle_timeout)

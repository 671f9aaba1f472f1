"""Prometheus metrics in Jupyter's registry, and Jupyter events.

Both contain counts, names and error codes, never the contents of the screen, keyboard or clipboard.
"""

from __future__ import annotations

import logging
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jupyter_events import EventLogger
from prometheus_client import Counter, Gauge

from .desktop_watcher import DesktopChange

EVENT_SCHEMA = Path(__file__).parent / "event_schemas" / "desktop" / "v1.yaml"
EVENT_ID = "https://events.jupyter.org/jupyter_vnc_proxy/desktop/v1"

PHASES = ("starting", "running", "stopped", "failed")

DESKTOPS = Gauge("jupyter_vnc_desktops", "Desktops of this server, by phase", ["phase"])
CLIENTS = Gauge("jupyter_vnc_clients", "Connected viewers")
BYTES = Counter("jupyter_vnc_bytes", "Bytes sent to viewers and received from them", ["direction"])
STARTS = Counter("jupyter_vnc_starts", "Desktops started, by backend", ["backend"])
FAILURES = Counter("jupyter_vnc_failures", "Desktops that failed, by error code", ["code"])

SENT = BYTES.labels("sent")
RECEIVED = BYTES.labels("received")

ACTIONS = {"starting": "start", "running": "running", "stopped": "stop", "failed": "fail"}
"""The event's ``action`` for each new phase; what happens elsewhere is no event of this server's."""


def event_schema(events_version: str, file: Path = EVENT_SCHEMA) -> str:
    """Return a schema of events as YAML, as this version of jupyter-events takes it.

    Before 0.11, a schema's version must be a number; later versions want a string.
    """
    schema = file.read_text(encoding="utf-8")
    major, minor = events_version.split(".")[:2]
    return schema if (int(major), int(minor)) >= (0, 11) else schema.replace('version: "1"', "version: 1")


class DesktopMetrics:
    """Updates the metrics, and emits events if there is an event logger."""

    def __init__(self, events: EventLogger | None) -> None:
        self._events = events
        self._log = logging.getLogger(__name__)
        if events is not None and EVENT_ID not in events.schemas:
            events.register_event_schema(event_schema(version("jupyter-events")))

    def desktop_changed(self, change: DesktopChange) -> None:
        """Handle a change that `DesktopWatcher` reports."""
        before, after = change.before, change.after
        if before is not None:
            DESKTOPS.labels(before["phase"]).dec()
        if after is None:
            return
        DESKTOPS.labels(after["phase"]).inc()
        if after["phase"] == (before["phase"] if before else None):
            return
        if before is None and after["phase"] != "starting":
            return  # another server started it
        details = {"backend": after["backend"]}
        if after["phase"] == "running":
            STARTS.labels(after["backend"]).inc()
        elif after["phase"] == "failed" and after["error"] is not None:
            details["code"] = after["error"]["code"]
            FAILURES.labels(details["code"]).inc()
        if after["phase"] in ACTIONS:
            self._emit(ACTIONS[after["phase"]], change.name, **details)

    def client_connected(self, name: str) -> None:
        """Count a viewer that connected to the desktop ``name``."""
        CLIENTS.inc()
        self._emit("connect", name)

    def client_disconnected(self, name: str) -> None:
        """Count a viewer that disconnected from the desktop ``name``."""
        CLIENTS.dec()
        self._emit("disconnect", name)

    def _emit(self, action: str, name: str, **details: Any) -> None:
        if self._events is None:
            return
        try:
            self._events.emit(schema_id=EVENT_ID, data={"action": action, "name": name, **details})
        except Exception:  # of a site's handler; the connection that it reports must not suffer
            self._log.exception("%s: error while an event was emitted: %s", name, action)

"""What an administrator sees: Prometheus metrics in Jupyter's registry, and Jupyter events.

Counts and names only; never what is on a screen, typed or copied.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_events import EventLogger
from prometheus_client import Counter, Gauge

from .desktop_watcher import Change

EVENT_SCHEMA = Path(__file__).parent / "event_schemas" / "desktop" / "v1.yaml"
EVENT_ID = "https://events.jupyter.org/jupyter_vnc_proxy/desktop/v1"

PHASES = ("starting", "running", "stopped", "failed")

DESKTOPS = Gauge("jupyter_vnc_desktops", "Desktops of this server, by phase", ["phase"])
CLIENTS = Gauge("jupyter_vnc_clients", "Viewers that are connected")
BYTES = Counter("jupyter_vnc_bytes", "Bytes between viewers and desktops, seen from the server", ["direction"])
STARTS = Counter("jupyter_vnc_starts", "Desktops started, by backend", ["backend"])
FAILURES = Counter("jupyter_vnc_failures", "Desktops that failed, by the error's code", ["code"])

SENT = BYTES.labels("sent")
RECEIVED = BYTES.labels("received")

ACTIONS = {"starting": "start", "running": "running", "stopped": "stop", "failed": "fail"}
"""What a desktop's new phase is called in an event."""


class Telemetry:
    """Counts, and emits events where there is a logger for them."""

    def __init__(self, events: EventLogger | None) -> None:
        self._events = events
        if events is not None and EVENT_ID not in events.schemas:
            events.register_event_schema(EVENT_SCHEMA)

    def desktop_changed(self, change: Change) -> None:
        """Take in a change that a `DesktopWatcher` saw."""
        before, after = change.before, change.after
        if before is not None:
            DESKTOPS.labels(before["phase"]).dec()
        if after is None:
            return
        DESKTOPS.labels(after["phase"]).inc()
        if after["phase"] == (before["phase"] if before else None):
            return
        if before is None and after["phase"] != "starting":
            return  # found, as another server left it
        details = {"backend": after["backend"]}
        if after["phase"] == "running":
            STARTS.labels(after["backend"]).inc()
        elif after["phase"] == "failed" and after["error"] is not None:
            details["code"] = after["error"]["code"]
            FAILURES.labels(details["code"]).inc()
        self._emit(ACTIONS[after["phase"]], change.name, **details)

    def client_connected(self, name: str) -> None:
        """A viewer came."""
        CLIENTS.inc()
        self._emit("connect", name)

    def client_gone(self, name: str) -> None:
        """A viewer went."""
        CLIENTS.dec()
        self._emit("disconnect", name)

    def _emit(self, action: str, name: str, **details: Any) -> None:
        if self._events is not None:
            self._events.emit(schema_id=EVENT_ID, data={"action": action, "name": name, **details})

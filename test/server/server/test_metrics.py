"""Prometheus metrics, and events that contain only names and codes."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from jupyter_events import EventLogger
from prometheus_client import REGISTRY
from support.api import Api
from support.standins import BANNER
from support.waiting import until

from jupyter_vnc_proxy.server.desktop_watcher import DesktopChange
from jupyter_vnc_proxy.server.metrics import EVENT_ID, EVENT_SCHEMA, PHASES, DesktopMetrics, event_schema

SECRET = "the-lyrics-of-a-song"


@pytest.fixture
def api(watching_api: Api) -> Api:
    return watching_api


@pytest.fixture
def events(jp_serverapp: Any) -> list[dict[str, Any]]:
    """The package's events, as a listener receives them."""
    heard: list[dict[str, Any]] = []

    async def listen(logger: EventLogger, schema_id: str, data: dict[str, Any]) -> None:
        heard.append(data)

    jp_serverapp.event_logger.add_listener(schema_id=EVENT_ID, listener=listen)
    return heard


def samples() -> dict[str, float]:
    """Return the package's samples by name and label."""
    return {
        "/".join((sample.name, *sample.labels.values())): sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name.startswith("jupyter_vnc_") and not sample.name.endswith("_created")
    }


@pytest.fixture
def counted() -> Callable[[], dict[str, float]]:
    """Return a function that returns the samples' changes since the start of the test."""
    before = samples()

    def differences() -> dict[str, float]:
        now = samples()
        return {key: now[key] - before.get(key, 0) for key in now if now[key] != before.get(key, 0)}

    return differences


Counted = Callable[[], dict[str, float]]
START = {"action": "start", "name": "default", "backend": "tigervnc"}


async def test_the_life_cycle_of_a_desktop_is_counted_and_emitted(
    api: Api, counted: Counted, events: list[dict[str, Any]]
) -> None:
    await api("POST", "default", "start")
    await until(lambda: counted().get("jupyter_vnc_desktops/running") == 1)
    assert counted() == {"jupyter_vnc_desktops/running": 1, "jupyter_vnc_starts_total/tigervnc": 1}
    await api("POST", "default", "stop")
    await until(lambda: counted().get("jupyter_vnc_desktops/stopped") == 1)
    await api("DELETE", "default")
    await until(lambda: counted() == {"jupyter_vnc_starts_total/tigervnc": 1})
    assert events == [START, {**START, "action": "running"}, {**START, "action": "stop"}]


@pytest.mark.parametrize("vnc_traits", [{"session_command": ["sh", "-c", f"echo {SECRET}; exit 3"]}])
async def test_a_failure_is_counted_and_emitted_by_its_code(
    api: Api, counted: Counted, events: list[dict[str, Any]]
) -> None:
    await api("POST", "default", "start")
    assert SECRET in (await api.until("default", "failed"))["error"]["log"]
    await until(lambda: counted().get("jupyter_vnc_desktops/failed") == 1)
    assert counted()["jupyter_vnc_failures_total/session-ended-early"] == 1
    assert events[-1] == {**START, "action": "fail", "code": "session-ended-early"}
    assert SECRET not in str(events)


async def test_viewers_and_bytes_are_counted_and_events_hold_no_content(
    api: Api, jp_ws_fetch: Any, counted: Counted, events: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await api("POST", "default", "start")
    await api.until("default", "running")
    viewer = await jp_ws_fetch("api", "desktops", "default", "rfb")
    assert await viewer.read_message() == BANNER
    assert counted()["jupyter_vnc_clients"] == 1
    assert counted()["jupyter_vnc_bytes_total/sent"] == len(BANNER)
    sent = BANNER + b"\1\1" + b"\6" + bytes(3) + len(SECRET).to_bytes(4, "big") + SECRET.encode()
    await viewer.write_message(sent, binary=True)
    await until(lambda: counted().get("jupyter_vnc_bytes_total/received") == len(sent))
    viewer.close()
    await until(lambda: "jupyter_vnc_clients" not in counted())
    await until(lambda: any(event["action"] == "disconnect" for event in events))
    told = [event for event in events if event["action"] in ("connect", "disconnect")]
    assert told == [{"action": "connect", "name": "default"}, {"action": "disconnect", "name": "default"}]
    assert SECRET not in str(events) + caplog.text


async def test_metrics_are_served_with_jupyters_own(api: Api, jp_fetch: Any) -> None:
    text = (await jp_fetch("metrics")).body.decode()
    for name in ("desktops", "clients", "bytes_total", "starts_total", "failures_total"):
        assert f"\n# TYPE jupyter_vnc_{name} " in text or f"\n# TYPE jupyter_vnc_{name.removesuffix('_total')}" in text


def model(phase: str, **changes: Any) -> Any:
    return {"name": "work", "phase": phase, "backend": "x11vnc", "error": None, **changes}


FAILED = model("failed", error={"code": "program-missing", "message": SECRET, "fix": SECRET, "log": [SECRET]})


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (None, model("running"), {"jupyter_vnc_desktops/running": 1}),
        (None, FAILED, {"jupyter_vnc_desktops/failed": 1}),
        (model("running"), None, {"jupyter_vnc_desktops/running": -1}),
        (model("running", display=":1"), model("running", display=":2"), {}),
    ],
    ids=["found running", "found failed", "removed", "another display"],
)
def test_finding_or_removing_a_desktop_emits_no_event(
    counted: Counted, before: Any, after: Any, wanted: dict[str, float]
) -> None:
    output = io.StringIO()
    DesktopMetrics(writing_to(output)).desktop_changed(DesktopChange("work", before, after))
    assert counted() == wanted
    assert output.getvalue() == ""


def test_a_failure_event_has_no_message_or_log() -> None:
    output = io.StringIO()
    DesktopMetrics(writing_to(output)).desktop_changed(DesktopChange("work", model("starting"), FAILED))
    assert '"code": "program-missing"' in output.getvalue()
    assert SECRET not in output.getvalue()


def writing_to(output: io.StringIO) -> EventLogger:
    return EventLogger(handlers=[logging.StreamHandler(output)])


def test_it_counts_without_an_event_logger(counted: Counted) -> None:
    DesktopMetrics(None).client_connected("work")
    assert counted() == {"jupyter_vnc_clients": 1}
    DesktopMetrics(None).client_disconnected("work")
    assert counted() == {}


def test_the_event_schema_has_no_field_for_content() -> None:
    schema = yaml.safe_load(EVENT_SCHEMA.read_text())
    assert schema["$id"] == EVENT_ID
    assert schema["properties"].keys() == {"action", "name", "backend", "code"}
    assert set(PHASES) == {"starting", "running", "stopped", "failed"}


@pytest.mark.parametrize(
    ("events", "schema_version"), [("0.6.0", 1), ("0.10.0", 1), ("0.11.0", "1"), ("0.12.1", "1"), ("1.0.0", "1")]
)
def test_the_schema_has_a_version_that_jupyter_events_accepts(events: str, schema_version: object) -> None:
    assert yaml.safe_load(event_schema(events)) == {
        **yaml.safe_load(EVENT_SCHEMA.read_text()),
        "version": schema_version,
    }

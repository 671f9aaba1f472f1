"""What an administrator sees: Prometheus samples, and events that hold names and codes and nothing else."""

from __future__ import annotations

import asyncio
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

from jupyter_vnc_proxy.server.desktop_watcher import Change
from jupyter_vnc_proxy.server.metrics import EVENT_ID, EVENT_SCHEMA, PHASES, Telemetry

SECRET = "the-lyrics-of-a-song"


@pytest.fixture
def api(vnc: Any, jp_fetch: Any, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Api:
    """A server that watches, as one that was not made by a test does from its start on."""

    async def start() -> None:
        vnc.watcher.start()

    jp_asyncio_loop.run_until_complete(start())
    return Api(jp_fetch)


@pytest.fixture
def events(jp_serverapp: Any) -> list[dict[str, Any]]:
    """The events of ours that a listener hears."""
    heard: list[dict[str, Any]] = []

    async def listen(logger: EventLogger, schema_id: str, data: dict[str, Any]) -> None:
        heard.append(data)

    jp_serverapp.event_logger.add_listener(schema_id=EVENT_ID, listener=listen)
    return heard


def samples() -> dict[str, float]:
    """Return every sample of ours by its name and label."""
    return {
        "/".join((sample.name, *sample.labels.values())): sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name.startswith("jupyter_vnc_") and not sample.name.endswith("_created")
    }


@pytest.fixture
def counted() -> Callable[[], dict[str, float]]:
    """Return by how much each sample differs from what it was before the test, where it does."""
    before = samples()

    def differences() -> dict[str, float]:
        now = samples()
        return {key: now[key] - before.get(key, 0) for key in now if now[key] != before.get(key, 0)}

    return differences


Counted = Callable[[], dict[str, float]]
START = {"action": "start", "name": "default", "backend": "tigervnc"}


async def test_a_desktops_life_is_counted_and_told(api: Api, counted: Counted, events: list[dict[str, Any]]) -> None:
    await api("POST", "default", "start")
    await until(lambda: counted().get("jupyter_vnc_desktops/running") == 1)
    assert counted() == {"jupyter_vnc_desktops/running": 1, "jupyter_vnc_starts_total/tigervnc": 1}
    await api("POST", "default", "stop")
    await until(lambda: counted().get("jupyter_vnc_desktops/stopped") == 1)
    await api("DELETE", "default")
    await until(lambda: counted() == {"jupyter_vnc_starts_total/tigervnc": 1})
    assert events == [START, {**START, "action": "running"}, {**START, "action": "stop"}]


@pytest.mark.parametrize("vnc_traits", [{"session_command": ["sh", "-c", f"echo {SECRET}; exit 3"]}])
async def test_a_failure_is_counted_and_told_by_its_code(
    api: Api, counted: Counted, events: list[dict[str, Any]]
) -> None:
    await api("POST", "default", "start")
    assert SECRET in (await api.until("default", "failed"))["error"]["log"]
    await until(lambda: counted().get("jupyter_vnc_desktops/failed") == 1)
    assert counted()["jupyter_vnc_failures_total/session-ended-early"] == 1
    assert events[-1] == {**START, "action": "fail", "code": "session-ended-early"}
    assert SECRET not in str(events)


async def test_viewers_and_their_bytes_are_counted_and_nothing_of_what_they_do_is_told(
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


async def test_they_stand_among_jupyters_own(api: Api, jp_fetch: Any) -> None:
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
def test_what_is_only_found_or_removed_is_no_start_failure_or_stop(
    counted: Counted, before: Any, after: Any, wanted: dict[str, float]
) -> None:
    output = io.StringIO()
    Telemetry(writing_to(output)).desktop_changed(Change("work", before, after))
    assert counted() == wanted
    assert output.getvalue() == ""


def test_a_failure_is_told_without_its_message_or_log() -> None:
    output = io.StringIO()
    Telemetry(writing_to(output)).desktop_changed(Change("work", model("starting"), FAILED))
    assert '"code": "program-missing"' in output.getvalue()
    assert SECRET not in output.getvalue()


def writing_to(output: io.StringIO) -> EventLogger:
    return EventLogger(handlers=[logging.StreamHandler(output)])


def test_without_a_logger_of_events_it_counts_all_the_same(counted: Counted) -> None:
    Telemetry(None).client_connected("work")
    assert counted() == {"jupyter_vnc_clients": 1}
    Telemetry(None).client_gone("work")
    assert counted() == {}


def test_the_schema_has_no_place_for_content() -> None:
    schema = yaml.safe_load(EVENT_SCHEMA.read_text())
    assert schema["$id"] == EVENT_ID
    assert schema["properties"].keys() == {"action", "name", "backend", "code"}
    assert set(PHASES) == {"starting", "running", "stopped", "failed"}

"""A desktop that runs elsewhere, or whose runner never ends, over REST."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.api import Api
from support.rest import SPECIFICATION, complaints
from support.standins import StandIn
from tornado.httpclient import HTTPClientError

from jupyter_vnc_proxy.desktops import waiting
from jupyter_vnc_proxy.system.process_identity import ProcessIdentity

DESKTOP = SPECIFICATION["components"]["schemas"]["Desktop"]


@pytest.fixture
def api(vnc: Any, jp_fetch: Any) -> Api:
    return Api(jp_fetch)


@pytest.fixture
def elsewhere(runtime: Path) -> Iterator[StandIn]:
    """A desktop that runs on another machine, which shares the runtime directory."""
    made = StandIn(runtime / "default", f"{replace(ProcessIdentity.own(), boot='another')}\n")
    yield made
    made.close()


async def test_it_is_listed_and_left_alone(api: Api, vnc: Any, elsewhere: StandIn) -> None:
    (model,) = await api("GET")
    assert complaints(DESKTOP, model) == []
    assert (model["phase"], model["error"]["code"]) == ("running-elsewhere", "running-elsewhere")
    assert "JUPYTER_VNC_RUNTIME_DIR" in model["error"]["fix"]
    for verb, *parts in (("POST", "start"), ("POST", "stop"), ("POST", "restart"), ("DELETE",), ("GET", "screenshot")):
        error = await api.refused(409, verb, "default", *parts)
        assert error["code"] == "running-elsewhere"
    with pytest.raises(HTTPClientError) as raised:
        await api.raw("GET", "default", "rfb", headers={"Upgrade": "websocket", "Connection": "Upgrade"})
    assert raised.value.code in (400, 409), "no desktop to connect to"
    await vnc.stop_extension()
    assert elsewhere.process.poll() is None


async def test_a_stop_that_cannot_end_answers_504_and_frees_the_name(
    api: Api, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "STOP_TIMEOUT", 0.1)
    monkeypatch.setattr(waiting, "KILL_TIMEOUT", 0.1)
    unending = StandIn(runtime / "default", f"{replace(ProcessIdentity.own(), start_time=1)}\n")
    try:
        for _ in range(2):
            error = await api.refused(504, "POST", "default", "stop")
            assert error["code"] == "stop-timeout"
            assert "does not end, though it was killed" in error["message"]
        assert (await asyncio.wait_for(api("GET", "default"), 60))["phase"] == "running"
    finally:
        unending.close()
    assert (await api("POST", "default", "stop"))["phase"] == "stopped"
    assert json.loads((runtime / "default" / "desktop.json").read_text())["phase"] == "stopped"

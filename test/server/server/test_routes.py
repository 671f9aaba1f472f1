"""The REST API over real HTTP with real desktops: their life cycle, and all errors."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.api import REQUEST_SECONDS, Api
from support.processes import processes_of
from support.standins import StandIn

from jupyter_vnc_proxy.desktops import waiting
from jupyter_vnc_proxy.desktops.state import DesktopState
from jupyter_vnc_proxy.errors import InvalidOption
from jupyter_vnc_proxy.options import NAME_PATTERN, RESERVED_NAMES
from jupyter_vnc_proxy.server.web.api_table import ENDPOINTS
from jupyter_vnc_proxy.server.web.body import read_body

MODEL = {
    *("name", "phase", "step", "backend", "transport", "session", "display", "geometry", "resize", "created"),
    *("last_activity", "clients", "error"),
}


@pytest.fixture
def api(vnc: Any, jp_fetch: Any) -> Api:
    return Api(jp_fetch)


async def test_the_life_cycle_of_the_default_desktop(api: Api, runtime: Path) -> None:
    assert await api("GET") == []
    model = await api("POST", "default", "start")
    assert model["phase"] == "starting"
    assert model.keys() >= MODEL
    model = await api.until("default", "running")
    assert (model["backend"], model["session"], model["geometry"]) == ("tigervnc", "command", "1280x720")
    assert model["display"].startswith(":")
    assert await api("POST", "default", "start") == model, "starting again changes nothing"
    assert await api("GET") == [model]
    log = await api("GET", "default", "log")
    assert (log["name"], log["part"]) == ("default", "session")
    assert {"display", "runner", "session"} <= set(log["parts"])
    restarted = await api("POST", "default", "restart")
    assert restarted["phase"] == "starting"
    await api.until("default", "running")
    stopped = await api("POST", "default", "stop")
    assert (stopped["phase"], stopped["display"], stopped["error"]) == ("stopped", None, None)
    assert processes_of(runtime / "default") == {}
    assert await api("POST", "default", "stop") == stopped, "stopping again changes nothing"
    await api("POST", "default", "start")
    await api.until("default", "running")
    assert (await api.raw("DELETE", "default")).code == 204
    assert not (runtime / "default").exists()
    assert await api("GET") == []
    await api.refused(404, "DELETE", "default")


async def test_the_response_about_a_desktop_that_starts_waits_for_the_next_step(
    api: Api, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "STEP_TIMEOUT", 2 * REQUEST_SECONDS)
    desktop = StandIn(runtime / "default")
    try:
        assert (await api("GET", "default", params={"step": "vnc"}))["phase"] == "running"
        desktop.desktop.write_state(DesktopState("default", "starting", "display"))
        assert (await api("GET", "default", params={"step": "vnc"}))["step"] == "display"
        response = asyncio.ensure_future(api("GET", "default", params={"step": "display"}))
        await asyncio.sleep(0.2)
        assert not response.done()
        desktop.desktop.write_state(DesktopState("default", "starting", "display", notes=["Not a step."]))
        await asyncio.sleep(0.2)
        assert not response.done()
        desktop.desktop.write_state(DesktopState("default", "running", "session"))
        assert (await response)["phase"] == "running"
        desktop.desktop.write_state(DesktopState("default", "starting", "display"))
        monkeypatch.setattr(waiting, "STEP_TIMEOUT", 0.1)
        assert (await api("GET", "default", params={"step": "display"}))["step"] == "display"
    finally:
        desktop.close()


async def test_a_desktop_keeps_its_options_when_it_restarts(api: Api) -> None:
    wanted = {"name": "work", "backend": "x11vnc", "geometry": "640x480"}
    response = await api.raw("POST", body=wanted)
    assert response.code == 201
    model = json.loads(response.body)
    assert wanted.items() <= model.items()
    model = await api.until("work", "running")
    assert wanted.items() <= model.items()
    await api("POST", "work", "restart")
    assert wanted.items() <= (await api.until("work", "running")).items()


async def test_without_a_body_a_desktop_gets_a_free_name(api: Api) -> None:
    first, second = await api("POST"), await api("POST", body={"name": ""})
    assert [first["name"], second["name"]] == ["desktop-1", "desktop-2"]
    assert [model["name"] for model in await api("GET")] == ["desktop-1", "desktop-2"]


async def test_a_name_that_is_taken_is_refused(api: Api) -> None:
    await api("POST", body={"name": "one"})
    assert (await api.refused(409, "POST", body={"name": "one"}))["code"] == "name-taken"


async def test_a_burst_of_starts_makes_one_desktop(api: Api, runtime: Path) -> None:
    await asyncio.gather(*(api("POST", "default", "start") for _ in range(5)))
    await api.until("default", "running")
    servers = [line for line in processes_of(runtime / "default").values() if "vnc" in line.split()[0]]
    assert len(servers) == 1


@pytest.mark.parametrize(
    ("method", "parts"),
    [
        *(("GET", ("nobody",)), ("DELETE", ("nobody",)), ("POST", ("nobody", "start")), ("POST", ("nobody", "stop"))),
        *(("POST", ("nobody", "restart")), ("GET", ("nobody", "log")), ("GET", ("nobody", "rfb"))),
    ],
)
async def test_an_unknown_desktop_is_a_404(api: Api, method: str, parts: tuple[str, ...]) -> None:
    assert (await api.refused(404, method, *parts))["code"] == "unknown-desktop"


async def test_an_unknown_address_is_a_json_404(api: Api) -> None:
    assert (await api.refused(404, "GET", "default", "nonsense"))["code"] == "unknown-address"


BODIES = [
    (b"{", "bad-body"),
    (b"[]", "bad-body"),
    (b'"text"', "bad-body"),
    (b"\xff\xfe", "bad-body"),
    (b'{"nme": "x"}', "unknown-field"),
    (b'{"name": 7}', "bad-field"),
    (b'{"name": null}', "bad-field"),
    (b'{"geometry": [640, 480]}', "bad-field"),
    (b'{"geometry": "640"}', "bad-geometry"),
    (b'{"geometry": "1x1"}', "bad-geometry"),
    (b'{"name": "../x"}', "bad-name"),
    (b'{"name": "backends"}', "bad-name"),
    (b"[" * 60_000, "bad-body"),
    (b'{"name": ' * 8_000, "bad-body"),
    (b'{"name": "' + b"x" * 70_000 + b'"}', "bad-body"),
    (b'{"name": 1e999}', "bad-field"),
    (b'{"name": NaN}', "bad-field"),
    (b'{"name": ' + b"9" * 5_000 + b"}", "bad-body"),
    (b'{"name": "a b"}', "bad-name"),
    (b'{"backend": "nope"}', "unknown-backend"),
    (b'{"transport": "native", "backend": "tigervnc"}', "unknown-transport"),
]


def test_a_name_that_the_table_uses_is_reserved() -> None:
    words = {each.path.removeprefix("/api/desktops/") for each in ENDPOINTS if each.path.startswith("/api/desktops/")}
    assert {word for word in words if "/" not in word and "{" not in word} == RESERVED_NAMES


async def test_an_invalid_body_is_a_400_and_starts_nothing(api: Api, runtime: Path) -> None:
    for body, code in BODIES:
        assert (await api.refused(400, "POST", body=body))["code"] == code, body
    assert (await api.refused(400, "POST", "default", "start", body={"session": "xfce"}))["code"] == "unknown-field"
    assert await api("GET") == []
    assert processes_of(runtime) == {}


async def test_a_requested_session_overrides_the_configured_command(api: Api) -> None:
    model = await api("POST", body={"session": "openbox"})
    assert (await api.until(model["name"], "running"))["session"] == "openbox"


@pytest.mark.parametrize("vnc_traits", [{"session_command": []}])
async def test_an_unknown_or_missing_session_is_a_400(api: Api) -> None:
    for session, code in (("nope", "unknown-session"), ("plasma", "session-missing")):
        error = await api.refused(400, "POST", body={"session": session})
        assert error["code"] == code
        assert (error["fix"] is not None) == (code == "session-missing")
    assert await api("GET") == []


@pytest.mark.parametrize("vnc_traits", [{"max_desktops": 1}])
async def test_max_desktops_limits_the_running_desktops(api: Api) -> None:
    await api("POST", body={"name": "one"})
    assert (await api.refused(429, "POST", body={"name": "two"}))["code"] == "too-many-desktops"
    await api("POST", "one", "stop")
    await api("POST", body={"name": "two"})
    assert (await api.refused(429, "POST", "one", "start"))["code"] == "too-many-desktops"


async def test_a_log_is_requested_by_process_and_number_of_lines(api: Api) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    log = await api("GET", "default", "log", params={"part": "display", "lines": "1"})
    assert log["part"] == "display"
    assert len(log["lines"]) == 1
    assert (await api.refused(400, "GET", "default", "log", params={"part": "no"}))["code"] == "unknown-part"
    assert (await api.refused(400, "GET", "default", "log", params={"lines": "x"}))["code"] == "bad-field"


@pytest.mark.parametrize("vnc_traits", [{"backend": "x11vnc"}])
async def test_a_desktop_whose_vnc_server_cannot_resize_is_resized(api: Api) -> None:
    await api("POST", "default", "start")
    model = await api.until("default", "running")
    assert model["resize"] == "rest"
    await api("POST", "default", "resize", body={"width": 900, "height": 700})
    deadline = time.monotonic() + 5
    while (await api("GET", "default"))["geometry"] != "900x700":
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    for body in ({}, {"width": 900}, {"width": "9", "height": 7}, {"width": True, "height": 700}, {"width": 1.5}):
        assert (await api.refused(400, "POST", "default", "resize", body=body))["code"] == "bad-field"
    error = await api.refused(400, "POST", "default", "resize", body={"width": 1, "height": 700})
    assert error["code"] == "bad-geometry"
    await api("POST", "default", "stop")
    error = await api.refused(409, "POST", "default", "resize", body={"width": 900, "height": 700})
    assert error["code"] == "not-running"


@pytest.mark.parametrize("percent", [100, 175, 300])
async def test_a_session_is_scaled(api: Api, percent: int) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    assert (await api("POST", "default", "scale", body={"percent": percent}))["scale"] == percent
    deadline = time.monotonic() + 5
    while (await api("GET", "default"))["scale"] != percent:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_a_scale_is_checked(api: Api) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    for body in ({}, {"percent": "200"}, {"percent": 150.5}, {"percent": True}, {"percent": None}, {"scale": 200}):
        assert (await api.refused(400, "POST", "default", "scale", body=body))["code"] in ("bad-field", "unknown-field")
    for percent in (-200, 0, 99, 301, 2**40):
        error = await api.refused(400, "POST", "default", "scale", body={"percent": percent})
        assert error["code"] == "bad-scale"
    await api("POST", "default", "stop")
    assert (await api.refused(409, "POST", "default", "scale", body={"percent": 200}))["code"] == "not-running"
    assert (await api("GET", "default"))["scale"] == 100


async def test_backends_and_sessions_are_listed(api: Api) -> None:
    listed = await api("GET", "backends")
    backends = {each["name"]: each for each in listed["backends"]}
    assert backends["tigervnc"]["default"]
    assert not backends["x11vnc"]["default"]
    assert backends["x11vnc"]["transports"] == ["direct", "websockify", "native"]
    for each in backends.values():
        assert each["usable"] == (each["missing"] == [])
    assert all(each.keys() == {"name", "title"} for each in listed["sessions"])


@pytest.mark.parametrize("vnc_traits", [{"session_command": ["sh", "-c", "echo the reason; exit 3"]}])
async def test_a_failed_desktop_has_an_error_and_can_start_again(api: Api) -> None:
    await api("POST", "default", "start")
    model = await api.until("default", "failed")
    assert (model["error"]["code"], model["error"]["part"]) == ("session-ended-early", "session")
    assert "the reason" in model["error"]["log"]
    assert (await api("GET", "default", "log"))["lines"][-1] == "the reason"
    assert (await api("POST", "default", "start"))["phase"] == "starting"
    await api.until("default", "failed")


async def test_a_desktop_whose_runner_was_killed_has_failed_and_can_start_again(api: Api, vnc: Any) -> None:
    await api("POST", "default", "start")
    display = (await api.until("default", "running"))["display"]
    desktop = vnc.manager.get("default")
    cookie = desktop.xauthority.read_bytes()[-16:]
    desktop._spawned.kill()
    model = await api.until("default", "failed")
    assert model["error"]["code"] == "runner-died"
    await api("POST", "default", "start")
    model = await api.until("default", "running")
    assert model["error"] is None
    assert model["display"] == display, "kernels keep their DISPLAY"
    assert desktop.xauthority.read_bytes()[-16:] != cookie


async def test_a_full_disk_is_a_507(api: Api, vnc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "/run/desktop.json")

    monkeypatch.setattr("jupyter_vnc_proxy.desktops.desktop.Desktop.write_state", full)
    error = await api.refused(507, "POST", "default", "start")
    assert error["code"] == "disk"
    assert "/run/desktop.json" in error["message"]


@given(st.text(min_size=1, max_size=40).filter(lambda name: NAME_PATTERN.fullmatch(name) is None))
def test_an_invalid_name_in_a_body_is_refused(name: str) -> None:
    from jupyter_vnc_proxy.options import check_name

    body = read_body(json.dumps({"name": name}).encode(), {"name": str})
    with pytest.raises(InvalidOption):
        check_name(body["name"])


FIELDS = {"name": str, "width": int}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "width", "x"]), inner, max_size=3)
    ),
)


@given(st.one_of(JSON.map(lambda value: json.dumps(value).encode()), st.binary(max_size=30)))
def test_a_body_is_parsed_into_known_fields_or_refused(raw: bytes) -> None:
    try:
        body = read_body(raw, FIELDS)
    except InvalidOption as error:
        assert error.status == 400
        return
    assert all(type(value) is FIELDS[key] for key, value in body.items())

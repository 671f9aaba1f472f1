"""rest-api.yml is valid OpenAPI, documents exactly the routes, and matches real responses."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xcffib.xproto
from openapi_spec_validator import OpenAPIV31SpecValidator
from PIL import Image
from support.api import Api
from support.rest import ROUTES, SPECIFICATION, complaints
from tornado.httpclient import HTTPResponse

from jupyter_vnc_proxy.options import MAX_SIDE, MIN_SIDE, NAME_PATTERN
from jupyter_vnc_proxy.server.web.api_table import ENDPOINTS
from jupyter_vnc_proxy.system.x_display import connect

ROOT = "/api/desktops"
PNG = b"\x89PNG\r\n\x1a\n"


def test_it_is_valid_openapi() -> None:
    assert SPECIFICATION["openapi"].startswith("3.1.")
    assert [str(error) for error in OpenAPIV31SpecValidator(SPECIFICATION).iter_errors()] == []


def test_it_documents_exactly_the_routes() -> None:
    written = {
        (verb.upper(), path)
        for path, operations in SPECIFICATION["paths"].items()
        for verb in operations.keys() & {"get", "post", "put", "patch", "delete"}
    }
    ours = {(verb, path.replace("/default", "/{name}").replace("/nothing", "/{id}")) for verb, path in ROUTES}
    assert written == ours


def test_it_names_the_operations_as_the_table_does() -> None:
    for endpoint in ENDPOINTS:
        operation = SPECIFICATION["paths"][endpoint.path][endpoint.verb.lower()]
        assert operation["operationId"] == endpoint.operation
        assert {str(endpoint.status), "101"} & operation["responses"].keys()


def test_operation_ids_are_unique() -> None:
    operations = [
        operation
        for path in SPECIFICATION["paths"].values()
        for verb, operation in path.items()
        if verb != "parameters"
    ]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all("default" in operation["responses"] for operation in operations), "each may fail"


def resolved(node: Any) -> Any:
    """Follow a reference within the specification."""
    while "$ref" in node:
        target: Any = SPECIFICATION
        for word in node["$ref"].removeprefix("#/").split("/"):
            target = target[word]
        node = target
    return node


class CheckedApi(Api):
    """Compares each response, and each accepted body, with the specification."""

    answered: set[tuple[str, str, int]]

    async def raw(self, method: str, *parts: str, body: Any = None, **settings: Any) -> HTTPResponse:
        response = await super().raw(method, *parts, body=body, **{**settings, "raise_error": False})
        path = "/".join(
            [
                ROOT,
                *(parts[:1] if parts[:1] == ("backends",) else ["{name}"] * bool(parts)),
                *parts[1:2],
                *(["{id}"] if parts[2:] else []),
            ]
        )
        self.answered.add((method, path, response.code))
        operation = SPECIFICATION["paths"][path][method.lower()]
        written = operation["responses"]
        assert str(response.code) in written or response.code >= 400, (method, path, response.code)
        content = resolved(written.get(str(response.code), written["default"])).get("content", {})
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        assert kind in content or (not content and not response.body), (method, path, response.code, kind)
        if "schema" in content.get(kind, {}):
            assert complaints(content[kind]["schema"], json.loads(response.body)) == [], response.body
        if response.code < 400 and body is not None:
            expected = resolved(operation["requestBody"])["content"]["application/json"]["schema"]
            assert complaints(expected, body) == []
        if settings.get("raise_error", True):
            response.rethrow()
        return response


@pytest.fixture
def api(vnc: Any, jp_fetch: Any) -> Iterator[CheckedApi]:
    made = CheckedApi(jp_fetch)
    made.answered = set()
    yield made


async def test_responses_of_the_life_cycle_match_the_specification(api: CheckedApi) -> None:
    assert await api("GET") == []
    await api("GET", "backends")
    await api("POST", body={"name": "work", "backend": "tigervnc", "transport": "direct", "geometry": "640x480"})
    assert (await api.until("work", "running"))["display"]
    for action in ("start", "keep", "restart", "stop", "start"):
        await api("POST", "work", action)
    await api.until("work", "running")
    await api("GET")
    await api("GET", "work", "log")
    await api("GET", "work", "log", params={"part": "display", "lines": "3"})
    answer = await api.raw("DELETE", "work")
    assert (answer.code, answer.body) == (204, b"")
    await api("POST", "default", "start")
    in_life = {
        *(("GET", "", 200), ("POST", "", 201), ("GET", "/backends", 200), ("GET", "/{name}", 200)),
        *(("DELETE", "/{name}", 204), ("GET", "/{name}/log", 200)),
        *(("POST", f"/{{name}}/{action}", 200) for action in ("start", "keep", "restart", "stop")),
    }
    assert {(method, ROOT + path, code) for method, path, code in in_life} == api.answered


@pytest.mark.parametrize("vnc_traits", [{"max_desktops": 1}])
async def test_error_responses_match_the_specification(api: CheckedApi) -> None:
    await api("POST", body={"name": "work"})
    await api.refused(409, "POST", body={"name": "work"})
    await api.refused(429, "POST", body={"name": "other"})
    await api.refused(400, "POST", body={"name": "a/b"})
    await api.refused(400, "POST", body="[")
    await api.until("work", "running")
    for method, action in (
        *(("GET", ""), ("DELETE", ""), ("POST", "start"), ("POST", "stop"), ("POST", "restart"), ("POST", "keep")),
        *(("GET", "log"), ("GET", "screenshot"), ("GET", "windows"), ("GET", "rfb")),
    ):
        await api.refused(404, method, "nobody", *filter(None, [action]))
    await api.refused(404, "POST", "nobody", "resize", body={"width": 640, "height": 480})
    await api.refused(400, "GET", "work", "log", params={"part": "nothing"})
    await api.refused(400, "GET", "work", "log", params={"lines": "-1"})
    await api.refused(429, "POST", "default", "start")


@pytest.mark.parametrize("vnc_traits", [{"session_command": ["sh", "-c", "echo a reason; exit 3"]}])
async def test_a_failed_desktop_matches_the_specification(api: CheckedApi) -> None:
    await api("POST", "default", "start")
    assert (await api.until("default", "failed"))["error"]
    await api("GET", "default", "log")
    await api.refused(409, "GET", "default", "screenshot")
    response = await api.raw("GET", "default", "rfb", raise_error=False)
    assert response.code == 409
    await api.refused(409, "POST", "default", "resize", body={"width": 640, "height": 480})


@pytest.mark.parametrize("vnc_traits", [{"cull_idle_timeout": 100}])
async def test_stops_at_matches_the_specification(api: CheckedApi, runtime: Path) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    past = time.time() - 60
    os.utime(runtime / "default" / "activity", (past, past))
    assert (await api("GET", "default"))["stops_at"]


async def test_sharing_matches_the_specification(api: CheckedApi, jp_ws_fetch: Any) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    invitation = await api("POST", "default", "invitations", body={"rights": "control", "seconds": 60})
    assert len(await api("GET", "default", "invitations")) == 1
    await api("POST", "default", "ticket")
    await api("POST", "default", "ticket", body={"invitation": invitation["secret"]})
    viewer = await jp_ws_fetch("api", "desktops", "default", "rfb")
    assert await viewer.read_message()
    (connection,) = await api("GET", "default", "connections")
    assert len((await api("POST", "default", "control"))["viewers"]) == 1
    for kind, identifier in (("connections", connection["id"]), ("invitations", invitation["id"])):
        for code in (204, 404):
            answer = await api.raw("DELETE", "default", kind, identifier, raise_error=False)
            assert answer.code == code
    viewer.close()
    await api.refused(400, "POST", "default", "invitations", body={"rights": "all"})
    for method, kind in (("POST", "ticket"), ("GET", "connections"), ("POST", "control"), ("GET", "invitations")):
        await api.refused(404, method, "nobody", kind)


COLOURS = {"stream": (0x20, 0x90, 0xE0), "tigervnc": (0x12, 0x34, 0x56), "x11vnc": (0xFE, 0xDC, 0xBA)}


@pytest.mark.parametrize("vnc_traits", [{"backend": name} for name in COLOURS], ids=list(COLOURS))
async def test_a_screenshot_is_a_png_of_what_the_desktop_shows(
    api: CheckedApi, runtime: Path, vnc_traits: dict[str, str]
) -> None:
    colour = COLOURS[vnc_traits["backend"]]
    await api("POST", "default", "start")
    model = await api.until("default", "running")
    paint_root(model["display"], runtime / "default" / "Xauthority", colour)
    answer = await api.raw("GET", "default", "screenshot")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.body.startswith(PNG)
    image = Image.open(io.BytesIO(answer.body))
    assert f"{image.width}x{image.height}" == model["geometry"]
    for corner in ((0, 0), (image.width - 1, image.height - 1)):
        assert image.convert("RGB").getpixel(corner) == colour


def paint_root(display: str, xauthority: Path, colour: tuple[int, int, int]) -> None:
    """Fill the root window, and wait until the X server has done so."""
    connection = connect(display, xauthority)
    try:
        root = connection.get_setup().roots[0].root
        pixel = int.from_bytes(bytes(colour), "big")
        connection.core.ChangeWindowAttributes(root, xcffib.xproto.CW.BackPixel, [pixel])
        connection.core.ClearArea(False, root, 0, 0, 0, 0)
        connection.core.GetInputFocus().reply()
    finally:
        connection.disconnect()


@pytest.mark.parametrize("vnc_traits", [{"session_command": ["xterm", "-T", "only"]}])
async def test_windows_and_screenshots_of_parts_match_the_specification(api: CheckedApi) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    for _ in range(1000):
        if windows := await api("GET", "default", "windows"):
            break
        await asyncio.sleep(0.02)
    assert [each["title"] for each in windows] == ["only"]
    for params, size in (
        ({"area": "10,20,300,200"}, (300, 200)),
        ({"window": str(windows[0]["id"])}, (windows[0]["width"], windows[0]["height"])),
    ):
        body = (await api.raw("GET", "default", "screenshot", params=params)).body
        width, height = Image.open(io.BytesIO(body)).size
        assert width - size[0] in (0, 2) and height - size[1] in (0, 2), "apart from a border of xterm's own"
    for bad in ({"area": "1,2,3"}, {"area": "0,0,9999,1"}, {"window": "x"}, {"window": "1", "area": "0,0,1,1"}):
        await api.refused(400, "GET", "default", "screenshot", params=bad)
    await api.refused(409, "GET", "default", "screenshot", params={"window": "1"})


@pytest.mark.parametrize("vnc_traits", [{"backend": "x11vnc"}])
async def test_a_resize_matches_the_specification_and_changes_screenshots(api: CheckedApi, runtime: Path) -> None:
    await api("POST", "default", "start")
    assert (await api.until("default", "running"))["resize"] == "rest"
    await api("POST", "default", "resize", body={"width": 1003, "height": 701})
    for _ in range(200):
        if (await api("GET", "default"))["geometry"] == "1003x701":
            break
        await asyncio.sleep(0.02)
    image = Image.open(io.BytesIO((await api.raw("GET", "default", "screenshot")).body))
    assert image.size == (1003, 701)
    await api.refused(400, "POST", "default", "resize", body={"width": 1003, "height": 63})
    await api("POST", "default", "scale", body={"percent": 150})
    await api.refused(400, "POST", "default", "scale", body={"percent": 301})


def test_limits_of_names_and_sizes_match_the_code() -> None:
    schemas = SPECIFICATION["components"]["schemas"]
    assert re.fullmatch(r"\^(.*)\$", schemas["Name"]["pattern"])[1] == NAME_PATTERN.pattern  # type: ignore[index]
    assert (schemas["Side"]["minimum"], schemas["Side"]["maximum"]) == (MIN_SIDE, MAX_SIDE)

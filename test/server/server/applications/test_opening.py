"""Applications over the REST API, alone on real desktops."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from support.api import Api
from support.processes import processes_of
from support.rest import SPECIFICATION, complaints
from support.waiting import until
from tornado.httpclient import HTTPClientError

from jupyter_vnc_proxy.desktops.applications import lifecycle
from jupyter_vnc_proxy.desktops.applications.record import FILE
from jupyter_vnc_proxy.desktops.model import list_models

SCHEMAS = SPECIFICATION["components"]["schemas"]

WINDOW = f"{sys.executable} {Path(__file__).parents[3] / 'ui' / 'xwindow.py'} e0a020 240x160+40+40 managed"


@pytest.fixture
def opening(watching_api: Api, jp_fetch: Any) -> Any:
    """Opens an application; returns the desktop's model, or the code of the error with an expected status."""

    async def opening(entry: str, status: int = 201, **body: Any) -> Any:
        try:
            response = await jp_fetch("api", "vnc", "applications", entry, method="POST", body=json.dumps(body))
        except HTTPClientError as error:
            assert error.code == status
            assert error.response is not None
            return json.loads(error.response.body).get("code")
        assert response.code == status
        return json.loads(response.body)

    return opening


async def test_an_application_has_a_desktop_of_its_own_which_ends_with_it(
    opening: Any, watching_api: Api, write: Any, runtime: Path, jp_root_dir: Path
) -> None:
    write("org.example.window", Name="Window", Exec=f"{WINDOW} %f")
    (jp_root_dir / "a b.txt").touch()
    model = await opening("org.example.window.desktop", path="a b.txt")
    assert complaints(SCHEMAS["Desktop"], model) == []
    assert (model["name"], model["application"]) == ("window", {"id": "org.example.window.desktop", "name": "Window"})
    await watching_api.until("window", "running")
    program = str(jp_root_dir / "a b.txt")
    await until(lambda: any(program in line for line in processes_of(runtime / "window").values()))
    second = await opening("org.example.window.desktop")
    assert second["name"] == "window-2"
    restarted = await watching_api("POST", "window", "restart")
    assert restarted["application"] == model["application"]
    await until(lambda: any(program in line for line in processes_of(runtime / "window").values()))
    assert (await watching_api.until("window", "running"))["session"] == "application"
    await watching_api("POST", "window", "stop")
    await until(lambda: not (runtime / "window").exists())
    assert [each["name"] for each in list_models("")] == ["window-2"]


async def test_what_may_not_be_opened(opening: Any, write: Any, runtime: Path, jp_root_dir: Path) -> None:
    write("window", Exec="true %f")
    write("without", Exec="true")
    (jp_root_dir / ".hidden").touch()
    (jp_root_dir / "x").touch()
    assert await opening("none.desktop", 404) == "unknown-application"
    assert await opening("..%2fwindow.desktop", 404) == "unknown-application"
    assert await opening("window.desktop", 403, path="../secret") == "outside-tree"
    assert await opening("window.desktop", 404, path=".hidden") == "no-such-file"
    assert await opening("window.desktop", 400, path="x\0") == "bad-field"
    assert await opening("window.desktop", 400, nonsense="x") == "unknown-field"
    assert await opening("without.desktop", 400, path="x") == "opens-no-files"
    assert list_models("") == []
    assert not [each for each in os.listdir(runtime) if not each.startswith(".")]


class NoContents(Authorizer):
    """Lets users do everything except to read files."""

    async def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return resource != "contents"


async def test_a_user_who_may_not_read_files_opens_none(
    opening: Any, write: Any, jp_root_dir: Path, jp_serverapp: Any
) -> None:
    write("window", Exec="true %f")
    (jp_root_dir / "x").touch()
    jp_serverapp.web_app.settings["authorizer"] = NoContents()
    assert await opening("window.desktop", 403, path="x") is None


@pytest.mark.parametrize("vnc_traits", [{"max_desktops": 1}])
async def test_the_limit_of_desktops_counts_for_applications(opening: Any, write: Any, runtime: Path) -> None:
    write("window", Exec=WINDOW)
    await opening("window.desktop")
    assert await opening("window.desktop", 429) == "too-many-desktops"
    assert not (runtime / "window-2").exists()


@pytest.mark.parametrize("vnc_traits", [{"backend": "rdp", "backend_options": {"rdp_host": "pc.example.org"}}])
async def test_a_backend_with_a_session_of_its_own_is_not_used(opening: Any, write: Any) -> None:
    write("window", Exec=WINDOW)
    assert (await opening("window.desktop"))["backend"] == "auto"


async def test_a_desktop_whose_file_is_damaged_starts_nothing_else(
    opening: Any, watching_api: Api, write: Any, runtime: Path
) -> None:
    write("window", Exec=WINDOW)
    await opening("window.desktop")
    await watching_api.until("window", "running")
    (runtime / "window" / FILE).write_text("{")
    await watching_api("POST", "window", "restart")
    failed = await watching_api.until("window", "failed")
    assert failed["error"]["code"] == "state-damaged"


async def test_a_desktop_that_restarts_is_not_removed(opening: Any, write: Any, vnc: Any, runtime: Path) -> None:
    write("window", Exec=WINDOW)
    await opening("window.desktop")
    await until(lambda: vnc.manager.model("window")["phase"] == "running")
    work = asyncio.ensure_future(vnc.manager.restart("window"))
    while not work.done():
        await lifecycle.remove_ended(vnc.manager, vnc.manager.models())
        await asyncio.sleep(0)
    assert (await work)["application"] is not None
    await vnc.manager.stop("window")
    await until(lambda: not (runtime / "window").exists())


async def test_applications_are_listed_with_their_icons(watching_api: Api, jp_fetch: Any, write: Any) -> None:
    write("window", Name="Window", **{"Name[de]": "Fenster"}, Comment="Shows one", Exec="true %u")
    response = await jp_fetch("api", "vnc", "applications", params={"language": "de-DE"})
    listed = json.loads(response.body)
    assert complaints(SCHEMAS["InstalledApplications"], listed) == []
    assert listed == [{"id": "window.desktop", "name": "Fenster", "comment": "Shows one", "opens_files": True}]
    for language in ("xx_XX", "../..", "%00", "de\nXX"):
        assert json.loads((await jp_fetch("api", "vnc", "applications", params={"language": language})).body)
    icon = await jp_fetch("api", "vnc", "applications", "window.desktop", "icon")
    assert icon.headers["Content-Type"] == "image/svg+xml"
    assert icon.headers["X-Content-Type-Options"] == "nosniff"
    policy = icon.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert policy.endswith("; sandbox")
    with pytest.raises(HTTPClientError, match="404"):
        await jp_fetch("api", "vnc", "applications", "none.desktop", "icon")

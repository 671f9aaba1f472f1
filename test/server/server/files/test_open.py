"""Files of Jupyter's tree on real desktops: opened with the applications there, and those that programs have copied."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from jupyter_server.auth import Authorizer
from support.api import Api
from support.processes import processes_of, running
from support.rest import SPECIFICATION, complaints
from support.sharing import Browser, Desk, LogIn, Viewer
from support.waiting import until
from support.windows import WINDOW
from xdg import BaseDirectory

SCHEMAS = SPECIFICATION["components"]["schemas"]

pytestmark = [
    pytest.mark.parametrize("vnc_traits", [{"backend": "stream", "session_command": list(WINDOW)}]),
    pytest.mark.skipif(shutil.which("gio") is None, reason="gio starts the applications"),
]

Opened = Callable[[], list[str]]


@pytest.fixture
def api(jp_fetch: Any) -> Api:
    return Api(jp_fetch)


@pytest.fixture
def opened(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Two applications for files that end with .test; returns what they were opened with, and on which display."""
    home = Path(os.environ["HOME"])  # which the desktop has, too
    data = home / ".local" / "share"
    entries, types = data / "applications", data / "mime"
    (types / "packages").mkdir(parents=True)
    entries.mkdir()
    log = home / "opened"
    log.touch()
    script = home / "application"
    script.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" "on $DISPLAY" "marked $JUPYTER_VNC_DESKTOP" >> "{log}"\nexec sleep 60\n'
    )
    script.chmod(0o700)
    for name in ("First", "Second"):
        (entries / f"{name.lower()}.desktop").write_text(
            f"[Desktop Entry]\nType=Application\nName={name}\nExec={script} {name} %f\nMimeType=application/x-test;\n"
        )
    (entries / "mimeapps.list").write_text(
        "[Added Associations]\napplication/x-test=first.desktop;second.desktop;\n"
        "[Default Applications]\napplication/x-test=second.desktop\n"
    )
    (types / "packages" / "test.xml").write_text(
        '<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info"><mime-type type="application/x-test">'
        '<glob pattern="*.test"/></mime-type></mime-info>'
    )
    subprocess.run(["update-mime-database", str(types)], check=True)
    monkeypatch.setattr(BaseDirectory, "xdg_data_dirs", [str(data), "/usr/share"])
    monkeypatch.setattr(BaseDirectory, "xdg_config_dirs", [])
    monkeypatch.setattr("xdg.Mime.types", {})
    monkeypatch.setattr("xdg.Mime._cache_uptodate", False)
    return lambda: log.read_text().split("\n")[:-1]


HOSTILE = ["a b.test", "ü.test", "-h.test", "%f %u.test", "two\nlines.test", "$(touch x);'\"`.test", "#1?.test"]


def ends_with(opened: Opened, lines: list[str]) -> bool:
    return opened()[-len(lines) :] == lines


async def test_a_file_opens_with_the_application_for_its_type_whatever_its_name(
    desk: Desk, api: Api, opened: Opened, jp_root_dir: Path
) -> None:
    folder = jp_root_dir / "sub folder"
    folder.mkdir()
    for name in HOSTILE:
        (folder / name).write_text("test")
        assert (await api.raw("POST", "default", "open", body={"path": f"sub folder/{name}"})).code == 204
        expected = ["Second", *str(folder / name).split("\n"), f"on {desk.model['display']}", f"marked {desk.path}"]
        await until(partial(ends_with, opened, expected))
    assert desk.model["last_activity"] is not None
    await until(lambda: len(running(desk.path, "sleep 60")) == len(HOSTILE), what="the applications run on")
    await api("POST", "default", "stop")
    assert processes_of(desk.path) == {}, "the applications end with the desktop"


async def test_the_applications_for_a_type_are_listed_and_can_be_chosen(
    desk: Desk, api: Api, opened: Opened, jp_root_dir: Path
) -> None:
    (jp_root_dir / "x.test").touch()
    listed = await api("GET", "default", "applications", params={"path": "x.test"})
    assert complaints(SCHEMAS["Applications"], listed) == []
    names = [{"id": "second.desktop", "name": "Second"}, {"id": "first.desktop", "name": "First"}]
    assert listed == {"type": "application/x-test", "applications": names}
    await api("POST", "default", "open", body={"path": "/x.test", "application": "first.desktop"})
    await until(lambda: opened()[:2] == ["First", str(jp_root_dir / "x.test")])


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("../secret.test", 403, "outside-tree"),
        ("folder/../../secret.test", 403, "outside-tree"),
        ("/../secret.test", 403, "outside-tree"),
        ("nothing.test", 404, "no-such-file"),
        (".hidden.test", 404, "no-such-file"),
    ],
)
async def test_what_jupyter_does_not_show_is_not_opened(
    desk: Desk, api: Api, opened: Opened, jp_root_dir: Path, path: str, status: int, code: str
) -> None:
    (jp_root_dir.parent / "secret.test").touch()
    (jp_root_dir / ".hidden.test").touch()
    (jp_root_dir / "folder").mkdir()
    assert (await api.refused(status, "POST", "default", "open", body={"path": path}))["code"] == code
    assert (await api.refused(status, "GET", "default", "applications", params={"path": path}))["code"] == code
    assert opened() == []


async def test_errors_are_said(desk: Desk, api: Api, opened: Opened, jp_root_dir: Path) -> None:
    (jp_root_dir / "x.test").touch()
    (jp_root_dir / "x.nobody-opens-this").write_bytes(b"\0\1\2")

    async def refused(status: int, **body: Any) -> str:
        return str((await api.refused(status, "POST", "default", "open", body=body))["code"])

    assert await refused(409, path="x.nobody-opens-this") == "no-application"
    for application in ("third.desktop", "../first.desktop", "/usr/bin/true", "-h"):
        assert await refused(400, path="x.test", application=application) == "unknown-application"
    assert await refused(400) == "bad-field"
    assert await refused(400, path=1) == "bad-field"
    assert await refused(400, path="x\0.test") == "bad-field"
    await api("POST", "default", "stop")
    assert await refused(409, path="x.test") == "not-running"
    assert opened() == []


class NoContents(Authorizer):
    """Lets users do everything except to read files."""

    async def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return resource != "contents"


async def test_a_user_who_may_not_read_files_opens_none(
    desk: Desk, api: Api, opened: Opened, jp_root_dir: Path, jp_serverapp: Any
) -> None:
    (jp_root_dir / "x.test").touch()
    jp_serverapp.web_app.settings["authorizer"] = NoContents()
    for verb, address in (("POST", "open"), ("GET", "applications")):
        with pytest.raises(Exception, match="403"):
            await api.raw(verb, "default", address, body={"path": "x.test"})
    assert opened() == []


async def test_without_local_files_it_says_so(
    desk: Desk, api: Api, opened: Opened, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(jp_serverapp.web_app.settings, "contents_manager", object())
    assert (await api.refused(409, "POST", "default", "open", body={"path": "x"}))["code"] == "no-local-files"


Connect = Callable[[Browser], Awaitable[str]]


async def connected(desk: Desk, browser: Browser, viewers: list[Viewer], secret: str | None = None) -> str:
    before = {each["id"] for each in desk.model["viewers"]}
    viewers.append(await browser.connect(secret))
    (new,) = {each["id"] for each in desk.model["viewers"]} - before
    return str(new)


async def test_the_files_that_a_file_manager_has_copied(desk: Desk, log_in: LogIn, jp_root_dir: Path) -> None:
    inside = [jp_root_dir / "ü 1.txt", jp_root_dir / "sub" / "50%.txt"]
    inside[1].parent.mkdir()
    outside = [desk.path / "desktop.json", jp_root_dir / "gone.txt"]
    for file in inside:
        file.touch()
    uris = [f"file://{quote(str(file))}" for file in (*inside, *outside)]
    browser, guest, viewers = await log_in(), await log_in(), list[Viewer]()
    connection = await connected(desk, browser, viewers)
    invitation = await browser.api("POST", "invitations", body={"rights": "see"}, status=201)
    looking = await connected(desk, guest, viewers, invitation["secret"])
    expected = {"paths": ["ü 1.txt", "sub/50%.txt"], "outside": 2}
    for target, text in (
        ("text/uri-list", "\r\n".join(["# copied", *uris, "https://example.org/x", ""])),
        ("x-special/gnome-copied-files", "\n".join(["copy", *uris])),
    ):
        await desk.copy(text.encode(), "-t", target)
        listed = await browser.api("POST", "clipboard", connection, "files")
        assert complaints(SCHEMAS["CopiedFiles"], listed) == []
        assert listed == expected
    await desk.copy(b"only text")
    assert await browser.api("POST", "clipboard", connection, "files") == {"paths": [], "outside": 0}
    assert (await guest.api("POST", "clipboard", looking, "files", status=403))["code"] == "clipboard-denied"
    assert (await guest.api("POST", "clipboard", connection, "files", status=403))["code"] == "no-connection"
    for viewer in viewers:
        viewer.close()

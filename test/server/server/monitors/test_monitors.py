"""Monitors of real desktops: claimed through the REST API, listed by X, removed with their connection."""

from __future__ import annotations

import asyncio
import subprocess

import pytest
from support.monitors import Connect, claim, shown
from support.rest import SPECIFICATION, complaints
from support.sharing import Desk, LogIn, desktop_size
from support.waiting import until
from support.windows import WINDOW

from jupyter_vnc_proxy.system import memory

BACKENDS = ("tigervnc", "x11vnc", "stream")
SESSION = {"session_command": list(WINDOW)}

GTK = """
import gi
gi.require_version("Gdk", "3.0")
from gi.repository import Gdk
display = Gdk.Display.get_default()
for index in range(display.get_n_monitors()):
    area = display.get_monitor(index).get_geometry()
    print(f"{area.width}x{area.height}+{area.x}+{area.y}")
"""
"""Prints the monitors that GTK knows; it runs in the system's Python, which has GTK."""

each_backend = pytest.mark.parametrize("vnc_traits", [{"backend": name, **SESSION} for name in BACKENDS], ids=BACKENDS)
with_outputs = pytest.mark.parametrize(
    "vnc_traits",
    [{"backend": "tigervnc", **SESSION}]
    + [
        {"backend": backend, "backend_options": {"xserver": xserver}, **SESSION}
        for backend in ("stream", "x11vnc")
        for xserver in ("xvnc", "xdummy")
    ],
    ids=["tigervnc", "stream on Xvnc", "stream on Xorg", "x11vnc on Xvnc", "x11vnc on Xorg"],
)
one_backend = pytest.mark.parametrize("vnc_traits", [{"backend": "stream", **SESSION}])


def gtk_monitors(desk: Desk) -> list[str]:
    model = desk.model
    environment = {"DISPLAY": model["display"], "XAUTHORITY": model["xauthority"], "PATH": "/usr/bin:/bin"}
    argv = ["/usr/bin/python3", "-c", GTK]
    output = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True).stdout
    return sorted(output.split(), key=lambda area: int(area.split("+")[1]))


@each_backend
async def test_two_viewers_are_two_monitors_until_one_leaves(desk: Desk, log_in: LogIn, connect: Connect) -> None:
    browser = await log_in()
    left, one = await connect(browser)
    _, two = await connect(browser)
    await claim(browser, one, 1, 900, 700)
    assert (desk.model["monitors"], len(shown(desk))) == ([], 1), "one monitor is no reason to change anything"
    model = await claim(browser, two, 2, 800, 600)
    assert complaints(SPECIFICATION["components"]["schemas"]["Desktop"], model) == []
    assert model["monitors"] == [
        {"connection": one, "number": 1, "x": 0, "y": 0, "width": 900, "height": 700},
        {"connection": two, "number": 2, "x": 900, "y": 0, "width": 800, "height": 600},
    ]
    assert shown(desk) == ["900x700+0+0", "800x600+900+0"]

    await claim(browser, one, 1, 700, 500)
    assert shown(desk) == ["700x500+0+0", "800x600+700+0"]

    left.leave()
    await until(lambda: shown(desk) == ["800x600+0+0"])
    await until(lambda: desk.model["monitors"] == [])


@each_backend
async def test_nobody_changes_their_size_in_another_way(desk: Desk, log_in: LogIn, connect: Connect) -> None:
    browser = await log_in()
    viewer, one = await connect(browser)
    other, two = await connect(browser)
    _, waiting = await connect(browser)
    for each in (viewer, other):
        await each.send(desktop_size(640, 480))
        await each.settle()
    await claim(browser, one, 1, 900, 700)
    await claim(browser, two, 2, 800, 600)
    # x11vnc ignores the message, and may disconnect a viewer that comes while it takes a new size.
    third = (await connect(browser))[0] if desk.model["resize"] == "rfb" else other
    for each in (viewer, third):
        await each.send(desktop_size(640, 480))
        await each.settle()
    await browser.api("POST", "resize", body={"width": 640, "height": 480}, status=409)
    assert shown(desk) == ["900x700+0+0", "800x600+900+0"]
    # The viewer that leaves had a size before; with one monitor, the size is the other's.
    viewer.leave()
    await until(lambda: shown(desk) == ["800x600+0+0"])
    if desk.model["resize"] == "rfb":
        await third.send(desktop_size(640, 480))
        await until(lambda: shown(desk) == ["640x480+0+0"])
    await claim(browser, waiting, 1, 700, 500)
    assert shown(desk) == ["700x500+0+0", "800x600+700+0"]


@with_outputs
async def test_gtk_knows_the_monitors_of_an_x_server_with_outputs(desk: Desk, log_in: LogIn, connect: Connect) -> None:
    browser = await log_in()
    (first, one), (_, two) = await connect(browser), await connect(browser)
    await claim(browser, one, 1, 900, 700)
    await claim(browser, two, 2, 800, 600)
    assert shown(desk) == gtk_monitors(desk) == ["900x700+0+0", "800x600+900+0"]
    await claim(browser, two, 2, 600, 500)
    assert shown(desk) == gtk_monitors(desk) == ["900x700+0+0", "600x500+900+0"]
    await browser.api("POST", "resize", body={"width": 640, "height": 480}, status=409)
    first.leave()
    await until(lambda: shown(desk) == ["600x500+0+0"])
    assert gtk_monitors(desk) == ["600x500+0+0"]
    await browser.api("POST", "resize", body={"width": 640, "height": 480})
    assert shown(desk) == gtk_monitors(desk) == ["640x480+0+0"]


@one_backend
async def test_two_that_change_at_once_both_get_their_size(desk: Desk, log_in: LogIn, connect: Connect) -> None:
    browser = await log_in()
    (_, one), (_, two) = await connect(browser), await connect(browser)
    sizes = [(one, 1, 600 + step, 500) for step in range(5)] + [(two, 2, 700, 400 + step) for step in range(5)]
    await asyncio.gather(*(claim(browser, *each) for each in sizes))
    await claim(browser, one, 1, 640, 480)
    assert shown(desk)[0] == "640x480+0+0"
    assert len(shown(desk)) == 2


@one_backend
async def test_what_a_desktop_cannot_have_is_refused_in_words(desk: Desk, log_in: LogIn, connect: Connect) -> None:
    browser = await log_in()
    (_, one), (_, two) = await connect(browser), await connect(browser)
    await claim(browser, one, 1, 900, 700)
    await claim(browser, two, 2, 800, 600)
    refused = await claim(browser, two, 2, 7500, 600, 409)
    assert refused["code"] == "desktop-too-large"
    assert "Make a panel smaller" in refused["message"]
    for number, width, height in [(0, 800, 600), (9, 800, 600), (2, 10, 600), (2, 800, 70000)]:
        await claim(browser, two, number, width, height, 400)
    for body in [{}, {"number": 1}, {"number": "1", "width": 800, "height": 600}, {"number": 1, "x": 5}]:
        await browser.api("PUT", "monitors", two, body=body, status=400)
    assert shown(desk) == ["900x700+0+0", "800x600+900+0"]


@one_backend
async def test_what_the_memory_has_no_room_for_is_refused(
    desk: Desk, log_in: LogIn, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "memory_limit", lambda: 0)
    browser = await log_in()
    (_, one), (_, two) = await connect(browser), await connect(browser)
    await claim(browser, one, 1, 900, 700)
    assert (await claim(browser, two, 2, 3000, 3000, 409))["code"] == "desktop-too-large"
    await claim(browser, two, 2, 3000, 2000)
    assert shown(desk) == ["900x700+0+0", "3000x2000+900+0"]


@one_backend
async def test_the_right_to_resize_is_needed(desk: Desk, log_in: LogIn, connect: Connect) -> None:
    owner, guest = await log_in(), await log_in()
    _, one = await connect(owner)
    await claim(owner, one, 1, 900, 700)
    looking = await owner.api("POST", "invitations", body={"rights": "see"}, status=201)
    _, two = await connect(guest, looking["secret"])
    assert (await claim(guest, two, 2, 800, 600, 403))["code"] == "resize-denied"
    assert (await claim(guest, one, 1, 800, 600, 403))["code"] == "no-connection", "that of another user"
    assert (await claim(owner, "nothing", 1, 800, 600, 403))["code"] == "no-connection"
    assert desk.model["monitors"] == []


@one_backend
async def test_a_viewer_with_the_right_may_be_one_though_invited(desk: Desk, log_in: LogIn, connect: Connect) -> None:
    owner, guest = await log_in(), await log_in()
    _, one = await connect(owner)
    await claim(owner, one, 1, 900, 700)
    invitation = await owner.api("POST", "invitations", body={"rights": "control"}, status=201)
    _, two = await connect(guest, invitation["secret"])
    model = await claim(guest, two, 2, 800, 600)
    assert model["display"] is None, "what an invited user may know"
    assert [each["connection"] for each in model["monitors"]] == [one, two]
    await owner.api("POST", "control")
    await until(lambda: shown(desk) == ["900x700+0+0"], what="taking back control removes the other's monitor")


@one_backend
async def test_what_a_server_left_behind_is_removed(
    desk: Desk, log_in: LogIn, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jupyter_vnc_proxy.options import Area
    from jupyter_vnc_proxy.server.monitors import registry

    monkeypatch.setattr(registry, "CLAIM_SECONDS", 0.1)
    await desk.manager.divide("default", [Area(0, 0, 400, 300), Area(400, 0, 300, 300)], None)
    await connect(await log_in())
    await until(lambda: shown(desk) == ["700x300+0+0"])

"""What becomes of a monitor when its viewer leaves, is lost, comes back, or belongs to another Jupyter server."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from support.monitors import Connect, claim, shown
from support.sharing import Desk, LogIn, desktop_size
from support.waiting import until
from support.windows import WINDOW

from jupyter_vnc_proxy.errors import Conflict
from jupyter_vnc_proxy.rfb.rights import Right
from jupyter_vnc_proxy.server.connections import Connection, Connections, ViewerSocket
from jupyter_vnc_proxy.server.monitors import registry
from jupyter_vnc_proxy.server.monitors.layout import Claim
from jupyter_vnc_proxy.server.monitors.registry import Monitors
from jupyter_vnc_proxy.system.x_display import connect as connect_to_display

SESSION = {"session_command": list(WINDOW)}
BOTH = ["900x700+0+0", "800x600+900+0"]

each_way = pytest.mark.parametrize(
    "vnc_traits", [{"backend": name, **SESSION} for name in ("x11vnc", "stream")], ids=["randr", "rfb"]
)
one_backend = pytest.mark.parametrize("vnc_traits", [{"backend": "stream", **SESSION}])


def changed_at(desk: Desk) -> int:
    """Return when the display's outputs were changed for the last time, in its own milliseconds."""
    import xcffib.randr as randr

    connection = connect_to_display(desk.model["display"], Path(desk.model["xauthority"]))
    with contextlib.closing(contextlib.ExitStack()) as stack:
        stack.callback(connection.disconnect)
        root = connection.get_setup().roots[0].root
        return int(connection(randr.key).GetScreenResourcesCurrent(root).reply().timestamp)


@each_way
async def test_a_viewer_that_is_lost_has_its_monitor_when_it_is_back(
    desk: Desk, log_in: LogIn, connect: Connect
) -> None:
    browser = await log_in()
    (first, one), (second, two), (third, three) = [await connect(browser) for _ in range(3)]
    await claim(browser, one, 1, 900, 700)
    await claim(browser, two, 2, 800, 600)
    await claim(browser, three, 3, 640, 480)
    await second.resized(2340, 700)
    first.close()
    await until(lambda: desk.model["clients"] == 2)
    third.leave()
    await until(lambda: shown(desk) == BOTH, what="only the monitor of the one that has left goes")
    await second.resized(1700, 700)  # x11vnc disconnects who is in the handshake meanwhile
    before = changed_at(desk)
    _, back = await connect(browser)
    model = await claim(browser, back, 1, 900, 700)
    assert [each["connection"] for each in model["monitors"]] == [back, two]
    assert (shown(desk), changed_at(desk)) == (BOTH, before), "no window has a reason to move"


@one_backend
async def test_the_monitor_of_a_viewer_that_does_not_come_back_goes(
    desk: Desk, log_in: LogIn, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "RETURN_SECONDS", 0.1)
    browser = await log_in()
    (first, one), (_, two) = await connect(browser), await connect(browser)
    await claim(browser, one, 1, 900, 700)
    await claim(browser, two, 2, 800, 600)
    first.close()
    await until(lambda: shown(desk) == ["800x600+0+0"])
    await until(lambda: desk.model["monitors"] == [])


@one_backend
async def test_the_monitor_of_a_window_goes_once_its_opener_sees_it_closed(
    desk: Desk, log_in: LogIn, connect: Connect
) -> None:
    browser = await log_in()
    (_, one), (second, two) = await connect(browser), await connect(browser)
    await claim(browser, one, 1, 900, 700)
    await claim(browser, two, 2, 800, 600, closed=[1])
    assert shown(desk) == BOTH, "that one is there"
    second.close()
    await until(lambda: desk.model["clients"] == 1)
    await claim(browser, one, 1, 900, 700, closed=[2])
    assert shown(desk) == ["900x700+0+0"]


@one_backend
async def test_nothing_changes_while_nobody_is_connected(
    desk: Desk, vnc: Any, log_in: LogIn, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await log_in()
    (first, one), (second, two) = await connect(browser), await connect(browser)
    await claim(browser, one, 1, 900, 700)
    await claim(browser, two, 2, 800, 600)
    before = changed_at(desk)
    monkeypatch.setattr(registry, "RETURN_SECONDS", 0.0)
    first.close()
    second.close()
    await until(lambda: desk.model["clients"] == 0 and not vnc.monitors._tasks)
    monkeypatch.undo()
    (_, one), (_, two) = await connect(browser), await connect(browser)
    await claim(browser, two, 2, 800, 600)
    model = await claim(browser, one, 1, 900, 700)
    assert [each["connection"] for each in model["monitors"]] == [one, two]
    assert (shown(desk), changed_at(desk)) == (BOTH, before)


@one_backend
async def test_a_desktop_that_was_started_again_has_one_monitor(desk: Desk, log_in: LogIn, connect: Connect) -> None:
    browser = await log_in()
    (first, one), (second, two) = await connect(browser), await connect(browser)
    await claim(browser, one, 1, 900, 700)
    await claim(browser, two, 2, 800, 600)
    first.close()
    second.close()
    await until(lambda: desk.model["clients"] == 0)
    await desk.manager.stop("default")
    await desk.manager.start("default")
    await until(lambda: desk.model["phase"] == "running")
    viewer, _ = await connect(browser)
    assert desk.model["monitors"] == []
    await viewer.send(desktop_size(640, 480))
    await until(lambda: shown(desk) == ["640x480+0+0"])


@one_backend
async def test_a_viewer_that_connects_again_first_replaces_itself(desk: Desk, log_in: LogIn, connect: Connect) -> None:
    browser, other = await log_in(), await log_in()
    (_, one), (_, two) = await connect(browser), await connect(browser)
    await claim(browser, one, 1, 900, 700)
    await claim(browser, two, 2, 800, 600)
    _, again = await connect(browser)
    await claim(browser, again, 1, 900, 700, replaces=one)
    assert shown(desk) == BOTH
    invitation = await browser.api("POST", "invitations", body={"rights": "control"}, status=201)
    _, guest = await connect(other, invitation["secret"])
    await claim(other, guest, 3, 640, 480, replaces=two)
    assert shown(desk) == [*BOTH, "640x480+1700+0"], "not another user"


class Socket:
    """A viewer of another server."""

    def __init__(self) -> None:
        self.is_fixed: Callable[[], bool] = lambda: False

    def fix_size(self, is_fixed: Callable[[], bool]) -> None:
        self.is_fixed = is_fixed


@one_backend
async def test_servers_that_share_a_desktop_leave_each_others_monitors(
    desk: Desk, log_in: LogIn, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await log_in()
    (first, one), (second, two) = await connect(browser), await connect(browser)
    await claim(browser, one, 1, 900, 700)
    await claim(browser, two, 2, 800, 600)

    monkeypatch.setattr(registry, "CLAIM_SECONDS", 0.0)
    connections, socket = Connections(), Socket()
    theirs = Monitors(desk.manager, connections, logging.getLogger("other server"))
    user = {"username": "u", "name": "U", "display_name": "U", "initials": None, "color": None, "avatar_url": None}
    viewers = [
        Connection(str(number), "default", "u", cast("Any", user), Right.ALL, cast("ViewerSocket", socket))
        for number in (1, 2)
    ]
    for each in viewers:
        connections.add(each)
    await until(lambda: not theirs._tasks)
    assert shown(desk) == BOTH
    assert theirs.models("default") == desk.model["monitors"] != []
    assert socket.is_fixed()
    await theirs.claim(viewers[0], Claim.checked(1, 500, 500))
    with pytest.raises(Conflict, match="another Jupyter server"):
        await theirs.claim(viewers[1], Claim.checked(2, 500, 500))
    assert shown(desk) == BOTH

    first.leave()
    second.leave()
    await until(lambda: not socket.is_fixed())
    await theirs.claim(viewers[1], Claim.checked(2, 500, 500))
    assert shown(desk) == ["500x500+0+0", "500x500+500+0"]
    assert desk.model["monitors"] == theirs.models("default")
    await theirs.close()

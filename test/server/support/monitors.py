"""Monitors of the default desktop: claimed as a viewer does, and listed as X has them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from support.displays import listed_monitors
from support.sharing import Browser, Desk, Viewer

Connect = Callable[..., Awaitable[tuple[Viewer, str]]]
"""Connects a browser; returns the viewer and the connection's id."""


async def claim(
    browser: Browser, connection: str, number: int, width: int, height: int, status: int = 200, **more: Any
) -> Any:
    body = {"number": number, "width": width, "height": height, **more}
    return await browser.api("PUT", "monitors", connection, body=body, status=status)


def shown(desk: Desk) -> list[str]:
    return listed_monitors(desk.model["display"], desk.path / "Xauthority")

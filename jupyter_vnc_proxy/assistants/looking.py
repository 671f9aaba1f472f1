"""The tools that look at a desktop and change nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from mcp.server.mcpserver import Context, Image
from PIL.Image import Image as Picture
from PIL.Image import Resampling

from ..automation.pictures import visible
from ..errors import InvalidOption
from ..options import Area
from ..system.x_clients.windows import Window
from .link import Link, tool

MAX_SIDE_PIXELS = 1280
"""The longest side of a picture by default; models scale larger ones down themselves, and then miss what they click."""

MAX_WAIT_SECONDS = 50.0
"""The longest time that a tool waits: many clients give up after a minute."""


class Looking:
    """Pictures and windows of the desktop."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @property
    def tools(self) -> tuple[Callable[..., Any], ...]:
        """The methods that are tools."""
        return (self.screenshot, self.windows, self.wait_for_window, self.wait_still)

    @tool
    async def screenshot(
        self,
        context: Context,
        x: int | None = None,
        y: int | None = None,
        width: int | None = None,
        height: int | None = None,
        window: int | None = None,
        max_side: int = MAX_SIDE_PIXELS,
    ) -> list[Image | str]:
        """Take a picture of the whole screen, of an area (x, y, width, height), or of a window (its id).

        Its longest side has at most max_side pixels: larger ones are scaled down. The text beside it says how to turn
        a point of the picture into one of the screen, which all tools take. Small text may need an area of its own.
        """
        desktop = await self._link.desktop(context)
        whole = await desktop.screenshot()
        area = Area(0, 0, whole.width, whole.height)
        given = (x, y, width, height)
        if window is not None:
            if given != (None, None, None, None):
                raise InvalidOption("Give an area or a window, not both.")
            area = visible(whole, (await self._link.window(context, window)).frame)
        elif given != (None, None, None, None):
            if x is None or y is None or width is None or height is None:
                raise InvalidOption("An area has x, y, width and height.")
            area = Area(x, y, width, height)
        picture = whole if area[2:] == whole.size else await desktop.screenshot(area)
        scaled, factor = fitted(picture, max_side)
        return [Image(data=as_png(scaled), format="png"), in_words(whole, area, scaled, factor)]

    @tool
    async def windows(self, context: Context) -> list[dict[str, Any]]:
        """List the windows in the order in which they were opened, with their ids, titles and areas on the screen."""
        return [as_json(each) for each in await (await self._link.desktop(context)).windows()]

    @tool
    async def wait_for_window(
        self, context: Context, title: str | None = None, application: str | None = None, timeout: float = 10.0
    ) -> dict[str, Any]:
        """Wait up to timeout seconds for a window with this in its title, in any case, or of this application."""
        desktop = await self._link.desktop(context)
        timeout = min(timeout, MAX_WAIT_SECONDS)
        return as_json(await desktop.wait_for_window(title, application=application, timeout=timeout))

    @tool
    async def wait_still(self, context: Context, seconds: float = 0.5, timeout: float = 10.0) -> str:
        """Wait until the picture has not changed for some seconds, as after a click that opens something."""
        desktop = await self._link.desktop(context)
        await desktop.wait_still(seconds, timeout=min(timeout, MAX_WAIT_SECONDS))
        return "The picture is still."


def fitted(picture: Picture, max_side: int) -> tuple[Picture, float]:
    """Return a picture that is scaled down if its longest side is too long, and pixels of the screen for one of it."""
    if max_side < 1:
        raise InvalidOption("max_side is at least 1.")
    factor = max(1.0, max(picture.size) / max_side)
    if factor == 1.0:
        return picture, factor
    size = (max(1, round(picture.width / factor)), max(1, round(picture.height / factor)))
    return picture.resize(size, Resampling.LANCZOS), factor


def in_words(whole: Picture, area: Area, scaled: Picture, factor: float) -> str:
    """Return what a picture shows, and where its points are on the screen."""
    sentences = [f"The screen has {whole.width}x{whole.height} pixels."]
    if area[2:] != whole.size:
        sentences.append(f"The picture shows its area x={area.x}, y={area.y}, {area.width}x{area.height}.")
    if factor != 1.0:
        sentences.append(f"The picture has {scaled.width}x{scaled.height} pixels.")
    if area[2:] != whole.size or factor != 1.0:
        sentences.append(
            f"The point (px, py) of the picture is ({area.x} + px * {factor:.4g}, {area.y} + py * {factor:.4g}) on the "
            "screen; tools take points of the screen."
        )
    return " ".join(sentences)


def as_png(picture: Picture) -> bytes:
    """Return a picture as a PNG."""
    output = io.BytesIO()
    picture.save(output, "PNG")
    return output.getvalue()


def as_json(window: Window) -> dict[str, Any]:
    """Return a window as a tool's result; positions and sizes are without its decoration."""
    return {
        "id": window.id,
        "title": window.title,
        "application": window.application,
        **window.area._asdict(),
        "is_active": window.is_active,
        "is_minimized": window.is_minimized,
    }

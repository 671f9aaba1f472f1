"""The MCP server of a desktop, over standard input and output, with the SDK's own client."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client
from mcp.types import CallToolResult, ImageContent, Implementation, TextContent
from PIL import Image
from support.driven import driven, read
from support.waiting import LONG_SECONDS, until, wait_until

from jupyter_vnc_proxy import Desktop
from jupyter_vnc_proxy.assistants.looking import fitted
from jupyter_vnc_proxy.desktops.programs.control import set_paused
from jupyter_vnc_proxy.errors import InvalidOption

LOOKING = {"screenshot", "windows", "wait_for_window", "wait_still"}

ACTING = {
    *("move", "click", "drag", "scroll", "type", "press", "get_clipboard", "set_clipboard"),
    *("activate", "close_window", "place", "run"),
}


@pytest.fixture
def desktop(runtime: Path) -> Iterator[Desktop]:
    """A desktop of 800x600 with a terminal."""
    with driven("tigervnc") as made:
        made.wait_for_window("first", timeout=LONG_SECONDS)
        yield made


@contextlib.asynccontextmanager
async def assistant(*options: str, name: str = "driven") -> AsyncIterator[Client]:
    """A client of the server for a desktop, as an assistant's program starts it."""
    argv = ["-m", "jupyter_vnc_proxy", "mcp", name, *options]
    server = StdioServerParameters(command=sys.executable, args=argv, env=dict(os.environ))
    info = Implementation(name="helper", title="Helper", version="1")
    async with Client(stdio_client(server), client_info=info) as client:
        yield client


def text(result: CallToolResult) -> str:
    return " ".join(each.text for each in result.content if isinstance(each, TextContent))


def picture(result: CallToolResult) -> Image.Image:
    (image,) = [each for each in result.content if isinstance(each, ImageContent)]
    assert image.mime_type == "image/png"
    return Image.open(io.BytesIO(base64.b64decode(image.data)))


def seen(desktop: Desktop) -> list[tuple[str, str, int | None]]:
    return [(each["name"], each["action"], each["x"]) for each in desktop.model()["programs"]]


async def done(client: Client, tool: str, **arguments: Any) -> CallToolResult:
    """Call a tool that succeeds."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text(result)
    return result


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    """Call a tool that fails; return what it says."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return text(result)


async def test_it_looks_only_unless_it_is_told_otherwise(desktop: Desktop) -> None:
    async with assistant() as client:
        tools = (await client.list_tools()).tools
        assert {each.name for each in tools} == LOOKING
        assert all(each.annotations is not None and each.annotations.read_only_hint for each in tools)
        assert "only look" in (client.instructions or "")
        for tool in ACTING:
            assert tool in await refused(client, tool, x=1, y=1)
        assert picture(await done(client, "screenshot")).size == (800, 600)
    assert desktop.model()["programs"] == []


async def test_pictures_tell_where_their_points_are_on_the_screen(desktop: Desktop) -> None:
    async with assistant() as client:
        whole = await done(client, "screenshot")
        assert (picture(whole).size, text(whole)) == ((800, 600), "The screen has 800x600 pixels.")
        small = await done(client, "screenshot", max_side=400)
        assert picture(small).size == (400, 300)
        assert "is (0 + px * 2, 0 + py * 2) on the screen" in text(small)
        part = await done(client, "screenshot", x=10, y=20, width=100, height=50)
        assert picture(part).size == (100, 50)
        assert "is (10 + px * 1, 20 + py * 1) on the screen" in text(part)
        assert "not within the screen" in await refused(client, "screenshot", x=0, y=0, width=900, height=50)
        assert "An area has" in await refused(client, "screenshot", x=0)
        (window,) = (await done(client, "windows")).structured_content["result"]
        assert (window["title"], window["application"]) == ("first", "XTerm")
        shown = await done(client, "screenshot", window=window["id"])
        assert picture(shown).width >= window["width"]
        assert "There is no window 1" in await refused(client, "screenshot", window=1)
        assert "is still" in text(await done(client, "wait_still", seconds=0.2))
        assert "no window with 'nothing'" in await refused(client, "wait_for_window", title="nothing", timeout=0)


async def test_it_controls_the_desktop_and_is_seen_by_its_name(desktop: Desktop, tmp_path: Path) -> None:
    async with assistant("--control") as client:
        assert {each.name for each in (await client.list_tools()).tools} == LOOKING | ACTING
        found = (await done(client, "wait_for_window", title="first", timeout=LONG_SECONDS)).structured_content
        assert found is not None
        await done(client, "activate", window=found["id"])
        await done(client, "click", x=found["x"] + 20, y=found["y"] + 20)
        clicked = [("Helper", "click", found["x"] + 20)]
        await until(lambda: seen(desktop) == clicked, what="the click is shown")
        await done(client, "type", text=f"cat > {tmp_path}/out\nhällo\n")
        await done(client, "press", keys=["ctrl+d"])
        await until(lambda: read(tmp_path / "out") == "hällo\n", what="the text is typed")
        await done(client, "set_clipboard", text="copied")
        assert text(await done(client, "get_clipboard")) == "copied"
        await done(client, "move", x=5, y=5)
        await done(client, "drag", from_x=5, from_y=5, to_x=9, to_y=9)
        await done(client, "scroll", x=5, y=5, down=1)
        started = await done(client, "run", argv=["xterm", "-T", "Second", "-e", f"touch {tmp_path}/ran; sleep 1000"])
        assert "xterm was started" in text(started)
        second = (await done(client, "wait_for_window", title="Second", timeout=LONG_SECONDS)).structured_content
        assert second is not None
        await until((tmp_path / "ran").exists, what="the program runs")
        placed = (await done(client, "place", window=second["id"], x=100, y=120)).structured_content
        assert placed is not None
        assert (placed["x"], placed["y"]) == (100, 120)
        await done(client, "close_window", window=second["id"])
        await until(lambda: len(desktop.windows()) == 1, what="the window is closed")
        assert "outside of the screen" in await refused(client, "click", x=5000, y=5)
        assert "could not be started" in await refused(client, "run", argv=["/no/such"])
    wait_until(lambda: desktop.model()["programs"] == [], what="it is shown no more")


async def test_a_person_takes_over_and_the_assistant_is_told(desktop: Desktop, runtime: Path) -> None:
    async with assistant("--control") as client:
        assert "person" in (client.instructions or "")
        await done(client, "move", x=5, y=5)
        await set_paused(runtime / "driven", True)
        waiting = asyncio.ensure_future(client.call_tool("move", {"x": 7, "y": 7}))
        await until(lambda: seen(desktop) == [("Helper", "move", 7)], what="it asks")
        assert not waiting.done()
        assert picture(await done(client, "screenshot")).size == (800, 600)
        await set_paused(runtime / "driven", False)
        assert not (await waiting).is_error


async def test_a_desktop_that_does_not_run_is_said_with_what_helps(runtime: Path) -> None:
    async with assistant(name="nothing") as client:
        message = await refused(client, "screenshot")
        assert "There is no desktop named 'nothing'." in message
        assert "jupyter vnc start nothing" in message


def test_large_pictures_are_scaled_down() -> None:
    large = Image.new("RGB", (3840, 1080))
    scaled, factor = fitted(large, 1280)
    assert (scaled.size, factor) == ((1280, 360), 3.0)
    assert fitted(large, 4000) == (large, 1.0)
    with pytest.raises(InvalidOption):
        fitted(large, 0)


def test_without_the_package_it_says_how_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "mcp.py").write_text("raise ModuleNotFoundError('No module named mcp', name='mcp')\n")
    result = subprocess.run(
        [sys.executable, "-m", "jupyter_vnc_proxy", "mcp"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert 'pip install "jupyter-vnc-proxy[mcp]"' in result.stderr
    assert result.stdout == ""

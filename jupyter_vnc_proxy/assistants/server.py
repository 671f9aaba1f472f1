"""The MCP server of one desktop, on standard input and output."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server.mcpserver import MCPServer
from mcp.types import ToolAnnotations

from .._version import __version__
from .acting import Acting
from .link import Link
from .looking import Looking

INSTRUCTIONS = (
    "The Linux desktop {name!r} of the user. Look at it with screenshot before you act, and again afterwards; "
    "wait_still waits until the picture is still. All points are pixels of the screen. "
)

CONTROL = (
    "A person sees on the desktop what you do, and may take over: then tools that act fail until that person resumes. "
    "Tell the user so, and do not look for another way."
)

LOOK_ONLY = "You may only look: this server was started without --control."


def make_server(name: str, control: bool, runtime_dir: str = "") -> MCPServer[None]:
    """Return the server of the desktop ``name``; with ``control``, its tools may also act."""
    link = Link(name, runtime_dir)

    @asynccontextmanager
    async def lifespan(_: MCPServer[None]) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await link.close()

    server = MCPServer(
        "jupyter-vnc-proxy",
        title=f"Desktop {name}",
        instructions=INSTRUCTIONS.format(name=name) + (CONTROL if control else LOOK_ONLY),
        version=__version__,
        log_level="WARNING",
        lifespan=lifespan,
    )
    for each in Looking(link).tools:
        server.add_tool(each, annotations=ToolAnnotations(read_only_hint=True))
    for each in Acting(link).tools if control else ():
        server.add_tool(each, annotations=ToolAnnotations(read_only_hint=False))
    return server


def serve(name: str, control: bool, runtime_dir: str = "") -> None:
    """Serve the desktop until standard input ends."""
    asyncio.run(make_server(name, control, runtime_dir).run_stdio_async())

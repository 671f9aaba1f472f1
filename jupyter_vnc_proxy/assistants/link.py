"""The desktop of an MCP server: what the tools share."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError

from ..automation import AsyncDesktop
from ..errors import UnknownDesktop, VncError
from ..system.x_clients.windows import Window

T = TypeVar("T")
P = ParamSpec("P")

DEFAULT_NAME = "Assistant"
"""What people read as the name of a client that doesn't tell its own."""


class Link:
    """Connects to one desktop when a tool is called for the first time. Looking needs no more than a picture."""

    def __init__(self, name: str, runtime_dir: str = "") -> None:
        self._name = name
        self._runtime_dir = runtime_dir
        self._desktop: AsyncDesktop | None = None
        self._started: list[subprocess.Popen[bytes]] = []

    async def desktop(self, context: Context) -> AsyncDesktop:
        """Return the desktop; raise `VncError` if it doesn't run."""
        if self._desktop is None:
            try:
                self._desktop = await AsyncDesktop.connect(
                    self._name, runtime_dir=self._runtime_dir, program=client_name(context)
                )
            except UnknownDesktop as error:
                error.fix = f"jupyter vnc start {self._name}"
                raise
        return self._desktop

    async def window(self, context: Context, identifier: int) -> Window:
        """Return a window by its id; raise ``ToolError`` if there is none."""
        present = await (await self.desktop(context)).windows()
        for each in present:
            if each.id == identifier:
                return each
        raise ToolError(f"There is no window {identifier}. The tool windows lists those that there are.")

    def keep(self, process: subprocess.Popen[bytes]) -> None:
        """Have a program that was started reaped; it outlives us."""
        self._started = [each for each in self._started if each.poll() is None]
        self._started.append(process)

    async def close(self) -> None:
        """Leave the desktop; what runs there runs on."""
        for each in self._started:
            if each.poll() is None:
                each.returncode = 0  # no warning about a program that runs on
        desktop, self._desktop = self._desktop, None
        if desktop is not None:
            await desktop.close()


def client_name(context: Context) -> str:
    """Return the name of the assistant's program, for people."""
    params = context.session.client_params
    if params is None:
        return DEFAULT_NAME
    return params.client_info.title or params.client_info.name or DEFAULT_NAME


def tool(work: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Have a tool report our errors as sentences, each with what helps."""

    @functools.wraps(work)
    async def wrapped(*arguments: P.args, **named: P.kwargs) -> T:
        try:
            return await work(*arguments, **named)
        except VncError as error:
            raise ToolError(error.message + (f" Try: {error.fix}" if error.fix else "")) from error

    return wrapped

"""The addresses about recordings."""

from __future__ import annotations

from typing import Any

from tornado import web

from ...desktops.manager import DesktopManager
from ...desktops.recordings import state
from ...desktops.recordings.order import PAUSE, RESUME
from ...errors import ErrorBody, InvalidOption, VncError
from ..files.handler import FilesHandler
from ..files.tree import Tree
from ..web.api_table import PAUSE_RECORDING, RECORDING, RESUME_RECORDING, STOP_RECORDING, pattern
from ..web.body import read_body
from .registry import Recordings
from .target import new_file


class RecordingHandler(FilesHandler):
    """The recording of a desktop."""

    def initialize(self, manager: DesktopManager, recordings: Recordings) -> None:  # type: ignore[override]
        """Store the arguments of the route."""
        super().initialize(manager)
        self.recordings = recordings

    @web.authenticated
    async def get(self, name: str) -> None:
        """Return the recording, how the last one has ended, and what keeps the user from another one."""
        await self.require("read")
        await self.respond(self._status(name))

    async def _status(self, name: str) -> dict[str, Any]:
        directory = self.manager.get(name).path
        recording = state.current(directory)
        problem: ErrorBody | None = None
        try:
            await self._display(name)
            Tree(self.contents_manager)
        except VncError as error:
            problem = error.body()
        return {"recording": recording, "last": state.last(directory), "problem": problem}

    @web.authenticated
    async def post(self, name: str) -> None:
        """Record into a new file at ``path``."""
        await self.require("execute")
        await self.require_contents("write")
        await self.respond(self._start(name), 201)

    async def _start(self, name: str) -> Any:
        body = read_body(self.request.body, {"path": str})
        if "path" not in body:
            raise InvalidOption("The field 'path' is required.", code="bad-field")
        path: str = body["path"].strip("/")
        display = await self._display(name)
        tree = Tree(self.contents_manager)
        file = await self.manager.blocking.run(lambda: new_file(tree, path))
        return await self.recordings.start(self.manager.get(name), display, path, file)

    async def _display(self, name: str) -> str:
        desktop = self.manager.get(name)
        return await self.manager.blocking.run(lambda: self.recordings.check(desktop))


class RecordingActionHandler(FilesHandler):
    """What is done with a recording that runs."""

    def initialize(self, manager: DesktopManager, recordings: Recordings, line: str) -> None:  # type: ignore[override]
        """Store the arguments of the route; ``line`` tells the program what to do, ``""`` to end."""
        super().initialize(manager)
        self.recordings = recordings
        self.line = line

    @web.authenticated
    async def post(self, name: str) -> None:
        """Pause or resume the recording and return it, or stop it and return how it has ended."""
        await self.require("execute")
        await self.respond(self._act(name))

    async def _act(self, name: str) -> Any:
        read_body(self.request.body, {})
        desktop = self.manager.get(name)
        return await (self.recordings.ask(desktop, self.line) if self.line else self.recordings.stop(desktop))


def recording_handlers(
    manager: DesktopManager, recordings: Recordings
) -> list[tuple[str, type[web.RequestHandler], dict[str, Any]]]:
    """Return the routes of the addresses about recordings."""
    arguments = {"manager": manager, "recordings": recordings}
    return [
        (pattern(RECORDING), RecordingHandler, arguments),
        (pattern(PAUSE_RECORDING), RecordingActionHandler, {**arguments, "line": PAUSE}),
        (pattern(RESUME_RECORDING), RecordingActionHandler, {**arguments, "line": RESUME}),
        (pattern(STOP_RECORDING), RecordingActionHandler, {**arguments, "line": ""}),
    ]

"""The processes of one desktop: each by the name of its step, and the environment that they share."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ..backends.base import DISPLAY, Step
from ..desktops.desktop import MARKER, Desktop
from ..system.cleanup import remove_segments
from ..system.process import Child, ChildFailed, end_marked, reap_orphans
from .diagnosis import part_failed

SESSION_GRACE = 2.0
PART_GRACE = 1.0
"""Seconds between SIGTERM and SIGKILL; together under the five that a stop may take."""


class Parts:
    """Starts the parts of ``desktop`` and stops them; ``ended`` tells of each that ended, with its exit status."""

    def __init__(self, desktop: Desktop, environment: dict[str, str]) -> None:
        self.environment = environment
        self.ended: asyncio.Queue[tuple[Child, int]] = asyncio.Queue()
        self._desktop = desktop
        self._children: dict[str, Child] = {}
        self._companions: list[Child] = []
        self._reports: set[asyncio.Task[None]] = set()

    def __getitem__(self, name: str) -> Child:
        return self._children[name]

    def __contains__(self, child: object) -> bool:
        """Tell whether ``child`` is one of the parts, and was not replaced."""
        return any(child is each for each in self._children.values())

    async def start(self, step: Step, timeout: float, told: Callable[[str], None] | None = None) -> str:
        """Start one part and wait until it is ready; return what it wrote to its readiness pipe.

        ``told`` gets each line that it reports for as long as it is the part, and was not replaced. Raise `StartFailed`
        where it isn't ready within ``timeout`` seconds.
        """
        display = self.environment.get("DISPLAY", "")
        child = self._child(step.name, tuple(display if word == DISPLAY else word for word in step.argv))
        child.ready, child.umask, child.env = step.ready, step.umask, {**child.env, **step.environment}
        if told is not None:
            child.told = partial(self._tell, child, told)
        self._children[step.name] = child
        try:
            line = await child.start(timeout)
        except ChildFailed as failure:
            raise part_failed(step.name, failure.reason, self._desktop.log(step.name, 200)) from failure
        report = asyncio.get_running_loop().create_task(self._report_end(child))
        self._reports.add(report)
        report.add_done_callback(self._reports.discard)
        return line

    def _tell(self, child: Child, told: Callable[[str], None], line: str) -> None:
        if child in self:
            told(line)

    async def start_companions(self, commands: Sequence[Sequence[str]], timeout: float) -> None:
        """Start what belongs to the session and may fail, or end when it likes."""
        self._companions = [
            self._child(f"session-{index}", tuple(argv)) for index, argv in enumerate(commands, start=1)
        ]
        for companion in self._companions:
            with contextlib.suppress(ChildFailed):
                await companion.start(timeout)

    def _child(self, name: str, argv: tuple[str, ...]) -> Child:
        logfile = self._desktop.log_directory / f"{name}.log"
        home = Path(self.environment.get("HOME", "/"))
        return Child(name, argv, dict(self.environment), logfile, directory=home if home.is_dir() else None)

    async def _report_end(self, child: Child) -> None:
        status = await child.wait()
        if child.pid is not None:
            remove_segments(child.pid)
        await self.ended.put((child, status))

    def reap_orphans(self) -> None:
        """Reap what the parts left to us."""
        children = [*self._children.values(), *self._companions]
        reap_orphans({child.pid for child in children if child.pid is not None})

    async def stop(self) -> None:
        """Stop every part, the session first, and whatever else was started on the desktop."""
        session = [self._children.pop("session", None), *self._companions]
        await asyncio.gather(*(child.stop(SESSION_GRACE) for child in session if child))
        parts, self._children = list(self._children.values()), {}
        await asyncio.gather(*(child.stop(PART_GRACE) for child in parts))
        end_marked(MARKER, str(self._desktop.path))
        self.reap_orphans()
        await asyncio.gather(*self._reports)

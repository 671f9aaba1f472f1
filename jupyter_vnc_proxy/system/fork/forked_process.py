"""A process that was forked, with as much of the interface of ``asyncio.subprocess.Process`` as we use."""

from __future__ import annotations

import asyncio
from typing import IO

from ..process_identity import watch_child


class ForkedProcess:
    """A child of ours. Create it in the event loop."""

    def __init__(self, pid: int, stdin: IO[bytes]) -> None:
        self.pid = pid
        self.stdin = stdin
        self.returncode: int | None = None
        self._ended = asyncio.get_running_loop().create_future()
        watch_child(pid, self._end)

    def _end(self, status: int) -> None:
        self.returncode = status
        self._ended.set_result(status)

    async def wait(self) -> int:
        """Wait until it ends; return its exit status, negative for a signal."""
        await asyncio.shield(self._ended)
        assert self.returncode is not None
        return self.returncode

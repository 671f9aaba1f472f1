"""Stand-ins: a desktop without its own processes, a VNC server with a test's behaviour, an engine that can't load."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import importlib.util
import os
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.state import DesktopState
from jupyter_vnc_proxy.system.process_identity import ProcessIdentity

BANNER = b"RFB 003.008\n"


class StandIn:
    """A desktop whose state is ``running``: its directory, and a process that holds the runner's lock.

    ``named`` is the text in the lock, by default the identity of that process.
    """

    def __init__(self, path: Path, named: str | None = None) -> None:
        self.desktop = Desktop(path)
        self.desktop.prepare()
        lock = os.open(path / "runner.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        self.process = subprocess.Popen(["sleep", "1000"], pass_fds=[lock])
        text = f"{ProcessIdentity.child(self.process.pid)}\n" if named is None else named
        os.ftruncate(lock, 0)
        os.write(lock, text.encode())
        os.close(lock)  # now only the process holds it
        self.desktop.write_state(DesktopState(name=path.name, phase="running", step=None, geometry="800x600"))

    def close(self) -> None:
        """End the process, and with it the lock."""
        self.process.kill()
        self.process.wait()


def break_engine(directory: Path) -> None:
    """Copy the engine into ``directory``, changed so that it needs libgbm.so.9, which no machine has."""
    spec = importlib.util.find_spec("pixelflux")
    assert spec is not None and spec.origin is not None
    engine = Path(spec.origin)
    (directory / engine.name).write_bytes(engine.read_bytes().replace(b"\0libgbm.so.1\0", b"\0libgbm.so.9\0"))
    (directory / "pixelflux.libs").symlink_to(engine.with_name("pixelflux.libs"))


@contextlib.asynccontextmanager
async def vnc_server(
    path: Path, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Listen on a unix socket and handle each connection with ``serve``; yield the connections' tasks."""
    tasks: list[asyncio.Task[None]] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.append(task)
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_unix_server(connected, path, limit=1 << 16)
    try:
        yield tasks
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

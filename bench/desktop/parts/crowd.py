"""Many users at once: each has a Jupyter server, as on a hub, with one desktop in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from ..servers import processes
from ..servers.factory import create_server
from ..servers.jupyter_server import RUN, JupyterServer
from ..servers.our_server import OurServer

STARTS_AT_ONCE = 4
"""Jupyter servers that are started or stopped at the same time."""

GEOMETRY = "1280x720"


class Crowd:
    """A context manager: ``count`` Jupyter servers of a configuration, without desktops.

    ``session``: the session of our own desktops; by default one that does nothing.
    """

    def __init__(self, configuration: str, count: int, session: str = "") -> None:
        self._run = f"crowd-{os.getpid()}-{id(self)}"
        self.servers: list[JupyterServer] = []
        self._configuration = configuration
        self._count = count
        self._session = session

    def __enter__(self) -> Crowd:
        os.environ[RUN] = self._run  # the servers inherit it
        try:
            self.servers += [create_server(self._configuration, GEOMETRY) for _ in range(self._count)]
            for server in self.servers:
                if isinstance(server, OurServer):
                    server.session = self._session
            self._each(lambda server: server.start())
        except BaseException:
            self.__exit__()
            raise
        finally:
            del os.environ[RUN]
        return self

    def __exit__(self, *_: object) -> None:
        self._each(lambda server: server.stop())
        processes.end(RUN, self._run)

    def _each(self, work: Callable[[JupyterServer], None]) -> None:
        with ThreadPoolExecutor(STARTS_AT_ONCE) as pool:
            list(pool.map(work, self.servers))

    def processes(self) -> list[processes.Process]:
        """Return the processes of all users."""
        return processes.marked(RUN, self._run)

"""Fixtures that the tests of the server extension share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.api import Api
from support.sharing import Browser, Desk, LogIn
from support.standins import StandIn
from support.waiting import until


@pytest.fixture
def watching_api(vnc: Any, jp_fetch: Any, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Api:
    """The REST API of a server that watches its desktops; Jupyter's test fixtures do not start the watcher."""

    async def start() -> None:
        vnc.watcher.start()

    jp_asyncio_loop.run_until_complete(start())  # the `vnc` fixture stops it
    return Api(jp_fetch)


@pytest.fixture
def stand_in(runtime: Path) -> Iterator[StandIn]:
    """A desktop named ``default`` that pretends to run."""
    made = StandIn(runtime / "default")
    yield made
    made.close()


@pytest.fixture
def desk(vnc: Any, runtime: Path, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Desk:
    """The default desktop, running; its session shows a window of `support.windows`."""
    made = Desk(vnc, runtime / "default")

    async def start() -> None:
        await vnc.manager.start("default")
        await until(lambda: made.model["phase"] == "running")
        await until(lambda: "shown" in made.noted())

    jp_asyncio_loop.run_until_complete(start())
    return made


@pytest.fixture
def log_in(vnc: Any, jp_fetch: Any, jp_ws_fetch: Any, jp_auth_header: dict[str, str]) -> LogIn:
    """Logs another user in."""

    async def log_in() -> Browser:
        return await Browser.log_in(jp_fetch, jp_ws_fetch, jp_auth_header)

    return log_in

"""Fixtures that the tests of the server extension share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.api import Api
from support.standins import StandIn


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

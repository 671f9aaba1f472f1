"""Fixtures of the tests of desktops."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.managers import OPTIONS, Make, server
from support.waiting import wait_until

from jupyter_vnc_proxy.desktops.manager import DesktopManager


@pytest.fixture
def make(runtime: Path, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Iterator[Make]:
    """Make managers as servers of one user would; what they look after is stopped afterwards."""
    made: list[DesktopManager] = []

    def make(**settings: Any) -> DesktopManager:
        made.append(DesktopManager(OPTIONS, **{"server": server(len(made)), **settings}))
        return made[-1]

    yield make
    for manager in made:
        jp_asyncio_loop.run_until_complete(manager.stop_all())
    for manager in made:
        for entry in manager._entries:
            if entry.desktop is not None:
                wait_until(entry.desktop.stopped)  # which reaps it

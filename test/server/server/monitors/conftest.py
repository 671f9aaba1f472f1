"""Viewers for the tests of monitors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.monitors import Connect
from support.sharing import Browser, Viewer
from support.stream.clients import set_encodings


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Connects a browser; returns the viewer and the connection's id."""
    viewers: list[Viewer] = []

    async def connect(browser: Browser, invitation: str | None = None) -> tuple[Viewer, str]:
        body = {} if invitation is None else {"invitation": invitation}
        ticket = await browser.api("POST", "ticket", body=body)
        viewer = await (await browser.open(ticket["ticket"])).greet()
        await viewer.send(set_encodings(0, -308))  # without it, Xvnc disconnects a viewer when the size changes
        await viewer.settle()
        viewers.append(viewer)
        return viewer, str(ticket["connection"])

    yield connect
    for viewer in viewers:
        viewer.close()

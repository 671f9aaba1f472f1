"""Desktops for the tests of a module; each takes seconds to start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.driven import driven

from jupyter_vnc_proxy import Desktop


@pytest.fixture(params=["tigervnc", "stream", "x11vnc"])
def desktop(request: pytest.FixtureRequest, runtime: Path) -> Iterator[Desktop]:
    """A desktop of each kind, with a window manager and a terminal named ``first``."""
    with driven(request.param) as made:
        yield made

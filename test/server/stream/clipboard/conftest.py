"""A display with our clipboard on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.stream.desk import Desk


@pytest.fixture
def primary() -> bool:
    return False


@pytest.fixture
def desk(runtime: Path, primary: bool) -> Iterator[Desk]:
    made = Desk(runtime, primary)
    yield made
    made.close()

"""One JupyterHub for the tests of this directory, since it takes seconds to start; each test has users of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.hub import PROXY, Hub


@pytest.fixture(scope="session")
def hub() -> Iterator[Hub]:
    """A hub with configurable-http-proxy, on one domain."""
    assert PROXY.exists(), "npm ci installs the proxy"
    directory = Path(tempfile.mkdtemp(prefix="jvh-", dir="/tmp"))
    made = Hub(directory)
    yield made
    made.close()
    shutil.rmtree(directory)

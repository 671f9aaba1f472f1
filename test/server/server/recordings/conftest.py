"""Fixtures for the tests of recordings."""

from __future__ import annotations

from typing import Any

import pytest
from support.api import Api


@pytest.fixture
def api(jp_fetch: Any) -> Api:
    return Api(jp_fetch)

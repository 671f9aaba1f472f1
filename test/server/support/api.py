"""A client of the desktops' REST API on a test's server."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPResponse

REQUEST_SECONDS = 60.0
"""Seconds that a request may take. A report runs many programs, for longer than pytest_jupyter waits if it is busy."""


class Api:
    """Sends requests to ``api/desktops`` and decodes their JSON."""

    def __init__(self, fetch: Any) -> None:
        self._fetch = fetch

    async def raw(self, method: str, *parts: str, body: Any = None, **settings: Any) -> HTTPResponse:
        if method != "GET" and method != "DELETE":
            settings["body"] = body if isinstance(body, (str, bytes)) else json.dumps(body) if body is not None else ""
        fetched: HTTPResponse = await self._fetch("api", "desktops", *parts, method=method, **settings)
        return fetched

    async def __call__(self, method: str, *parts: str, body: Any = None, **settings: Any) -> Any:
        response = await self.raw(method, *parts, body=body, **settings)
        return json.loads(response.body) if response.body else None

    async def refused(self, status: int, method: str, *parts: str, body: Any = None, **settings: Any) -> dict[str, Any]:
        """Expect an error with this status; check its form and return its body."""
        with pytest.raises(HTTPClientError) as raised:
            await self.raw(method, *parts, body=body, **settings)
        assert raised.value.code == status
        response = raised.value.response
        assert response is not None
        error: dict[str, Any] = json.loads(response.body)
        assert error["message"].endswith(".")
        assert "\n" not in error["message"]
        assert set(error) == {"message", "code", "fix"}
        assert error["code"] == error["code"].lower()
        return error

    async def until(self, name: str, phase: str) -> dict[str, Any]:
        deadline = time.monotonic() + REQUEST_SECONDS
        while True:
            model: dict[str, Any] = await self("GET", name)
            if model["phase"] == phase:
                return model
            assert time.monotonic() < deadline, model
            await asyncio.sleep(0.02)

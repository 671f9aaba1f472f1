"""The base class of the REST API's handlers, and the parser of bodies."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler

from ..desktops.manager import DesktopManager
from ..errors import InvalidOption, VncError, disk_error

Method = TypeVar("Method", bound=Callable[..., Awaitable[None]])


def authorized_to_execute(method: Method) -> Method:
    """Decorate a method of a handler: the user must be authorized to `execute` the handler's resource."""
    decorated: Method = authorized("execute")(method)
    return decorated


def read_body(raw: bytes, fields: Mapping[str, type]) -> dict[str, Any]:
    """Parse a JSON object that has only the given ``fields``, each of its type; an empty body is an empty object.

    Raise `InvalidOption` for anything else.
    """
    try:
        body = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise InvalidOption("The body is not JSON.", code="bad-body") from error
    if not isinstance(body, dict):
        raise InvalidOption("The body must be a JSON object.", code="bad-body")
    for key, value in body.items():
        if key not in fields:
            raise InvalidOption(
                f"Unknown field {key!r}; the fields are: {', '.join(fields) or 'none'}.", code="unknown-field"
            )
        if type(value) is not fields[key]:
            raise InvalidOption(f"The field {key!r} must be of type {fields[key].__name__}.", code="bad-field")
    return body


class DesktopsAPIHandler(APIHandler):
    """Base class: holds the manager, and responds with errors as JSON."""

    auth_resource = "vnc"
    _track_activity = False  # polling is not activity; input arrives through the WebSocket

    def initialize(self, manager: DesktopManager) -> None:
        """Store the arguments of the route."""
        self.manager = manager

    async def respond(self, work: Awaitable[Any] | Callable[[], Any], status: int = 200) -> None:
        """Respond with the result of ``work`` as JSON, or with the error that it raises."""
        try:
            result = work() if callable(work) else await work
        except (VncError, OSError) as failure:
            error = failure if isinstance(failure, VncError) else disk_error(failure)
            self.set_status(error.status)
            await self.finish(json.dumps(error.body()))
            return
        self.set_status(status)
        await self.finish(None if result is None else json.dumps(result))

"""Parses the bodies of requests, for both servers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...errors import InvalidOption

MAX_BODY_BYTES = 64 * 1024
"""Maximum size of a request's body."""


def read_body(raw: bytes, fields: Mapping[str, type]) -> dict[str, Any]:
    """Parse a JSON object that has only the given ``fields``, each of its type; an empty body is an empty object.

    Raise `InvalidOption` for anything else, such as JSON that is nested too deeply or a body that is too long.
    """
    if len(raw) > MAX_BODY_BYTES:
        raise InvalidOption(f"The body is longer than {MAX_BODY_BYTES} bytes.", code="bad-body")
    try:
        body = json.loads(raw) if raw.strip() else {}
    except (ValueError, RecursionError) as error:
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

"""Contents of a clipboard as JSON: an object of the forms by media type; a picture is in base64."""

from __future__ import annotations

import base64
import binascii
import json

from ...errors import InvalidOption, VncError
from ...rfb.clipboard_contents import MAX_CONTENTS_BYTES, MEDIA_TYPES, PNG, Contents, checked

MAX_BODY_BYTES = 2 * MAX_CONTENTS_BYTES
"""A longer body is refused unread: base64 adds a third, and JSON a backslash before some characters."""


def to_json(contents: Contents) -> dict[str, str]:
    """Return contents as JSON."""
    return {
        name: base64.b64encode(data).decode() if name == PNG else data.decode(errors="replace")
        for name, data in contents.items()
    }


def from_json(raw: bytes) -> Contents:
    """Parse a body; raise `InvalidOption` if it isn't contents, and with the status 413 if it is too long."""
    if len(raw) > MAX_BODY_BYTES:
        raise too_long()
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise InvalidOption("The body is not JSON.", code="bad-body") from None
    if not isinstance(body, dict) or not body or not all(type(each) is str for each in body.values()):
        raise InvalidOption("The body must be a JSON object of strings, by media type.", code="bad-body")
    if not body.keys() <= set(MEDIA_TYPES):
        raise InvalidOption(f"The media types are: {', '.join(MEDIA_TYPES)}.", code="unknown-media-type")
    contents = {name: _decoded(name, value) for name, value in body.items()}
    if sum(map(len, contents.values())) > MAX_CONTENTS_BYTES:
        raise too_long()
    try:
        return checked(contents)
    except ValueError as error:
        raise InvalidOption(f"The contents are refused: {error}.", code="bad-contents") from None


def too_long() -> VncError:
    """Return the error for contents that are too long."""
    error = VncError(f"The contents are longer than {MAX_CONTENTS_BYTES} bytes.", code="clipboard-too-long")
    error.status = 413
    return error


def _decoded(name: str, value: str) -> bytes:
    if name != PNG:
        return value.encode(errors="replace")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidOption("The picture is not base64.", code="bad-contents") from None

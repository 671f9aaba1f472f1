"""What a clipboard may hold in several forms at once, and its messages on a desktop's clipboard socket. Sans I/O.

RFB carries text; pictures and HTML go through that socket. A request is `READ`, or a head that tells the sizes of the
contents that follow; the answer is a head too, with the contents that were read. A head is one line of JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from .extended_clipboard import FORMAT_HTML, FORMAT_PICTURE, FORMAT_TEXT, MAX_TEXT_BYTES

TEXT = "text/plain"
HTML = "text/html"
PNG = "image/png"
MEDIA_TYPES = (TEXT, HTML, PNG)
"""The forms, the one that must not be left out first. Text and HTML are UTF-8."""

FORMATS = {TEXT: FORMAT_TEXT, HTML: FORMAT_HTML, PNG: FORMAT_PICTURE}
"""The bits by which the Extended Clipboard tells of them."""

MAX_CONTENTS_BYTES = MAX_TEXT_BYTES
"""Bytes that all forms may have together."""

MAX_HEAD_BYTES = 1024

READ = b'"read"\n'
"""The request for the display's contents."""

READ_FILES = b'"files"\n'
"""The request for the files that a file manager has copied: answered with their URIs, one a line, as a text."""

URI_LIST = "text/uri-list"
"""The form of those files (RFC 2483). No viewer gets or sends it."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

Contents = Mapping[str, bytes]
"""The forms of one thing that was copied, by media type."""


def checked(contents: Contents) -> Contents:
    """Return the contents; raise ``ValueError`` with the reason if they can't be a clipboard's."""
    check_sizes({name: len(data) for name, data in contents.items()})
    if not contents.get(PNG, PNG_SIGNATURE).startswith(PNG_SIGNATURE):
        raise ValueError("the picture is not a PNG")
    for name in (TEXT, HTML):
        try:
            contents.get(name, b"").decode()
        except UnicodeDecodeError:
            raise ValueError(f"{name} is not UTF-8") from None
    return contents


def check_sizes(sizes: Mapping[str, int]) -> None:
    """Raise ``ValueError`` unless these are the sizes, in bytes, of a clipboard's contents."""
    for name, size in sizes.items():
        if name not in MEDIA_TYPES:
            raise ValueError(f"a form that is not known: {name[:64]!r}")
        if type(size) is not int or size < 0:
            raise ValueError("a size that is none")
    if sum(sizes.values()) > MAX_CONTENTS_BYTES:
        raise ValueError(f"{sum(sizes.values())} bytes are more than {MAX_CONTENTS_BYTES}")


def fitting(contents: Contents) -> Contents:
    """Return the forms, in the order of `MEDIA_TYPES`, that together are not too long."""
    fitted: dict[str, bytes] = {}
    left = MAX_CONTENTS_BYTES
    for name in MEDIA_TYPES:
        if name in contents and len(contents[name]) <= left:
            fitted[name] = contents[name]
            left -= len(contents[name])
    return fitted


def pack(contents: Contents) -> bytes:
    """Return the head of contents, and the contents."""
    head = json.dumps({name: len(data) for name, data in contents.items()}).encode() + b"\n"
    return head + b"".join(contents.values())


def parse_head(line: bytes) -> dict[str, int]:
    """Return the sizes that a head tells, in the order of what follows; raise ``ValueError`` if it is none."""
    sizes = json.loads(line) if len(line) <= MAX_HEAD_BYTES else None
    if not isinstance(sizes, dict):
        raise ValueError("a head that is none")
    check_sizes(sizes)
    return sizes


def split(data: bytes, sizes: Mapping[str, int]) -> dict[str, bytes]:
    """Return the contents of these sizes."""
    contents: dict[str, bytes] = {}
    at = 0
    for name, size in sizes.items():
        contents[name] = data[at : at + size]
        at += size
    return contents


def formats(names: frozenset[str]) -> int:
    """Return the Extended Clipboard's bits of these forms."""
    return sum(FORMATS[name] for name in names)

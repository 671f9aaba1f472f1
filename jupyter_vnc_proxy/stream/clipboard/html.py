"""The encoding of HTML on clipboards: UTF-8 for viewers; programs on a display have to be told of it."""

from __future__ import annotations

import codecs
import re

CHARSET = b'<meta http-equiv="content-type" content="text/html; charset=utf-8">'
"""What programs such as browsers put before HTML that they copy; others would read it as Latin-1."""

HEAD_BYTES = 1024
"""How far from the start a document may tell its encoding (HTML standard, section 4.2.5.4)."""


def for_programs(data: bytes) -> bytes:
    """Return HTML in UTF-8 that tells its encoding."""
    return data if re.search(rb"charset\s*=", data[:HEAD_BYTES], re.IGNORECASE) else CHARSET + data


def from_program(data: bytes) -> bytes:
    """Return a program's HTML in UTF-8: some have UTF-16 with its mark, some end it with a NUL."""
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if is_wide else "utf-8-sig", "replace").rstrip("\0").encode()

"""Contents of a clipboard as viewers have them, and as programs on a display do."""

from __future__ import annotations

import codecs
import re

from ...rfb.clipboard_contents import HTML, PNG, PNG_SIGNATURE, TEXT, Contents
from ...rfb.extended_clipboard import with_lf

CHARSET = b'<meta http-equiv="content-type" content="text/html; charset=utf-8">'
"""What programs such as browsers put before HTML that they copy; others would read it as Latin-1."""

HEAD_BYTES = 1024
"""How far from the start a document may tell its encoding (HTML standard, section 4.2.5.4)."""


def for_programs(contents: Contents) -> Contents:
    """Return a viewer's contents with ``\\n`` as line ends, and HTML that tells its encoding, which is UTF-8."""
    given = dict(contents)
    if TEXT in given:
        given[TEXT] = with_lf(given[TEXT].decode()).encode()
    if HTML in given and not re.search(rb"charset\s*=", given[HTML][:HEAD_BYTES], re.IGNORECASE):
        given[HTML] = CHARSET + given[HTML]
    return given


def from_programs(contents: Contents) -> Contents:
    """Return a program's contents with ``\\n`` as line ends and HTML in UTF-8, without what is no PNG.

    Some programs have HTML in UTF-16 with its mark, some end it with a NUL.
    """
    given = dict(contents)
    if TEXT in given:
        given[TEXT] = with_lf(given[TEXT].decode()).encode()
    if HTML in given:
        is_wide = given[HTML].startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        given[HTML] = given[HTML].decode("utf-16" if is_wide else "utf-8-sig", "replace").rstrip("\0").encode()
    if not given.get(PNG, PNG_SIGNATURE).startswith(PNG_SIGNATURE):
        del given[PNG]
    return given

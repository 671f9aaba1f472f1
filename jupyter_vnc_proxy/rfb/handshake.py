"""The handshake's numbers and versions, as the client chooses them (RFC 6143, sections 7.1 to 7.3)."""

from __future__ import annotations

import re

from .errors import ProtocolError

VERSION = b"RFB 003.008\n"
"""The ProtocolVersion message of the newest version, 3.8."""

SECURITY_NONE = 1
"""The security type without authentication."""

SECURITY_RESULT_OK, SECURITY_RESULT_FAILED = 0, 1

_MINORS = (3, 7, 8)


def minor_version(message: bytes) -> int:
    """Return 3, 7 or 8 for a client's 12 bytes of ProtocolVersion; raise ``ProtocolError`` if it isn't RFB 3.

    A version that nobody specified counts as the last one below it, as in TigerVNC: 3.5 is 3.3, and 3.889 is 3.8.
    """
    found = re.fullmatch(rb"RFB 003\.(\d{3})\n", message)
    if found is None or int(found[1]) < _MINORS[0]:
        raise ProtocolError(f"not a version of RFB 3: {message!r}")
    return max(minor for minor in _MINORS if minor <= int(found[1]))

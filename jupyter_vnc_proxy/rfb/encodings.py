"""Numbers of encodings and pseudo-encodings, as SetEncodings announces them and rectangles carry them."""

from __future__ import annotations

# Encodings (RFC 6143, section 7.7; CoRRE, zlib, Tight, Open H.264 and Tight PNG: rfbproto)
ENCODING_RAW = 0
ENCODING_COPY_RECT = 1
ENCODING_RRE = 2
ENCODING_CORRE = 4
ENCODING_HEXTILE = 5
ENCODING_ZLIB = 6
ENCODING_TIGHT = 7
ENCODING_ZRLE = 16
ENCODING_H264 = 50
ENCODING_TIGHT_PNG = -260

# Pseudo-encodings of RFC 6143, section 7.8
PSEUDO_DESKTOP_SIZE = -223
PSEUDO_CURSOR = -239
PSEUDO_X_CURSOR = -240

# Pseudo-encodings of rfbproto
PSEUDO_LAST_RECT = -224
PSEUDO_QUALITY_0, PSEUDO_QUALITY_9 = -32, -23
PSEUDO_COMPRESSION_0, PSEUDO_COMPRESSION_9 = -256, -247
PSEUDO_QEMU_KEY = -258
PSEUDO_LED_STATE = -261
PSEUDO_DESKTOP_NAME = -307
PSEUDO_EXTENDED_DESKTOP_SIZE = -308
PSEUDO_XVP = -309
PSEUDO_FENCE = -312
PSEUDO_CONTINUOUS_UPDATES = -313
PSEUDO_EXTENDED_MOUSE = -316
PSEUDO_VMWARE_CURSOR = 0x574D5664
PSEUDO_EXTENDED_CLIPBOARD = 0xC0A1E5CE - (1 << 32)

# A pseudo-encoding of our own
PSEUDO_RELATIVE_POINTER = 0x4A565052
"""While a client announces it, the position of its pointer events is a motion, plus `RELATIVE_ORIGIN`.

The server confirms it with a rectangle whose position is the pointer's, and sends another one whenever that changes. A
client sends no pointer events between its SetEncodings and the confirmation, since other servers ignore the number.
QEMU's Pointer Motion Change (-257) has the same motion, but there the server alone decides, and common clients announce
it without wanting any.
"""

RELATIVE_ORIGIN = 0x7FFF
"""What both coordinates of a pointer event are if it is relative and the pointer doesn't move, as in QEMU's."""

"""The RFB protocol, for server, bridge, doctor and tests alike. Sans I/O, except for `client`.

`client_messages` is the one table of what a client may send: `server_protocol` parses by it, `client_stream` splits a
client's bytes by it. `server_messages` makes what a server sends; `encodings` has the numbers of encodings.
"""

from __future__ import annotations

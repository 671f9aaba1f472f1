"""The RFB protocol, for server, bridge, doctor and tests alike. Sans I/O, except for `client`.

`client_messages` is the one table of what a client may send: `server_protocol` parses by it, `client_stream` splits a
client's bytes by it. `server_messages` makes what a server sends; `encodings` has the numbers of encodings.
`server_stream` splits a server's bytes, `client_filter` and `server_filter` let through what `rights` allow.
"""

from __future__ import annotations

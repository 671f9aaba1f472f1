"""What passes between a viewer and a desktop: everything, or what the administrator allows."""

from __future__ import annotations

from ..rfb.filters.client_filter import ClientFilter, Filtered
from ..rfb.filters.server_filter import ServerFilter
from ..rfb.rights import Right
from ..server.activity import ViewerActivity


class ViewerMessages:
    """The messages of one connection with the rights ``allowed``, which are enforced on whole messages."""

    def __init__(self, allowed: Right) -> None:
        self._activity = ViewerActivity()
        self._client: ClientFilter | None = None
        self._server: ServerFilter | None = None
        if Right.RFB not in allowed:
            self._client = ClientFilter(allowed)
            self._server = ServerFilter(self._client)

    def from_viewer(self, data: bytes) -> Filtered:
        """Return what the desktop gets of a viewer's bytes, and whether a person did something.

        Raise ``ProtocolError`` for what can't be checked; the connection must be closed then.
        """
        if self._client is not None:
            return self._client.feed(data)
        return Filtered(data, self._activity.feed(data))

    def from_desktop(self, data: bytes) -> bytes:
        """Return what the viewer gets of a desktop's bytes; raise ``ProtocolError`` for what can't be checked."""
        return data if self._server is None else self._server.feed(data)

"""The live connections of viewers: who is connected to which desktop, with which rights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypedDict

from ..desktops.manager import DesktopManager
from ..desktops.model import UserModel, ViewerModel
from ..desktops.state import utc_now
from ..errors import UnknownDesktop
from ..rfb.rights import Right, right_names

CLOSE_LEFT = 1000
CLOSE_UNKNOWN_MESSAGE = 4400
CLOSE_FORBIDDEN = 4403
CLOSE_REMOVED = 4404
CLOSE_IDLE = 4408
CLOSE_STOPPED = 4410
CLOSE_TOO_MANY = 4429
CLOSE_ERROR = 1011
"""Close codes; 4000 to 4999 are for private use (RFC 6455, section 7.4.2). A viewer leaves with 1000; a browser closes
the connections of a page that is left or reloaded with 1001."""

CONTROL = Right.KEYS | Right.POINTER | Right.CLIPBOARD_IN | Right.RESIZE | Right.SPEAK
"""What a viewer loses when another one takes back control."""


def why_ended(manager: DesktopManager, name: str, otherwise: str) -> tuple[int, str]:
    """Return the close code and the reason for a viewer whose desktop sends no more; ``otherwise``: while it runs."""
    try:
        state = manager.get(name).state()
    except UnknownDesktop:
        return CLOSE_REMOVED, "The desktop was removed."
    if state.phase == "stopped" or state.is_stopping:
        return CLOSE_STOPPED, "The desktop was stopped."
    return CLOSE_ERROR, otherwise


class ConnectionModel(TypedDict):
    """A connection as JSON; ``since`` is ISO 8601 in UTC, ``invitation`` an invitation's id."""

    id: str
    desktop: str
    user: UserModel
    rights: list[str]
    since: str
    invitation: str | None


class ViewerSocket(Protocol):
    """The part of a WebSocket handler that a registry needs."""

    def disconnect(self, code: int, reason: str) -> None:
        """Stop relaying at once, and close the WebSocket."""

    def restrict(self, rights: Right) -> None:
        """Let through only what ``rights`` allow from now on, and release what is held without them."""

    def fix_size(self, is_fixed: Callable[[], bool]) -> None:
        """Let through no request for another size of the desktop while ``is_fixed``."""


@dataclass(eq=False)
class Connection:
    """One viewer's connection. ``owner`` identifies its user, as `TicketStore` does."""

    id: str
    desktop: str
    owner: str
    user: UserModel
    rights: Right
    socket: ViewerSocket
    invitation: str | None = None
    since: str = field(default_factory=utc_now)
    is_lost: bool = False
    """Whether it has ended without a word of the viewer, who may come back."""
    restricted: Callable[[], None] = lambda: None
    """Called when rights were taken away."""

    def model(self) -> ConnectionModel:
        """Return the connection as JSON."""
        return {
            "id": self.id,
            "desktop": self.desktop,
            "user": self.user,
            "rights": right_names(self.rights),
            "since": self.since,
            "invitation": self.invitation,
        }

    def viewer(self) -> ViewerModel:
        """Return the connection as a desktop's model has it."""
        return {
            "id": self.id,
            "user": self.user,
            "rights": right_names(self.rights),
            "invited": self.invitation is not None,
        }

    def restrict(self, rights: Right) -> None:
        """Take away all but ``rights``."""
        left = self.rights & rights
        if left != self.rights:
            self.rights = left
            self.socket.restrict(left)
            self.restricted()


class Connections:
    """The connections of this server, in the order in which they were opened."""

    def __init__(self) -> None:
        self._open: dict[str, Connection] = {}
        self.opened: Callable[[Connection], None] = lambda connection: None
        self.closed: Callable[[Connection], None] = lambda connection: None
        """Called with each connection that was opened or closed."""

    def add(self, connection: Connection) -> None:
        """Register a connection that was opened."""
        self._open[connection.id] = connection
        self.opened(connection)

    def remove(self, connection: Connection, is_lost: bool = False) -> None:
        """Forget a connection that was closed, or lost; do nothing if it is forgotten already."""
        if self._open.get(connection.id) is connection:
            connection.is_lost = is_lost
            del self._open[connection.id]
            self.closed(connection)

    def of(self, desktop: str) -> list[Connection]:
        """Return the connections to a desktop."""
        return [each for each in self._open.values() if each.desktop == desktop]

    def viewers(self, desktop: str) -> list[ViewerModel]:
        """Return the viewers of a desktop, for its model."""
        return [each.viewer() for each in self.of(desktop)]

    def find(self, desktop: str, identifier: str) -> Connection | None:
        """Return a desktop's connection by its id."""
        found = self._open.get(identifier)
        return found if found is not None and found.desktop == desktop else None

    def is_invited(self, desktop: str, owner: str) -> bool:
        """Return whether a user is connected to a desktop by an invitation."""
        return any(each.owner == owner and each.invitation is not None for each in self.of(desktop))

    def take_control(self, desktop: str, owner: str) -> None:
        """Take `CONTROL` from all connections to a desktop, except those of ``owner`` without an invitation."""
        for each in self.of(desktop):
            if each.owner != owner or each.invitation is not None:
                each.restrict(~CONTROL)

    def close_invited(self, invitation: str, reason: str) -> None:
        """Close the connections that came by an invitation."""
        for each in list(self._open.values()):
            if each.invitation == invitation:
                each.socket.disconnect(CLOSE_FORBIDDEN, reason)

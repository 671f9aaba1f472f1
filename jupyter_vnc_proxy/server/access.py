"""Decides who may connect to a desktop, and with which rights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from ..desktops.manager import DesktopManager
from ..errors import InvalidOption, UnknownDesktop
from ..rfb.rights import Right
from .connections import Connection, Connections
from .identity import Presence, authorized_rights, ticket_owner
from .invitations import MAX_SECONDS, Invitations
from .tickets import Ticket, TicketStore, new_connection_id

MISSING = {
    "message": "A WebSocket that is not authenticated by a token needs a ticket.",
    "code": "ticket-missing",
    "fix": None,
}
INVALID = {"message": "The ticket is not valid, or was used before.", "code": "ticket-invalid", "fix": None}
WITHDRAWN = {"message": "The access to this server was withdrawn.", "code": "access-withdrawn", "fix": None}


@dataclass(frozen=True)
class Admission:
    """What a connection may do, and as whom. ``connection`` is its id."""

    owner: str
    rights: Right
    invitation: str | None
    connection: str


@dataclass
class Sharing:
    """The tickets, invitations and live connections of one server."""

    max_invitation_seconds: float = MAX_SECONDS
    tickets: TicketStore = field(default_factory=TicketStore)
    connections: Connections = field(default_factory=Connections)
    invitations: Invitations = field(init=False)

    def __post_init__(self) -> None:
        self.invitations = Invitations(self.connections.close_invited, self.max_invitation_seconds)

    async def admit(
        self, handler: JupyterHandler, name: str, secret: str | None, presence: Presence
    ) -> Admission | dict[str, Any]:
        """Return what a WebSocket may do; an error's body if its ticket is missing or not valid.

        Raise 403 if the user may not see the desktop.
        """
        owner = ticket_owner(handler)
        ticket = None if secret is None else self.tickets.redeem(secret, owner, name)
        if ticket is None or ticket.invitation is None:
            rights = await authorized_rights(handler)
            if Right.SEE not in rights:
                raise web.HTTPError(403)
            if secret is not None and ticket is None:
                return INVALID
            if ticket is None:
                if not handler.token_authenticated:
                    return MISSING
                ticket = Ticket(rights, None, new_connection_id())
            ticket = Ticket(ticket.rights & rights, None, ticket.connection)
        if await presence.is_gone():
            return WITHDRAWN
        return Admission(owner, ticket.rights, ticket.invitation, ticket.connection)

    def invited_rights(self, invitation: str, manager: DesktopManager, name: str) -> Right:
        """Return the rights that an invitation grants now: none if it has ended or the desktop is another one."""
        try:
            created = manager.get(name).state().created
        except (UnknownDesktop, InvalidOption):
            return Right(0)
        found = self.invitations.get(invitation, name, created)
        return Right(0) if found is None else found.rights

    async def is_withdrawn(self, handler: JupyterHandler, connection: Connection, presence: Presence) -> bool:
        """Check a live connection once more: restrict it to what its user still may; return whether it must end."""
        if await presence.is_gone():
            return True
        if connection.invitation is None:
            rights = await authorized_rights(handler)
            if Right.SEE not in rights:
                return True
            connection.restrict(rights)
        return False

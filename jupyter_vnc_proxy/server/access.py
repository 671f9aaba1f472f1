"""Decides who may connect to a desktop, and with which rights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from ..desktops.manager import DesktopManager
from ..errors import InvalidOption, UnknownDesktop, VncError
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
NO_WEBSOCKET = {
    "message": "A proxy between the browser and this Jupyter server does not pass WebSockets: the header Upgrade is "
    "missing.",
    "code": "no-websocket",
    "fix": None,
}
ORIGIN = {
    "message": "This page's address is not allowed: its origin is not the request's Host.",
    "code": "origin-not-allowed",
    "fix": None,
}
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
        refusal = _upgrade_refusal(handler, secret)
        if refusal is not None:
            self.tickets.refuse(secret or "", refusal["code"])
            return refusal
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

    async def own_connection(self, handler: JupyterHandler, name: str, identifier: str) -> tuple[Connection, Right]:
        """Return one of the user's own connections to a desktop, and its rights now; raise 403 if there is none."""
        granted = await authorized_rights(handler)
        found = self.connections.find(name, identifier)
        if found is None or found.owner != ticket_owner(handler):
            raise forbidden("You have no such connection to this desktop.", "no-connection")
        return found, found.rights if found.invitation is not None else found.rights & granted

    def check_attempt(self, connection: str) -> bool:
        """Return whether a connection's socket, which failed in the browser, has reached this server.

        Raise 403 with the reason if it was refused for one that another attempt does not solve.
        """
        code = self.tickets.refusal(connection)
        for refusal in (NO_WEBSOCKET, ORIGIN):
            if refusal["code"] == code:
                raise forbidden(str(refusal["message"]), str(refusal["code"]))
        return self.tickets.has_arrived(connection)

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


def forbidden(message: str, code: str) -> VncError:
    """Return an error with the status 403."""
    error = VncError(message, code=code)
    error.status = 403
    return error


def _upgrade_refusal(handler: Any, ticket: str | None) -> dict[str, Any] | None:
    """Return why a request cannot become a WebSocket, whoever sends it. A ticket is offered for a WebSocket only."""
    if not handler.check_origin():
        return ORIGIN
    upgrade = handler.request.headers.get("Upgrade", "").lower()
    return NO_WEBSOCKET if ticket is not None and upgrade != "websocket" else None

"""REST for tickets, connections, control and invitations."""

from __future__ import annotations

import contextlib
from typing import Any

from tornado import web

from ..desktops.manager import DesktopManager
from ..desktops.programs.control import set_paused
from ..errors import InvalidOption, UnknownDesktop, VncError
from ..rfb.rights import Right, right_names
from .access import Sharing
from .connections import CLOSE_FORBIDDEN
from .endpoints import DESKTOPS_PATH, NAME
from .identity import authorized_rights, ticket_owner, user_model
from .tickets import TICKET_SECONDS, new_connection_id
from .web.body import read_body
from .web.handler import DesktopsAPIHandler

DISCONNECTED_REASON = "The connection was closed by another user of this desktop."


class SharingHandler(DesktopsAPIHandler):
    """Base class: also holds the sharing state, and the rights that the administrator allows for all."""

    def initialize(  # type: ignore[override]
        self, manager: DesktopManager, sharing: Sharing, allowed: Right = Right.ALL
    ) -> None:
        """Store the arguments of the route."""
        super().initialize(manager)
        self.sharing = sharing
        self.allowed = allowed


class TicketHandler(SharingHandler):
    """Tickets for WebSockets."""

    @web.authenticated
    async def post(self, name: str) -> None:
        """Return a ticket with the user's own rights, or with exactly those of the invitation in the body.

        The body may also name the connection whose socket has ``failed``; if that can't work, respond with the reason.
        """
        rights = await authorized_rights(self)
        await self.respond(self._issue(name, rights))

    async def _issue(self, name: str, rights: Right) -> dict[str, Any]:
        body = read_body(self.request.body, {"invitation": str, "failed": str})
        invitation = None
        if "invitation" in body:
            invitation = self._invitation(name, body["invitation"])
            rights = invitation.rights
        elif Right.SEE not in rights:
            raise web.HTTPError(403)
        self.manager.get(name)
        arrived = self.sharing.check_attempt(body["failed"]) if "failed" in body else True
        rights &= self.allowed
        connection = new_connection_id()
        ticket = self.sharing.tickets.issue(
            ticket_owner(self), name, rights, invitation and invitation.id, connection=connection
        )
        return {
            "ticket": ticket,
            "rights": right_names(rights),
            "expires": TICKET_SECONDS,
            "connection": connection,
            "arrived": arrived,
        }

    def _invitation(self, name: str, secret: str) -> Any:
        try:
            created = self.manager.get(name).state().created
        except (UnknownDesktop, InvalidOption):
            found = None
        else:
            found = self.sharing.invitations.find(secret, name, created)
        if found is None:
            error = InvalidOption("The invitation has ended or was withdrawn.", code="invitation-invalid")
            error.status = 403
            raise error
        return found


class ConnectionsHandler(SharingHandler):
    """The live connections to one desktop."""

    @web.authenticated
    async def get(self, name: str) -> None:
        """List the connections."""
        await self.require("read")
        await self.respond(self._connections(name))

    async def _connections(self, name: str) -> list[Any]:
        self.manager.get(name)
        return [each.model() for each in self.sharing.connections.of(name)]


class ConnectionHandler(SharingHandler):
    """One live connection to a desktop."""

    @web.authenticated
    async def delete(self, name: str, identifier: str) -> None:
        """Close the connection."""
        await self.require("execute")
        await self.respond(self._close(name, identifier), 204)

    async def _close(self, name: str, identifier: str) -> None:
        self.manager.get(name)
        connection = self.sharing.connections.find(name, identifier)
        if connection is None:
            raise UnknownDesktop("There is no such connection.", code="unknown-connection")
        connection.socket.disconnect(CLOSE_FORBIDDEN, DISCONNECTED_REASON)


class ControlHandler(SharingHandler):
    """Control of one desktop."""

    @web.authenticated
    async def post(self, name: str) -> None:
        """Take keyboard, pointer, clipboard and size from all other connections and programs; return the desktop."""
        await self.require("execute")
        await self.respond(self._take(name))

    async def _take(self, name: str) -> Any:
        read_body(self.request.body, {})
        created = self.manager.get(name).state().created
        self.sharing.invitations.take_control(name, created)
        self.sharing.connections.take_control(name, ticket_owner(self))
        with contextlib.suppress(VncError):  # it doesn't run
            await set_paused(self.manager.get(name).path, True)
        return self.manager.model(name)


class InvitationsHandler(SharingHandler):
    """The invitations to one desktop."""

    @web.authenticated
    async def get(self, name: str) -> None:
        """List the invitations, without their secrets."""
        await self.require("execute")
        await self.respond(self._invitations(name))

    async def _invitations(self, name: str) -> list[Any]:
        created = self.manager.get(name).state().created
        return [each.model() for each in self.sharing.invitations.of(name, created)]

    @web.authenticated
    async def post(self, name: str) -> None:
        """Create an invitation; its secret is in this response alone."""
        await self.require("execute")
        await self.respond(self._create(name), 201)

    async def _create(self, name: str) -> Any:
        body = read_body(self.request.body, {"rights": str, "seconds": int})
        created = self.manager.get(name).state().created
        invitation, secret = self.sharing.invitations.create(
            name, created, body.get("rights", "see"), user_model(self), body.get("seconds")
        )
        path = f"desktops/?desktop={name}#invitation={secret}"
        return {**invitation.model(), "secret": secret, "path": path}


class InvitationHandler(SharingHandler):
    """One invitation to a desktop."""

    @web.authenticated
    async def delete(self, name: str, identifier: str) -> None:
        """Revoke the invitation, and close its connections."""
        await self.require("execute")
        await self.respond(self._revoke(name, identifier), 204)

    async def _revoke(self, name: str, identifier: str) -> None:
        self.manager.get(name)
        if not self.sharing.invitations.revoke(identifier, name):
            raise UnknownDesktop("There is no such invitation.", code="unknown-invitation")


def sharing_handlers(
    manager: DesktopManager, sharing: Sharing, allowed: Right = Right.ALL
) -> list[tuple[str, type[web.RequestHandler], dict[str, Any]]]:
    """Return the routes; ``allowed`` are the rights that the administrator allows for all connections."""
    root = f"{DESKTOPS_PATH}/{NAME}"
    arguments = {"manager": manager, "sharing": sharing, "allowed": allowed}
    return [
        (f"{root}/ticket", TicketHandler, arguments),
        (f"{root}/connections", ConnectionsHandler, arguments),
        (f"{root}/connections/{NAME}", ConnectionHandler, arguments),
        (f"{root}/control", ControlHandler, arguments),
        (f"{root}/invitations", InvitationsHandler, arguments),
        (f"{root}/invitations/{NAME}", InvitationHandler, arguments),
    ]

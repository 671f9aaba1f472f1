"""One-time tickets for WebSockets.

Any page of the same origin can open a WebSocket with the user's cookie, because browsers send no XSRF token with it.
A ticket comes from a POST, which is XSRF-checked; a page that can't send that POST gets no ticket.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..rfb.rights import Right

TICKET_SECONDS = 30
"""Time in which a ticket must be used, in monotonic time."""

MAX_TICKETS_PER_USER = 32
MAX_TICKETS = 1024
"""Limits of unused tickets; above either one, the oldest ticket (of the user, or of all) is dropped."""

MAX_REFUSALS = 256
"""Refused sockets that are remembered; above it, the oldest is forgotten."""

TICKET_BYTES = 24

TICKET_PROTOCOL = "vnc-ticket."
"""The WebSocket subprotocol that carries a ticket begins with this; URLs would show it in logs."""


@dataclass(frozen=True)
class Ticket:
    """What a ticket is worth: rights, the invitation's id if it came by one, and the id of its future connection."""

    rights: Right
    invitation: str | None
    connection: str


@dataclass(frozen=True)
class _Issued:
    ticket: Ticket
    user: str
    desktop: str
    ends: float


class TicketStore:
    """The unused tickets, by their hash. ``clock`` returns monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._issued: dict[bytes, _Issued] = {}
        self._refused: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._issued)

    def issue(
        self, user: str, desktop: str, rights: Right, invitation: str | None = None, connection: str | None = None
    ) -> str:
        """Return a new ticket for one connection of ``user`` to ``desktop``."""
        now = self._clock()
        self._issued = {key: each for key, each in self._issued.items() if now < each.ends}
        self._drop_oldest([key for key, each in self._issued.items() if each.user == user], MAX_TICKETS_PER_USER)
        self._drop_oldest(list(self._issued), MAX_TICKETS)
        secret = secrets.token_urlsafe(TICKET_BYTES)
        ticket = Ticket(rights, invitation, connection or new_connection_id())
        self._issued[_hash(secret)] = _Issued(ticket, user, desktop, now + TICKET_SECONDS)
        return secret

    def redeem(self, ticket: str, user: str, desktop: str) -> Ticket | None:
        """Return what a ticket is worth, and forget it; ``None`` if it isn't valid for this user and desktop now."""
        issued = self._issued.pop(_hash(ticket), None)
        if issued is None or self._clock() >= issued.ends or (issued.user, issued.desktop) != (user, desktop):
            return None
        return issued.ticket

    def refuse(self, ticket: str, code: str) -> None:
        """Use up a ticket whose socket cannot be opened, and remember the code of the reason for `refusal`."""
        issued = self._issued.pop(_hash(ticket), None)
        if issued is not None:
            for key in list(self._refused)[: max(0, len(self._refused) + 1 - MAX_REFUSALS)]:
                del self._refused[key]
            self._refused[issued.ticket.connection] = code

    def refusal(self, connection: str) -> str | None:
        """Return the code of the reason for which a connection's socket was refused; a browser does not tell it."""
        return self._refused.get(connection)

    def has_arrived(self, connection: str) -> bool:
        """Return whether a socket with the ticket of a connection has reached this server, or may have."""
        return all(each.ticket.connection != connection for each in self._issued.values())

    def _drop_oldest(self, keys: list[bytes], limit: int) -> None:
        """Drop the first of ``keys``, so that one more fits into ``limit``."""
        for key in keys[: max(0, len(keys) + 1 - limit)]:
            del self._issued[key]


def new_connection_id() -> str:
    """Return an id for a connection. It is no secret."""
    return secrets.token_hex(8)


def _hash(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode("utf-8", "replace")).digest()


def offered_ticket(protocols: Iterable[str]) -> str | None:
    """Return the ticket among the subprotocols that a client offers, given the headers' values."""
    for each in ",".join(protocols).split(","):
        if each.strip().startswith(TICKET_PROTOCOL):
            return each.strip().removeprefix(TICKET_PROTOCOL)
    return None

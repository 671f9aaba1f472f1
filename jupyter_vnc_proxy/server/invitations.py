"""Invitations: secrets that open a desktop to other users of this server, for a limited time.

An invitation grants exactly its own rights, to any authenticated user. Only the hash of its secret is kept, in memory,
so invitations end with the server.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal, TypedDict

from ..desktops.model import UserModel
from ..desktops.state import iso
from ..errors import Conflict, InvalidOption
from ..rfb.rights import Right
from .connections import CONTROL

DEFAULT_SECONDS = 3600
MAX_SECONDS = 7 * 24 * 3600
"""How long an invitation is valid by default, and at most unless the configuration says otherwise."""

MAX_INVITATIONS_PER_DESKTOP = 50

SECRET_BYTES = 32

REVOKED_REASON = "The invitation was withdrawn."
ENDED_REASON = "The invitation has ended."

RIGHTS: dict[str, Right] = {"see": Right.VIEW, "control": Right.ALL}
"""What an invitation can grant, by the name in REST."""


class InvitationModel(TypedDict):
    """An invitation as JSON, without its secret; ``ends`` is ISO 8601 in UTC."""

    id: str
    rights: Literal["see", "control"]
    ends: str
    user: UserModel


@dataclass(eq=False)
class Invitation:
    """``desktop`` is a desktop's name and ``created`` its creation: a later desktop of that name isn't meant.

    ``user`` is the one who invited; ``expires`` is in monotonic seconds.
    """

    id: str
    desktop: str
    created: str
    rights: Right
    user: UserModel
    expires: float
    ends: str

    def model(self) -> InvitationModel:
        """Return the invitation as JSON."""
        control = bool(self.rights & CONTROL)
        return {"id": self.id, "rights": "control" if control else "see", "ends": self.ends, "user": self.user}


class Invitations:
    """The valid invitations of this server.

    ``ended`` is called with an invitation's id and the reason when it ends or is revoked; ``clock`` returns monotonic
    seconds. With a ``max_seconds`` of 0 there are none.
    """

    def __init__(
        self,
        ended: Callable[[str, str], None],
        max_seconds: float = MAX_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ended = ended
        self._max_seconds = max_seconds
        self._clock = clock
        self._by_hash: dict[bytes, Invitation] = {}
        self._timer: asyncio.TimerHandle | None = None

    def create(
        self, desktop: str, created: str, rights: str, user: UserModel, seconds: float | None = None
    ) -> tuple[Invitation, str]:
        """Return a new invitation and its secret; raise `InvalidOption` or `Conflict`.

        Without ``seconds``, it is valid for `DEFAULT_SECONDS`, or as long as the configuration allows.
        """
        if self._max_seconds <= 0:
            raise Conflict("The administrator of this server allows no invitations.", code="no-invitations")
        if seconds is None:
            seconds = min(DEFAULT_SECONDS, self._max_seconds)
        if rights not in RIGHTS:
            raise InvalidOption(f"The rights must be one of: {', '.join(RIGHTS)}.", code="bad-field")
        if not 1 <= seconds <= self._max_seconds:
            raise InvalidOption(f"The seconds must be from 1 to {self._max_seconds:g}.", code="bad-field")
        if len(self.of(desktop, created)) >= MAX_INVITATIONS_PER_DESKTOP:
            raise Conflict(
                f"A desktop can have at most {MAX_INVITATIONS_PER_DESKTOP} invitations; withdraw one first.",
                code="too-many-invitations",
            )
        secret = secrets.token_urlsafe(SECRET_BYTES)
        invitation = Invitation(
            id=secrets.token_hex(8),
            desktop=desktop,
            created=created,
            rights=RIGHTS[rights],
            user=user,
            expires=self._clock() + seconds,
            ends=iso(datetime.now(timezone.utc) + timedelta(seconds=seconds)),
        )
        self._by_hash[_hash(secret)] = invitation
        self._restart_timer()
        return invitation, secret

    def find(self, secret: str, desktop: str, created: str) -> Invitation | None:
        """Return the valid invitation to a desktop that has this secret."""
        self.expire()
        return _to(self._by_hash.get(_hash(secret)), desktop, created)

    def get(self, identifier: str, desktop: str, created: str) -> Invitation | None:
        """Return the valid invitation to a desktop that has this id."""
        self.expire()
        return _to(next((each for each in self._by_hash.values() if each.id == identifier), None), desktop, created)

    def of(self, desktop: str, created: str) -> list[Invitation]:
        """Return the valid invitations to a desktop; end those to an earlier desktop of its name."""
        self.expire()
        self._end(lambda each: each.desktop == desktop and each.created != created, ENDED_REASON)
        return [each for each in self._by_hash.values() if each.desktop == desktop]

    def is_any_open(self) -> bool:
        """Return whether any invitation is valid."""
        self.expire()
        return bool(self._by_hash)

    def revoke(self, identifier: str, desktop: str) -> bool:
        """End an invitation and close its connections; return whether there was one."""
        self.expire()
        return self._end(lambda each: (each.id, each.desktop) == (identifier, desktop), REVOKED_REASON)

    def take_control(self, desktop: str, created: str) -> None:
        """Take control from the invitations to a desktop; from now on they grant the rest of their rights."""
        for invitation in self.of(desktop, created):
            invitation.rights &= ~CONTROL & ~Right.CLIPBOARD_OUT

    def expire(self) -> None:
        """End the invitations whose time is over, and close their connections."""
        now = self._clock()
        self._end(lambda each: now >= each.expires, ENDED_REASON)

    def close(self) -> None:
        """End all invitations."""
        self._end(lambda _: True, ENDED_REASON)

    def _end(self, ends: Callable[[Invitation], bool], reason: str) -> bool:
        ended = [key for key, each in self._by_hash.items() if ends(each)]
        gone = [self._by_hash.pop(key) for key in ended]
        for invitation in gone:
            self._ended(invitation.id, reason)
        if gone:
            self._restart_timer()
        return bool(gone)

    def _restart_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._by_hash:
            next_end = min(each.expires for each in self._by_hash.values())
            delay = max(0.0, next_end - self._clock())
            self._timer = asyncio.get_running_loop().call_later(delay, self._expire_and_wait)

    def _expire_and_wait(self) -> None:
        self._timer = None
        self.expire()
        if self._timer is None:  # it was early by the clock's resolution
            self._restart_timer()


def _to(invitation: Invitation | None, desktop: str, created: str) -> Invitation | None:
    if invitation is None or (invitation.desktop, invitation.created) != (desktop, created):
        return None
    return invitation


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()

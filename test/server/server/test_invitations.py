"""Invitations: rights for a limited time, by a secret of which only the hash is kept."""

from __future__ import annotations

import pytest
from support.waiting import Clock, until

from jupyter_vnc_proxy.desktops.model import UserModel
from jupyter_vnc_proxy.errors import Conflict, InvalidOption
from jupyter_vnc_proxy.rfb.rights import Right
from jupyter_vnc_proxy.server.invitations import MAX_INVITATIONS_PER_DESKTOP, MAX_SECONDS, Invitations

ANN: UserModel = {"username": "ann", "name": "Ann"}
CREATED = "2026-01-01T00:00:00.000Z"


class Recorded:
    """Invitations with a clock of the test, and what was ended."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.ended: list[tuple[str, str]] = []
        self.all = Invitations(lambda identifier, reason: self.ended.append((identifier, reason)), clock=self.clock)


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


async def test_a_secret_opens_its_desktop_with_its_rights(recorded: Recorded) -> None:
    see, secret = recorded.all.create("default", CREATED, "see", ANN)
    control, other = recorded.all.create("default", CREATED, "control", ANN)
    assert recorded.all.find(secret, "default", CREATED) is see
    assert recorded.all.find(other, "default", CREATED) is control
    assert (see.rights, control.rights) == (Right.VIEW, Right.ALL)
    assert recorded.all.find("nonsense", "default", CREATED) is None
    assert recorded.all.find(secret, "other", CREATED) is None
    assert recorded.all.find(secret, "default", "later") is None, "another desktop has the name now"
    assert secret not in repr(vars(recorded.all)) + repr(vars(see)) + repr(see.model())
    recorded.all.close()


async def test_it_ends_by_itself_in_monotonic_time(recorded: Recorded) -> None:
    invitation, secret = recorded.all.create("default", CREATED, "see", ANN, 60)
    recorded.clock.now += 59
    assert recorded.all.of("default", CREATED) == [invitation]
    recorded.clock.now += 1
    assert recorded.all.find(secret, "default", CREATED) is None
    assert recorded.ended == [(invitation.id, "The invitation has ended.")]


async def test_a_timer_ends_it_if_nobody_asks() -> None:
    ended: list[str] = []
    invitations = Invitations(lambda identifier, reason: ended.append(identifier))
    later, _ = invitations.create("default", CREATED, "see", ANN, 1000)
    first, _ = invitations.create("default", CREATED, "see", ANN, 1)
    await until(lambda: ended == [first.id])
    assert invitations.of("default", CREATED) == [later]
    invitations.close()


async def test_revoking_ends_one(recorded: Recorded) -> None:
    first, secret = recorded.all.create("default", CREATED, "control", ANN)
    second, _ = recorded.all.create("default", CREATED, "control", ANN)
    assert not recorded.all.revoke(first.id, "other")
    assert recorded.all.revoke(first.id, "default")
    assert not recorded.all.revoke(first.id, "default")
    assert recorded.ended == [(first.id, "The invitation was withdrawn.")]
    assert recorded.all.find(secret, "default", CREATED) is None
    assert recorded.all.of("default", CREATED) == [second]
    recorded.all.close()


async def test_a_later_desktop_of_the_same_name_has_none(recorded: Recorded) -> None:
    old = [recorded.all.create("default", CREATED, "control", ANN)[0] for _ in range(MAX_INVITATIONS_PER_DESKTOP)]
    later = "2026-01-02T00:00:00.000Z"
    other, _ = recorded.all.create("other", CREATED, "see", ANN)
    assert recorded.all.of("default", later) == []
    assert [each for each, _ in recorded.ended] == [each.id for each in old]
    recorded.all.create("default", later, "see", ANN)
    assert recorded.all.of("other", CREATED) == [other]
    recorded.all.close()


async def test_the_configuration_limits_the_time_or_allows_none() -> None:
    clock = Clock()
    short = Invitations(lambda identifier, reason: None, 600, clock)
    invitation, _ = short.create("default", CREATED, "see", ANN)
    assert invitation.expires == clock.now + 600
    with pytest.raises(InvalidOption, match="from 1 to 600"):
        short.create("default", CREATED, "see", ANN, 601)
    short.close()
    none = Invitations(lambda identifier, reason: None, 0)
    with pytest.raises(Conflict, match="no invitations"):
        none.create("default", CREATED, "see", ANN)


async def test_rights_time_and_number_are_checked(recorded: Recorded) -> None:
    for rights, seconds in (
        ("all", 60.0),
        ("see", 0.0),
        ("see", -1.0),
        ("see", MAX_SECONDS + 1),
        ("see", float("nan")),
    ):
        with pytest.raises(InvalidOption):
            recorded.all.create("default", CREATED, rights, ANN, seconds)
    for _ in range(MAX_INVITATIONS_PER_DESKTOP):
        recorded.all.create("default", CREATED, "see", ANN)
    with pytest.raises(Conflict):
        recorded.all.create("default", CREATED, "see", ANN)
    recorded.all.create("other", CREATED, "see", ANN)
    recorded.all.close()

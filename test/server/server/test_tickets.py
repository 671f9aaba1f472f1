"""Tickets: each is good for one WebSocket, for 30 seconds, for its user and desktop."""

from __future__ import annotations

import pytest
from support.waiting import Clock

from jupyter_vnc_proxy.rfb.rights import Right
from jupyter_vnc_proxy.server.tickets import (
    MAX_REFUSALS,
    MAX_TICKETS,
    MAX_TICKETS_PER_USER,
    TICKET_SECONDS,
    TicketStore,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> TicketStore:
    return TicketStore(clock)


def test_a_ticket_is_worth_its_rights_and_invitation_once(store: TicketStore) -> None:
    secret = store.issue("ann", "default", Right.SEE | Right.KEYS, "an-id")
    ticket = store.redeem(secret, "ann", "default")
    assert ticket is not None
    assert (ticket.rights, ticket.invitation) == (Right.SEE | Right.KEYS, "an-id")
    assert store.redeem(secret, "ann", "default") is None


def test_a_ticket_ends_after_its_time(store: TicketStore, clock: Clock) -> None:
    first, second = (store.issue("ann", "default", Right.ALL) for _ in range(2))
    clock.now += TICKET_SECONDS - 0.1
    assert store.redeem(first, "ann", "default") is not None
    clock.now += 0.1
    assert store.redeem(second, "ann", "default") is None


@pytest.mark.parametrize(("user", "desktop"), [("bob", "default"), ("ann", "other")])
def test_a_ticket_is_worth_nothing_for_another_user_or_desktop(store: TicketStore, user: str, desktop: str) -> None:
    secret = store.issue("ann", "default", Right.ALL)
    assert store.redeem(secret, user, desktop) is None
    assert store.redeem("", "ann", "default") is None


def test_the_number_of_tickets_is_bounded_per_user_and_for_all(store: TicketStore, clock: Clock) -> None:
    bobs = store.issue("bob", "default", Right.ALL)
    anns = [store.issue("ann", "default", Right.ALL) for _ in range(MAX_TICKETS_PER_USER + 1)]
    assert len(store) == MAX_TICKETS_PER_USER + 1
    assert store.redeem(anns[0], "ann", "default") is None, "the oldest is dropped"
    assert store.redeem(anns[-1], "ann", "default") is not None
    assert store.redeem(bobs, "bob", "default") is not None, "others keep theirs"
    for number in range(MAX_TICKETS + 100):
        store.issue(f"user-{number}", "default", Right.ALL)
    assert len(store) == MAX_TICKETS
    clock.now += TICKET_SECONDS
    store.issue("ann", "default", Right.ALL)
    assert len(store) == 1


def test_the_reason_for_a_refused_socket_is_remembered_and_its_ticket_used_up(store: TicketStore) -> None:
    secret = store.issue("ann", "default", Right.ALL, connection="c1")
    assert not store.has_arrived("c1")
    store.refuse(secret, "no-websocket")
    assert (store.refusal("c1"), store.has_arrived("c1")) == ("no-websocket", True)
    assert store.redeem(secret, "ann", "default") is None
    store.refuse("nonsense", "no-websocket")
    for number in range(MAX_REFUSALS):
        store.refuse(store.issue(f"user-{number}", "default", Right.ALL, connection=f"d{number}"), "no-websocket")
    assert store.refusal("c1") is None, "the oldest is forgotten"
    assert store.refusal("d0") == "no-websocket"

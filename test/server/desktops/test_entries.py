"""A manager's entries: one for each desktop, none for a name without a desktop."""

from __future__ import annotations

import asyncio
from pathlib import Path

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.entries import Entries
from jupyter_vnc_proxy.system.process_identity import ProcessIdentity


def known(entries: Entries, runtime: Path, name: str) -> Desktop:
    desktop = Desktop(runtime / name)
    desktop.prepare()
    entries.keep(desktop)
    return desktop


async def test_a_forgotten_desktop_leaves_nothing(runtime: Path) -> None:
    entries = Entries()
    desktop = known(entries, runtime, "one")
    entry = entries.find("one")
    assert entry is not None
    entry.own(ProcessIdentity.own())
    assert desktop.has_owner()
    async with entries.turn("one"):
        entries.forget("one")
    assert not desktop.has_owner()
    assert len(entries) == 0


async def test_a_name_without_a_desktop_leaves_nothing() -> None:
    entries = Entries()
    async with entries.turn("nothing"):
        assert len(entries) == 1
    assert len(entries) == 0


async def test_the_turn_of_a_name_outlives_its_desktop_while_others_wait(runtime: Path) -> None:
    entries, order = Entries(), []
    known(entries, runtime, "one")

    async def operation(word: str, *, forget: bool = False) -> None:
        async with entries.turn("one"):
            order.append(f"{word} begins")
            if forget:
                entries.forget("one")
            await asyncio.sleep(0.01)
            order.append(f"{word} ends")

    first = asyncio.ensure_future(operation("delete", forget=True))
    second = asyncio.ensure_future(operation("waiting"))
    await asyncio.sleep(0.005)
    await asyncio.gather(first, second, operation("late"))
    assert order == [f"{word} {what}" for word in ("delete", "waiting", "late") for what in ("begins", "ends")]
    assert len(entries) == 0


def test_a_viewer_of_a_forgotten_desktop_is_not_subtracted_from_its_successor(runtime: Path) -> None:
    entries = Entries()
    known(entries, runtime, "one")
    before = entries.find("one")
    assert before is not None
    before.clients += 1
    entries.forget("one")
    known(entries, runtime, "one")
    before.clients -= 1
    after = entries.find("one")
    assert after is not None
    assert after.clients == 0

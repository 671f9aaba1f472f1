"""Measures many desktops: how fast they start when all users begin in the same second, and what they cost at rest."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any

from ..percentiles import percentile
from ..servers import processes
from ..servers.processes import Process
from .crowd import Crowd
from .person import Person

SETTLE_SECONDS = 4.0
"""Time after the last start, and after the viewers have come, before the CPU time is measured."""


def measure_class(configuration: str, users: int, session: str = "") -> dict[str, Any]:
    """Start ``users`` desktops at once, each with a viewer that waits for its picture; return the times.

    ``session``: the desktops' session; by default one that does nothing.
    """
    with Crowd(configuration, users, session) as crowd:
        people = [Person(number, server) for number, server in enumerate(crowd.servers)]
        before, began = crowd.processes(), time.monotonic()
        asyncio.run(_class(people))
        seconds = time.monotonic() - began
        used = processes.used_seconds(before, crowd.processes())
    faults = [fault for person in people for fault in person.faults]
    return {
        "users": users,
        "running_s": seconds_of([person.running_seconds for person in people]),
        "picture_s": seconds_of([person.picture_seconds for person in people]),
        "after_running_ms": _after_running(people),
        "cpu_seconds": round(sum(used.values()), 1),
        "cpu_seconds_by_process": {name: round(each, 2) for name, each in sorted(used.items()) if each >= 0.01},
        "seconds": round(seconds, 1),
        "faults": faults,
    }


async def _class(people: list[Person]) -> None:
    async def begin(person: Person) -> None:
        await person.start()
        await person.look()

    await asyncio.gather(*(begin(person) for person in people))
    await asyncio.gather(*(person.leave() for person in people))


def seconds_of(times: list[float | None]) -> dict[str, float | int | None]:
    """Return p50, p95, the maximum and the count of the times that are known, in seconds."""
    known = [each for each in times if each is not None]
    numbers = {"p50": percentile(known, 50), "p95": percentile(known, 95), "max": percentile(known, 100)}
    return {**{name: None if each is None else round(each, 2) for name, each in numbers.items()}, "count": len(known)}


def _after_running(people: list[Person]) -> float | None:
    """Return the median of the milliseconds from running to the picture."""
    both = [(person.running_seconds, person.picture_seconds) for person in people]
    waits = [picture - running for running, picture in both if running is not None and picture is not None]
    return round(statistics.median(waits) * 1000) if waits else None


def measure_idle(configuration: str, users: int, seconds: float, session: str = "") -> dict[str, Any]:
    """Measure ``users`` desktops on which nothing happens: nobody looks, then everybody does."""
    with Crowd(configuration, users, session) as crowd:
        people = [Person(number, server) for number, server in enumerate(crowd.servers)]
        return asyncio.run(_idle(crowd, people, seconds))


async def _idle(crowd: Crowd, people: list[Person], seconds: float) -> dict[str, Any]:
    result: dict[str, Any] = {"users": len(people)}
    for person in people:  # one after another: how they start at once is another part
        await person.start()
        if person.running_seconds is None:
            await person.look()
            await person.leave()
    for name in ("alone", "viewed"):
        if name == "viewed":
            for person in people:
                await person.look()
        await asyncio.sleep(SETTLE_SECONDS)
        before, began = crowd.processes(), time.monotonic()
        await asyncio.sleep(seconds)
        after, took = crowd.processes(), time.monotonic() - began
        result[name] = costs(before, after, took, len(people))
    await asyncio.gather(*(person.leave() for person in people))
    return {**result, "faults": [fault for person in people for fault in person.faults]}


def costs(before: list[Process], after: list[Process], seconds: float, users: int) -> dict[str, Any]:
    """Return memory and CPU time for each user: of all processes, and by process."""
    memory: dict[str, float] = {}
    for process in after:
        memory[process.name] = memory.get(process.name, 0.0) + processes.megabytes(process.pid) / users
    used = {name: each / seconds / users for name, each in processes.used_seconds(before, after).items()}
    return {
        "memory_mb": round(sum(memory.values()), 1),
        "cores": round(sum(used.values()), 4),
        "processes": {
            name: {"count": sum(each.name == name for each in after) / users, "mb": round(memory[name], 1)}
            | {"cores": round(used[name], 5)}
            for name in sorted(memory, key=lambda name: -memory[name])
        },
    }

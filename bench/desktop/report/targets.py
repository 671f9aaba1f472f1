"""The targets of the in-house server, and whether a run met them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
Find = Callable[[str], float | None]
"""Gives a configuration's number in the row and field that a target is about."""

OURS, REFERENCE, PEERS = "stream", "tigervnc", ("jupyter-remote-desktop-proxy", "selkies")
HD, FULL_HD = "1280x720", "1920x1080"
FAST, SLOW = "10mbit-40ms", "2mbit-100ms"


def number(results: dict[str, Any], configuration: str, where: tuple[str, str, str], field: str) -> float | None:
    """Return a number of a run: ``where`` is size, link, scene; a dot in ``field`` goes into what is inside."""
    for row in results.get(configuration, {}).get("rows", []):
        if (row["size"], row["link"], row["scene"]) == where:
            value: Any = row
            for name in field.split("|"):
                value = value.get(name) if isinstance(value, dict) else None
            return None if value is None else float(value)
    return None


@dataclass(frozen=True)
class Target:
    """``limit``: a number, or a configuration and a factor of its number; ``least``: ours is to be at least that."""

    size: str
    link: str
    scene: str
    field: str
    limit: float | tuple[str, float]
    least: bool = False
    all_peers: bool = False

    def check(self, results: dict[str, Any]) -> dict[str, Any]:
        """Return what was measured, what it is held against, and ``met``: ``None`` where one of them is missing."""
        where = (self.size, self.link, self.scene)
        ours = number(results, OURS, where, self.field)
        if isinstance(self.limit, tuple):
            other = number(results, self.limit[0], where, self.field)
            limit = None if other is None else round(other * self.limit[1], 2)
            told = f"{self.limit[1]:g} x {self.limit[0]}"
        else:
            limit, told = self.limit, ""
        met = None if ours is None or limit is None else (ours >= limit if self.least else ours <= limit)
        peers = {peer: number(results, peer, where, self.field) for peer in PEERS} if self.all_peers else {}
        if met is not None and peers:
            assert ours is not None
            better = [ours >= peer if self.least else ours <= peer for peer in peers.values() if peer is not None]
            met = met and all(better)
        return {
            "size": self.size, "link": self.link, "scene": self.scene, "field": self.field, "measured": ours,
            "limit": limit, "of": told, "sense": ">=" if self.least else "<=", "peers": peers, "met": met,
        }  # fmt: skip


def moving(size: str, link: str, scene: str, fps: float, age: tuple[float, float], peers: bool = False) -> list[Target]:
    """Return the targets of a scene that moves."""
    return [
        Target(size, link, scene, "fps", fps, least=True, all_peers=peers),
        Target(size, link, scene, "age_ms|p50", age[0], all_peers=peers),
        Target(size, link, scene, "age_ms|p95", age[1], all_peers=peers),
    ]


def as_quick(size: str, link: str, scene: str, factor: float, *fields: str) -> list[Target]:
    """Return the targets of clicks beside TigerVNC's."""
    return [Target(size, link, scene, field, (REFERENCE, factor)) for field in fields]


P50, P95 = "click_ms|p50", "click_ms|p95"

TARGETS = [
    *as_quick(HD, "loopback", "click", 1.0, P50, P95),
    *[Target(HD, "loopback", "click", field, ("selkies", 0.5)) for field in (P50, P95)],
    *as_quick(HD, "loopback", "click-video", 0.6, P50, P95),
    *moving(HD, "loopback", "scroll", 59, (20, 30), peers=True),
    Target(HD, "loopback", "scroll", "mbit_down", 2, all_peers=True),
    *moving(HD, "loopback", "video", 58, (25, 35), peers=True),
    *moving(FULL_HD, "loopback", "scroll", 58, (25, 40)),
    *moving(FULL_HD, "loopback", "video", 50, (45, 90)),
    *moving(HD, FAST, "scroll", 58, (52, 65)),
    *moving(HD, FAST, "video", 58, (55, 70)),
    *as_quick(HD, FAST, "click", 1.0, P50, P95),
    *moving(HD, SLOW, "scroll", 55, (90, 130)),
    *moving(HD, SLOW, "video", 25, (130, 200)),
    *as_quick(HD, SLOW, "click", 1.0, P50, P95),
    Target(HD, "loopback", "still", "exact_ms", 500),
    Target(HD, "loopback", "still", "mbit_down", 0),
    Target(HD, "loopback", "still", "cores", 0.005),
    Target(HD, "loopback", "still", "without_viewer|cores", 0.001),
    *[Target(HD, "loopback", scene, "vnc_cores", 0.35) for scene in ("scroll", "video")],
    *[Target(HD, "loopback", scene, "vnc_memory_mb", 130) for scene in ("scroll", "video")],
]


def check_all(results: dict[str, Any]) -> list[dict[str, Any]]:
    """Hold a run's results, by the names of the configurations, against every target."""
    return [target.check(results) for target in TARGETS]

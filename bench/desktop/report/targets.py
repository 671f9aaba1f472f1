"""The targets of the stream server, and whether a run meets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

OURS, REFERENCE, PEERS = "stream", "tigervnc", ("jupyter-remote-desktop-proxy", "selkies")
HD, FULL_HD = "1280x720", "1920x1080"
FAST, SLOW = "10mbit-40ms", "2mbit-100ms"


def number(results: dict[str, Any], configuration: str, where: tuple[str, str, str], field: str) -> float | None:
    """Return a number of a run, or ``None``.

    ``where``: size, link and scene of its row. ``field``: its name; ``|`` separates the names of nested objects.
    """
    for row in results.get(configuration, {}).get("rows", []):
        if (row["size"], row["link"], row["scene"]) == where:
            value: Any = row
            for name in field.split("|"):
                value = value.get(name) if isinstance(value, dict) else None
            return None if value is None else float(value)
    return None


@dataclass(frozen=True)
class Target:
    """A limit for one number of the stream server.

    ``limit``: a number, or a configuration and a factor for its number. ``at_least``: the limit is a minimum.
    ``all_peers``: no peer may have a better number.
    """

    size: str
    link: str
    scene: str
    field: str
    limit: float | tuple[str, float]
    at_least: bool = False
    all_peers: bool = False

    def check(self, results: dict[str, Any]) -> dict[str, Any]:
        """Return the measured number, the limit, and ``met``, which is ``None`` if one of the two is missing."""
        where = (self.size, self.link, self.scene)
        ours = number(results, OURS, where, self.field)
        if isinstance(self.limit, tuple):
            other = number(results, self.limit[0], where, self.field)
            limit = None if other is None else round(other * self.limit[1], 2)
            of = f"{self.limit[1]:g} x {self.limit[0]}"
        else:
            limit, of = self.limit, ""
        met = None if ours is None or limit is None else (ours >= limit if self.at_least else ours <= limit)
        peers = {peer: number(results, peer, where, self.field) for peer in PEERS} if self.all_peers else {}
        if met is not None and peers:
            assert ours is not None
            better = [ours >= peer if self.at_least else ours <= peer for peer in peers.values() if peer is not None]
            met = met and all(better)
        return {
            "size": self.size, "link": self.link, "scene": self.scene, "field": self.field, "measured": ours,
            "limit": limit, "of": of, "sense": ">=" if self.at_least else "<=", "peers": peers, "met": met,
        }  # fmt: skip


def moving(size: str, link: str, scene: str, fps: float, age: tuple[float, float], peers: bool = False) -> list[Target]:
    """Return the targets of a moving scene: frames per second and age (p50, p95) in ms."""
    return [
        Target(size, link, scene, "fps", fps, at_least=True, all_peers=peers),
        Target(size, link, scene, "age_ms|p50", age[0], all_peers=peers),
        Target(size, link, scene, "age_ms|p95", age[1], all_peers=peers),
    ]


def relative(size: str, link: str, scene: str, factor: float, *fields: str) -> list[Target]:
    """Return targets as a factor of TigerVNC's numbers."""
    return [Target(size, link, scene, field, (REFERENCE, factor)) for field in fields]


P50, P95 = "click_ms|p50", "click_ms|p95"

TARGETS = [
    *relative(HD, "loopback", "click", 1.0, P50, P95),
    *[Target(HD, "loopback", "click", field, ("selkies", 0.5)) for field in (P50, P95)],
    *relative(HD, "loopback", "click-video", 0.6, P50, P95),
    *moving(HD, "loopback", "scroll", 59, (20, 30), peers=True),
    Target(HD, "loopback", "scroll", "mbit_down", 2, all_peers=True),
    *moving(HD, "loopback", "video", 58, (25, 35), peers=True),
    *moving(FULL_HD, "loopback", "scroll", 58, (25, 40)),
    *moving(FULL_HD, "loopback", "video", 50, (45, 90)),
    *[
        Target(FULL_HD, "loopback", scene, field, ("selkies", 0.6))
        for scene in ("scroll", "video")
        for field in ("age_ms|p50", "age_ms|p95")
    ],
    *[Target(FULL_HD, "loopback", "click-video", field, 25) for field in (P50, P95)],
    *[
        Target(size, "loopback", scene, field, ("selkies", factor))
        for size in (HD, FULL_HD)
        for scene in ("scroll", "video")
        for field, factor in (("server_frame_ms", 1.25), ("browser_frame_ms", 1.0))
    ],
    *moving(HD, FAST, "scroll", 58, (52, 65)),
    *moving(HD, FAST, "video", 58, (55, 70)),
    *relative(HD, FAST, "click", 1.0, P50, P95),
    *moving(HD, SLOW, "scroll", 55, (90, 130)),
    *moving(HD, SLOW, "video", 25, (130, 200)),
    *relative(HD, SLOW, "click", 1.0, P50, P95),
    Target(HD, "loopback", "still", "exact_ms", 500),
    Target(HD, "loopback", "still", "mbit_down", 0),
    Target(HD, "loopback", "still", "cores", 0.005),
    Target(HD, "loopback", "still", "without_viewer|cores", 0.001),
    *[Target(HD, "loopback", scene, "vnc_cores", 0.35) for scene in ("scroll", "video")],
    *[Target(HD, "loopback", scene, "vnc_memory_mb", 130) for scene in ("scroll", "video")],
]


def check_all(results: dict[str, Any]) -> list[dict[str, Any]]:
    """Check every target against a run's configurations, by name."""
    return [target.check(results) for target in TARGETS]

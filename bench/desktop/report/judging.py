"""Which of two configurations is better in what: rules, so that no sentence of the comparison is an opinion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .targets import FAST, FULL_HD, HD, SLOW, number

RULES: dict[str, Any] = {
    "relative": 0.1,
    "majority": 3,
    "least": {
        "ms": 2.0,
        "ms to wait": 50.0,
        "fps": 1.0,
        "kB a frame": 2.0,
        "CPU ms a frame": 0.5,
        "MB": 5.0,
        "cores": 0.01,
    },
}
"""Two numbers differ where one is further from the other than ``relative`` of the smaller one, than the ``least`` of
their unit, and than one configuration differed from itself when it was measured again. One configuration is better than
another on the whole where it is better in some respects, and in ``majority`` times as many as it is worse in. A run
writes them into its results."""

Word = Literal["better", "worse", "same"]
Whole = Literal["better", "worse", "same", "mixed", "unknown"]

LOOPBACK = "loopback"


@dataclass(frozen=True)
class Aspect:
    """One thing that can be better; ``where``: size, link and scene; ``per``: the field to divide by; ``more`` wins."""

    label: str
    where: tuple[str, str, str]
    field: str
    unit: str
    more: bool = False
    per: str = ""
    factor: float = 1.0

    @property
    def full_label(self) -> str:
        """The label, with size and link where they are not the plain ones."""
        size, link, _ = self.where
        return ", ".join([self.label, *([link] if link != LOOPBACK else []), *([size] if size != HD else [])])

    def value(self, results: dict[str, Any], name: str) -> float | None:
        """Return a configuration's number; ``None`` where there is none."""
        found = number(results, name, self.where, self.field)
        if found is None or not self.per:
            return found
        divisor = number(results, name, self.where, self.per)
        return found * self.factor / divisor if divisor else None


def _moving(scene: str, label: str, size: str = HD, link: str = LOOPBACK) -> list[Aspect]:
    where = (size, link, scene)
    return [
        Aspect(f"{label}: frames a second", where, "fps", "fps", more=True),
        Aspect(f"{label}: age of the picture, p50", where, "age_ms|p50", "ms"),
        Aspect(f"{label}: age of the picture, p95", where, "age_ms|p95", "ms"),
    ]


def _clicks(scene: str, label: str, link: str = LOOPBACK) -> list[Aspect]:
    where = (HD, link, scene)
    return [
        Aspect(f"{label}, p50", where, "click_ms|p50", "ms"),
        Aspect(f"{label}, p95", where, "click_ms|p95", "ms"),
    ]


CLICK, TEXT, FILM = "click to canvas", "text scroll", "video"

FELT: list[Aspect] = [
    Aspect("start to the first picture", (HD, LOOPBACK, "start"), "first_picture_ms", "ms to wait"),
    *_clicks("click", CLICK),
    *_clicks("click-video", "click to canvas while video plays"),
    *_moving("scroll", TEXT),
    *_moving("video", FILM),
    *_moving("drag", "window drag"),
    Aspect("typing: age of the picture, p95", (HD, LOOPBACK, "typing"), "age_ms|p95", "ms"),
    Aspect("exact picture after motion", (HD, LOOPBACK, "still"), "exact_ms", "ms to wait"),
    *_moving("scroll", TEXT, FULL_HD),
    *_moving("video", FILM, FULL_HD),
    *[
        aspect
        for link in (FAST, SLOW)
        for aspect in (
            *_clicks("click", CLICK, link),
            *_moving("scroll", TEXT, HD, link),
            *_moving("video", FILM, HD, link),
        )
    ],
]
"""What a person feels."""

COSTS: list[Aspect] = [
    *[
        Aspect(f"{label}: bytes a frame", (HD, LOOPBACK, scene), "mbit_down", "kB a frame", per="fps", factor=125)
        for scene, label in (("scroll", TEXT), ("video", FILM))
    ],
    *[
        Aspect(f"{label}: CPU time a frame", (HD, LOOPBACK, scene), "cores", "CPU ms a frame", per="fps", factor=1000)
        for scene, label in (("scroll", TEXT), ("video", FILM))
    ],
    Aspect("memory", (HD, LOOPBACK, "scroll"), "memory_mb", "MB"),
    Aspect("CPU of a still picture that is looked at", (HD, LOOPBACK, "still"), "cores", "cores"),
]
"""What the machine and the link give for it."""


@dataclass(frozen=True)
class Verdict:
    """``ours`` beside ``theirs`` in one aspect."""

    aspect: Aspect
    ours: float
    theirs: float
    word: Word

    @property
    def ratio(self) -> float:
        """How many times the larger is the smaller."""
        small, large = sorted((self.ours, self.theirs))
        return large / small if small > 0 else float("inf")


def compare(result: dict[str, Any], ours: str, theirs: str, aspects: Iterable[Aspect]) -> list[Verdict]:
    """Return a verdict for each aspect in which both were measured."""
    rules, results = result["rules"], result["configurations"]
    verdicts = []
    for aspect in aspects:
        one, other = aspect.value(results, ours), aspect.value(results, theirs)
        if one is None or other is None:
            continue
        relative = max(rules["relative"], doubt(result, aspect))
        far = max(relative * min(abs(one), abs(other)), rules["least"][aspect.unit])
        word: Word = "same"
        if abs(one - other) > far:
            word = "better" if (one > other) == aspect.more else "worse"
        verdicts.append(Verdict(aspect, one, other, word))
    return verdicts


def doubt(result: dict[str, Any], aspect: Aspect) -> float:
    """Return by which part of itself a number changed when the same was measured again; 0 where that is not known."""
    if (again := result.get("again")) is None:
        return 0.0
    name = again["configuration"]
    first, second = aspect.value(result["configurations"], name), aspect.value({name: again}, name)
    if first is None or second is None or min(first, second) <= 0:
        return 0.0
    return abs(first - second) / min(first, second)


def count(verdicts: Sequence[Verdict], word: Word) -> int:
    """Return in how many aspects the verdict is ``word``."""
    return sum(verdict.word == word for verdict in verdicts)


def on_the_whole(result: dict[str, Any], verdicts: Sequence[Verdict]) -> Whole:
    """Sum verdicts up, by the run's rules."""
    if not verdicts:
        return "unknown"
    better, worse = count(verdicts, "better"), count(verdicts, "worse")
    majority: float = result["rules"]["majority"]
    if better == worse == 0:
        return "same"
    if better >= majority * worse:
        return "better"
    return "worse" if worse >= majority * better else "mixed"

"""The bar charts of docs/comparison.md."""

from __future__ import annotations

from typing import Any

from ..servers.configurations import CONFIGURATIONS
from .bar_chart import Bar, draw
from .table import digits
from .targets import FAST, FULL_HD, HD, SLOW, number

DIRECTORY = "comparison"
"""Where the charts are, in ``docs``."""

CHARTS = (
    ("click", "Click to picture", HD, "loopback", "click", "click_ms"),
    ("scroll", "Text scroll: age of the picture", HD, "loopback", "scroll", "age_ms"),
    ("video", "Video: age of the picture", HD, "loopback", "video", "age_ms"),
    ("video-fps", "Video: frames per second", HD, "loopback", "video", "fps"),
    ("fast-scroll", "Text scroll: age of the picture", HD, FAST, "scroll", "age_ms"),
    ("fast-video-fps", "Video: frames per second", HD, FAST, "video", "fps"),
    ("slow-scroll", "Text scroll: age of the picture", HD, SLOW, "scroll", "age_ms"),
    ("slow-video-fps", "Video: frames per second", HD, SLOW, "video", "fps"),
    ("full-hd-video-fps", "Video: frames per second", FULL_HD, "loopback", "video", "fps"),
)
"""Each chart's file, title, and the place of its numbers: size, link, scene, field."""


def charts(result: dict[str, Any]) -> dict[str, str]:
    """Return the SVG of each chart for which the run has numbers, by its path in ``docs``."""
    results = result["configurations"]
    drawn: dict[str, str] = {}
    for file, title, size, link, scene, field in CHARTS:
        where = (size, link, scene)
        is_time = field.endswith("_ms")
        bars = [
            Bar(
                name,
                number(results, name, where, f"{field}|p50" if is_time else field),
                number(results, name, where, f"{field}|p95") if is_time else None,
            )
            for name in CONFIGURATIONS
            if name in results
        ]
        if any(bar.value is not None for bar in bars):
            unit = "milliseconds, p50 / p95; less is better" if is_time else ""
            subtitle = ", ".join(filter(None, (size, link, unit)))
            drawn[f"{DIRECTORY}/{file}.svg"] = draw(title, subtitle, bars, digits(field))
    return drawn


def titles() -> dict[str, str]:
    """Return the alternative text of each chart, by its path in ``docs``."""
    return {f"{DIRECTORY}/{file}.svg": f"{title}, {size}, {link}" for file, title, size, link, *_ in CHARTS}

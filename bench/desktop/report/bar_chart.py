"""Bar charts as SVG. The same numbers give the same bytes, which plotting libraries do not promise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, RIGHT = 760, 210, 120
BAR, GAP, TOP = 16, 8, 44

STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#24292f}.t{font-size:14px;font-weight:600}.s{fill:#57606a}"
    ".m{fill:#0969da}.r{fill:#a8cdf3}.l{stroke:#d0d7de}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.s{fill:#9198a1}.m{fill:#4493f8}.r{fill:#1f4b82}.l{stroke:#3d444d}}"
)


@dataclass(frozen=True)
class Bar:
    """A bar of the length ``value``, with a lighter part up to ``reach``; ``None`` if nothing was measured."""

    label: str
    value: float | None
    reach: float | None = None


def draw(title: str, subtitle: str, bars: Sequence[Bar], digits: int = 1) -> str:
    """Return an SVG with horizontal bars, in the given order."""
    height = TOP + len(bars) * (BAR + GAP) + GAP
    longest = max((number for bar in bars for number in (bar.value, bar.reach) if number is not None), default=0)
    step = _step(longest)
    scale = (WIDTH - LEFT - RIGHT) / (longest or 1)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'role="img" aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<text class="t" x="8" y="18">{escape(title)}</text>',
        f'<text class="s" x="8" y="35">{escape(subtitle)}</text>',
    ]
    for number in range(math.floor(longest / step) + 1) if longest else ():
        x = LEFT + number * step * scale
        lines.append(f'<line class="l" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{height - GAP}"/>')
    for index, bar in enumerate(bars):
        y = TOP + GAP + index * (BAR + GAP)
        lines.append(f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(bar.label)}</text>')
        if bar.reach is not None:
            lines.append(f'<rect class="r" x="{LEFT}" y="{y}" width="{bar.reach * scale:.1f}" height="{BAR}"/>')
        if bar.value is not None:
            lines.append(f'<rect class="m" x="{LEFT}" y="{y}" width="{bar.value * scale:.1f}" height="{BAR}"/>')
        numbers = [f"{number:.{digits}f}" for number in (bar.value, bar.reach) if number is not None]
        end = LEFT + 6 + max(bar.value or 0, bar.reach or 0) * scale
        lines.append(f'<text class="s" x="{end:.1f}" y="{y + 12}">{" / ".join(numbers) or "not measured"}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def _step(longest: float) -> float:
    """Return the distance of the grid lines: a round number, with two to ten lines."""
    if longest <= 0:
        return 1
    power: float = 10 ** math.floor(math.log10(longest))
    return power if longest / power >= 4 else power / 2 if longest / power >= 2 else power / 5

"""What is measured of each configuration: sizes, links, scenes, in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .children import ChildError
from .configurations import CONFIGURATIONS
from .measure import Durations, Run

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What to measure of each configuration: sizes, links, scenes; ``other_links``: those after the first size."""

    sizes: tuple[tuple[int, int], ...]
    links: tuple[str, ...]
    scenes: tuple[str, ...]
    durations: Durations
    other_links: tuple[str, ...] = ("loopback",)

    def links_at(self, size: tuple[int, int]) -> tuple[str, ...]:
        """Return the links to measure at a size."""
        chosen = tuple(link for link in self.links if link in self.other_links)
        return self.links if size == self.sizes[0] else chosen or self.links


def measure_configuration(name: str, plan: Plan, log: Path, say: Say) -> dict[str, Any]:
    """Measure a configuration; what can't be measured is told in ``error``, and the rest goes on."""
    result: dict[str, Any] = {"versions": {}, "command": "", "rows": []}
    configuration = CONFIGURATIONS[name]
    if (obstacle := configuration.obstacle()) is not None:
        say(f"{name}: {obstacle}")
        return {**result, "error": obstacle}
    for size in plan.sizes[:1] if configuration.variant else plan.sizes:
        label = f"{size[0]}x{size[1]}"
        try:
            with Run(name, size, plan.durations, log) as run:
                result["versions"] = run.server.versions()
                _measure_links(run, plan, label, result["rows"], say)
                result["command"] = run.server.command()
        except Exception as error:
            result["error"] = f"{label}: {error}"
            say(f"{name} {result['error']}")
    return result


def _measure_links(run: Run, plan: Plan, label: str, rows: list[dict[str, Any]], say: Say) -> None:
    for link in plan.links_at(run.size):
        cold = run.painter is None
        row: dict[str, Any] = {"size": label, "link": link, "scene": "start", "first_picture_ms": run.open(link)}
        row |= {"desktop": "started" if cold else "running", "send_buffer_bounded": run.bounded}
        rows.append(row)
        if cold:
            run.server.check()
            run.paint()
        for scene in plan.scenes:
            row = {"size": label, "link": link, "scene": scene}
            try:
                row |= run.measure(scene)
            except ChildError as error:
                row["error"] = str(error)
            rows.append(row)
            say(f"{run.server.name} {label} {link} {scene}")

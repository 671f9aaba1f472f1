"""What to measure of each configuration: sizes, links and scenes, in this order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .command_process import CommandError
from .measure import Durations, Run
from .servers.configurations import CONFIGURATIONS

Log = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """Sizes, links and scenes; ``other_links`` are the links of all sizes but the first.

    ``large``: sizes that only the configurations ``large_for`` are measured at.

    ``other_scenes`` are the scenes of every other size or link than the first; ``None`` means all.
    """

    sizes: tuple[tuple[int, int], ...]
    links: tuple[str, ...]
    scenes: tuple[str, ...]
    durations: Durations
    other_links: tuple[str, ...] = ("loopback",)
    other_scenes: tuple[str, ...] | None = None
    large: tuple[tuple[int, int], ...] = ()
    large_for: tuple[str, ...] = ()

    def links_at(self, size: tuple[int, int]) -> tuple[str, ...]:
        """Return the links to measure at a size."""
        chosen = tuple(link for link in self.links if link in self.other_links)
        return self.links if size == self.sizes[0] else chosen or self.links

    def scenes_at(self, size: tuple[int, int], link: str) -> tuple[str, ...]:
        """Return the scenes to measure at a size over a link."""
        is_first = size == self.sizes[0] and link == self.links[0]
        if is_first or self.other_scenes is None:
            return self.scenes
        is_second = size in self.sizes[1:2] and link == self.links[0]
        return (*self.other_scenes, "click-video") if is_second else self.other_scenes

    def of(self, name: str) -> Plan:
        """Return the plan for a configuration."""
        if CONFIGURATIONS[name].variant:
            return self.of_variant()
        return replace(self, sizes=(*self.sizes, *self.large)) if name in self.large_for else self

    def of_variant(self) -> Plan:
        """Return the plan for a variant: only the first size and link."""
        return replace(self, sizes=self.sizes[:1], links=self.links[:1])


def measure_configuration(name: str, plan: Plan, stderr: Path, log: Log) -> dict[str, Any]:
    """Measure a configuration. A failure goes to ``error``, and the next size continues."""
    result: dict[str, Any] = {"versions": {}, "command": "", "rows": []}
    configuration = CONFIGURATIONS[name]
    if (obstacle := configuration.obstacle()) is not None:
        log(f"{name}: {obstacle}")
        return {**result, "error": obstacle}
    plan = plan.of(name)
    for size in plan.sizes:
        label = f"{size[0]}x{size[1]}"
        try:
            with Run(name, size, plan.durations, stderr) as run:
                result["versions"] = run.server.versions()
                _measure_links(run, plan, label, result["rows"], log)
                result["command"] = run.server.command()
        except Exception as error:
            result["error"] = f"{label}: {error}"
            log(f"{name} {result['error']}")
    return result


def _measure_links(run: Run, plan: Plan, label: str, rows: list[dict[str, Any]], log: Log) -> None:
    for link in plan.links_at(run.size):
        cold = run.painter is None
        row: dict[str, Any] = {"size": label, "link": link, "scene": "start", "first_picture_ms": run.open(link)}
        row |= {"desktop": "started" if cold else "running", "send_buffer_bounded": run.bounded}
        rows.append(row)
        if cold:
            run.server.check()
            run.paint()
        for scene in plan.scenes_at(run.size, link):
            row = {"size": label, "link": link, "scene": scene}
            try:
                row |= run.measure(scene)
            except CommandError as error:
                row["error"] = str(error)
            rows.append(row)
            log(f"{run.server.name} {label} {link} {scene}")

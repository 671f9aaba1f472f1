"""The part of a run's results that docs/comparison.md shows, as docs/comparison.json."""

from __future__ import annotations

import json
from typing import Any

MOVING = ("fps", "age_ms", "mbit_down", "cores", "memory_mb", "vnc_cores", "vnc_memory_mb")
CLICKS = ("click_ms",)
FIELDS: dict[str, tuple[str, ...]] = {
    "start": ("first_picture_ms",),
    "scroll": MOVING,
    "video": MOVING,
    "drag": ("fps", "age_ms"),
    "typing": ("age_ms",),
    "click": CLICKS,
    "click-video": CLICKS,
    "still": ("exact_ms", "mbit_down", "cores", "without_viewer"),
}
"""The fields of each scene that the page shows, or that a target is about."""

PARTS = ("p50", "p95", "cores")
"""The keys kept of a field that is an object."""

ABOUT_RUN = ("date", "quick", "machine", "links", "default", "seconds")
ABOUT_CONFIGURATION = ("configuration", "versions", "error")


def reduce(result: dict[str, Any]) -> dict[str, Any]:
    """Return a run's results without what the page does not show; reducing twice changes nothing."""
    reduced = {name: result[name] for name in ABOUT_RUN}
    reduced["configurations"] = {name: _configuration(each) for name, each in result["configurations"].items()}
    return reduced | ({"again": _configuration(result["again"])} if "again" in result else {})


def to_json(result: dict[str, Any]) -> str:
    """Return the reduced results as JSON with one row per line, so that diffs are readable."""
    reduced = reduce(result)
    about = _json({name: reduced[name] for name in ABOUT_RUN})[:-1]
    configurations = ",\n".join(f"{_json(name)}:{_by_rows(each)}" for name, each in reduced["configurations"].items())
    again = f',\n"again":{_by_rows(reduced["again"])}' if "again" in reduced else ""
    return f'{about},\n"configurations":{{\n{configurations}}}{again}}}\n'


def _configuration(configuration: dict[str, Any]) -> dict[str, Any]:
    about = {name: configuration[name] for name in ABOUT_CONFIGURATION if name in configuration}
    return {**about, "rows": [_row(row) for row in configuration["rows"]]}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    where = {name: row[name] for name in ("size", "link", "scene")}
    return where | {name: _value(row[name]) for name in FIELDS[row["scene"]] if name in row}


def _value(value: Any) -> Any:
    return {part: value[part] for part in PARTS if part in value} if isinstance(value, dict) else value


def _by_rows(configuration: dict[str, Any]) -> str:
    about = _json({name: value for name, value in configuration.items() if name != "rows"})[:-1]
    rows = ",\n".join(map(_json, configuration["rows"]))
    return f'{about},"rows":[\n{rows}]}}'


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

"""The part of a run's results that docs/comparison.md shows, as docs/comparison.json."""

from __future__ import annotations

import json
from typing import Any

FRAME_TIMES = ("server_frame_ms", "browser_frame_ms")
MOVING = ("fps", "age_ms", "mbit_down", "cores", "memory_mb", "vnc_cores", "vnc_memory_mb", *FRAME_TIMES)
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

KEPT = ("p50", "p95", "cores")
"""The keys kept of a field that is an object."""

PARTS = ("server", "browser", "sound", "class", "idle")
NOT_SHOWN = ("cpu_seconds_by_process", "cpu_seconds", "thread_cpu_seconds", "event_ms", "seconds", "updates", "frames")
"""The parts of a run besides the desktops in a browser, and what the page does not show of their rows."""

OTHER_RUNS = "other_runs"
"""For each part that is of another run than the rest: that run's date and machine."""

ABOUT_RUN = ("date", "quick", "machine", "links", "default", "seconds")
ABOUT_CONFIGURATION = ("configuration", "versions", "error")


def reduce(result: dict[str, Any]) -> dict[str, Any]:
    """Return a run's results without what the page does not show; reducing twice changes nothing."""
    reduced = {name: result[name] for name in ABOUT_RUN}
    reduced["configurations"] = {name: _configuration(each) for name, each in result["configurations"].items()}
    reduced |= {part: _part(part, result[part]) for part in PARTS if result.get(part)}
    reduced |= {OTHER_RUNS: result[OTHER_RUNS]} if OTHER_RUNS in result else {}
    return reduced | ({"again": _configuration(result["again"])} if "again" in result else {})


def with_parts(result: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return a run's results with the parts of another run, which measured nothing else."""
    about = {name: other[name] for name in ("date", "quick", "machine")}
    parts = {part: other[part] for part in PARTS if other.get(part)}
    runs = {**result.get(OTHER_RUNS, {}), **dict.fromkeys(parts, about)}
    return {**result, **parts, OTHER_RUNS: runs}


def _part(part: str, found: dict[str, Any]) -> dict[str, Any]:
    dropped = [name for name in NOT_SHOWN if (part, name) != ("class", "cpu_seconds")]
    return {
        name: {**each, "rows": [{k: v for k, v in row.items() if k not in dropped} for row in each["rows"]]}
        for name, each in found.items()
    }


def to_json(result: dict[str, Any]) -> str:
    """Return the reduced results as JSON with one row per line, so that diffs are readable."""
    reduced = reduce(result)
    about = _json({name: reduced[name] for name in ABOUT_RUN})[:-1]
    configurations = _all_by_rows(reduced["configurations"])
    others = f',\n"{OTHER_RUNS}":{_json(reduced[OTHER_RUNS])}' if OTHER_RUNS in reduced else ""
    again = f',\n"again":{_by_rows(reduced["again"])}' if "again" in reduced else ""
    parts = "".join(f',\n"{part}":{{\n{_all_by_rows(reduced[part])}}}' for part in PARTS if part in reduced)
    return f'{about},\n"configurations":{{\n{configurations}}}{again}{parts}{others}}}\n'


def _all_by_rows(found: dict[str, Any]) -> str:
    return ",\n".join(f"{_json(name)}:{_by_rows(each)}" for name, each in found.items())


def _configuration(configuration: dict[str, Any]) -> dict[str, Any]:
    about = {name: configuration[name] for name in ABOUT_CONFIGURATION if name in configuration}
    return {**about, "rows": [_row(row) for row in configuration["rows"]]}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    where = {name: row[name] for name in ("size", "link", "scene")}
    return where | {name: _value(row[name]) for name in FIELDS[row["scene"]] if name in row}


def _value(value: Any) -> Any:
    return {part: value[part] for part in KEPT if part in value} if isinstance(value, dict) else value


def _by_rows(configuration: dict[str, Any]) -> str:
    about = _json({name: value for name, value in configuration.items() if name != "rows"})[:-1]
    rows = ",\n".join(map(_json, configuration["rows"]))
    return f'{about},"rows":[\n{rows}]}}'


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

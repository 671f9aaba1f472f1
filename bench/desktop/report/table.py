"""The table of a run's results and targets that `scripts/bench` prints."""

from __future__ import annotations

from typing import Any

COLUMNS = ("", "fps", "age p50/p95", "click p50/p95", "Mbit/s", "cores", "VNC cores", "MB", "VNC MB", "notes")
DIGITS = {"cores": 2, "memory_mb": 0, "exact_ms": 0, "first_picture_ms": 0}


def cell(value: Any, digits: int = 1) -> str:
    """Format a number for a table."""
    return "-" if value is None else f"{value:.{digits}f}"


def digits(field: str) -> int:
    """Return the number of decimals for a field."""
    return DIGITS.get(field, 1)


def pair(value: dict[str, Any] | None) -> str:
    """Format the median and the 95th percentile for a table."""
    return "" if value is None else f"{cell(value['p50'])}/{cell(value['p95'])}"


def _notes(row: dict[str, Any]) -> str:
    notes = []
    if "first_picture_ms" in row:
        notes.append(f"first picture after {row['first_picture_ms']:.0f} ms, desktop {row['desktop']}")
    if "exact_ms" in row:
        alone = cell(row["without_viewer"]["cores"], 4)
        notes.append(f"exact after {cell(row['exact_ms'], 0)} ms; {alone} cores without a viewer")
    if row.get("presented_fps"):
        notes.append(f"{row['seen_fps']} fps with a callback")
    if row.get("missed"):
        notes.append(f"{row['missed']} clicks missed")
    if row.get("unreadable"):
        notes.append(f"{row['unreadable']} of {row['flips']} stamps unreadable")
    if "error" in row:
        notes.append(row["error"].splitlines()[0][:80])
    return "; ".join(notes)


def lines_of(result: dict[str, Any]) -> list[str]:
    """Return the lines of a Markdown table of a run and its targets."""
    lines = []
    for name, configuration in result["configurations"].items():
        versions = ", ".join(f"{package} {version}" for package, version in configuration["versions"].items())
        lines += ["", f"### {name} ({versions})" if versions else f"### {name}", ""]
        if "error" in configuration:
            lines += [f"Not measured: {configuration['error']}", ""]
        if configuration["rows"]:
            lines += ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
        for row in configuration["rows"]:
            decimals = 3 if row["scene"] == "still" else 2
            cells = [
                f"{row['size']} {row['link']} {row['scene']}",
                cell(row["fps"]) if "fps" in row else "",
                pair(row.get("age_ms")),
                pair(row.get("click_ms")),
                *(
                    cell(row[field], decimals if "cores" in field or "mbit" in field else 0) if field in row else ""
                    for field in ("mbit_down", "cores", "vnc_cores", "memory_mb", "vnc_memory_mb")
                ),
                _notes(row),
            ]
            lines.append("| " + " | ".join(cells) + " |")
    return [*lines, *_targets(result["targets"])]


def _targets(checks: list[dict[str, Any]]) -> list[str]:
    lines = ["", "### Targets", "", "| target | limit | measured | peers | |", "|---|---|---|---|---|"]
    words = {True: "met", False: "MISSED", None: "not measured"}
    for check in checks:
        field = check["field"].replace("|", " ")
        limit = f"{check['sense']} {cell(check['limit'], 3 if 'cores' in field else 1)}"
        limit += f" ({check['of']})" if check["of"] else ""
        peers = ", ".join(cell(value) for value in check["peers"].values())
        what = f"{check['size']} {check['link']} {check['scene']} {field}"
        measured = cell(check["measured"], 4 if "cores" in field else 1)
        lines.append(f"| {what} | {limit} | {measured} | {peers} | {words[check['met']]} |")
    return lines

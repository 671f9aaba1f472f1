"""The tables of the parts: what the server, the browser, a class and idle desktops cost."""

from __future__ import annotations

from typing import Any

from .table import cell, pair

Lines = list[str]


def _table(headings: tuple[str, ...], rows: list[list[str]]) -> Lines:
    return [
        f"| {' | '.join(headings)} |",
        f"|---{'|---:' * (len(headings) - 1)}|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _by_name(values: dict[str, float] | None) -> str:
    """Format numbers by name, the largest first."""
    ordered = sorted((values or {}).items(), key=lambda item: -item[1])
    return ", ".join(
        f"{name.removeprefix('jupyter_vnc_proxy.')} {value:.1f}" for name, value in ordered if value >= 0.05
    )


SERVER = ("", "fps", "age", "click", "exact", "Mbit/s", "cores", "CPU ms a frame", "by process", "by thread", "MB")


def server_table(found: dict[str, dict[str, Any]]) -> Lines:
    """Return the table of the part ``server``: a row for each configuration, size and scene."""
    rows = []
    for name, part in found.items():
        for row in part["rows"]:
            label = f"{name} {row['size']} {row['scene']}".strip()
            if "error" in row:
                rows.append([f"{label}: {row['error'].splitlines()[0][:80]}", *[""] * (len(SERVER) - 1)])
                continue
            memory = row["memory_mb_by_process"]
            rows.append([
                label,
                cell(row["fps"]) if "fps" in row else "",
                pair(row.get("age_ms")),
                pair(row.get("click_ms")),
                cell(row["exact_ms"], 0) if "exact_ms" in row else "",
                cell(row["mbit_down"], 2),
                cell(row["cores"], 3 if row["scene"] == "still" else 2),
                cell(row["frame_ms"]) if "frame_ms" in row else "",
                _by_name(row.get("frame_ms_by_process")),
                _by_name(row.get("frame_ms_by_thread")),
                cell(memory.get(part["worker"]), 0),
            ])  # fmt: skip
    return _table(SERVER, rows)


def part_lines(result: dict[str, Any]) -> Lines:
    """Return the lines of the tables of all parts that a run has measured."""
    lines: Lines = []
    for part, title, table in PARTS:
        if result.get(part):
            lines += ["", f"### {title}", "", *table(result[part])]
    return lines


PARTS = (("server", "The server alone", server_table),)
"""Each part, its heading, and the function that makes its table."""

"""The tables of the parts: what the server, the browser, a class and idle desktops cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .data import OTHER_RUNS
from .sound_table import SOUND, cells, label
from .table import cell, pair

Lines = list[str]
Row = dict[str, Any]


def _table(headings: tuple[str, ...], rows: list[list[str]]) -> Lines:
    return [
        f"| {' | '.join(headings)} |",
        f"|---{'|---:' * (len(headings) - 1)}|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _failed(label: str, error: str, headings: tuple[str, ...]) -> list[str]:
    return [f"{label}: {error.splitlines()[0][:80]}", *[""] * (len(headings) - 1)]


def _part_table(
    found: dict[str, dict[str, Any]],
    headings: tuple[str, ...],
    label: Callable[[str, Row], str],
    cells: Callable[[dict[str, Any], Row], list[str]],
) -> Lines:
    """Return the table of a part: its rows have a ``label`` for the configuration and the row, and then ``cells``.

    ``cells`` gets the part's results and the row. What could not be measured has the reason instead.
    """
    rows = [_failed(name, part["error"], headings) for name, part in found.items() if "error" in part]
    for name, part in found.items():
        for row in part["rows"]:
            failed = "error" in row
            rows.append(
                _failed(label(name, row), row["error"], headings) if failed else [label(name, row), *cells(part, row)]
            )
    return _table(headings, rows)


def _by_name(values: dict[str, float] | None) -> str:
    """Format numbers by name, the largest first."""
    ordered = sorted((values or {}).items(), key=lambda item: -item[1])
    return ", ".join(
        f"{name.removeprefix('jupyter_vnc_proxy.')} {value:.1f}" for name, value in ordered if value >= 0.05
    )


SERVER = ("", "fps", "age", "click", "exact", "Mbit/s", "cores", "CPU ms a frame", "by process", "by thread", "MB")


def server_table(found: dict[str, dict[str, Any]]) -> Lines:
    """Return the table of the part ``server``: a row for each configuration, size and scene."""

    def cells(part: dict[str, Any], row: Row) -> list[str]:
        memory = row["memory_mb_by_process"]
        return [
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
        ]

    return _part_table(found, SERVER, lambda name, row: f"{name} {row['size']} {row['scene']}".strip(), cells)


BROWSER = ("", "fps", "of", "arrival → picture", "dropped", "CPU ms a frame", "by process", "by stage, traced")


def browser_table(found: dict[str, dict[str, Any]]) -> Lines:
    """Return the table of the part ``browser``: a row for each recording."""

    def cells(part: dict[str, Any], row: Row) -> list[str]:
        return [
            cell(row["fps"]),
            cell(row["recorded_fps"]),
            pair(row["present_ms"]),
            f"{100 * row['drop_share']:.0f} %",
            cell(row["frame_ms"]),
            _by_name(row["frame_ms_by_process"]),
            _by_name(row["stage_ms"]),
        ]

    return _part_table(found, BROWSER, lambda name, row: f"{name} {row['size']} {row['scene']}", cells)


def sound_table(found: dict[str, dict[str, Any]]) -> Lines:
    """Return the table of the part ``sound``: a row for each situation."""
    return _part_table(found, SOUND, label, cells)


CLASS = ("", "running, s", "picture, s", "slowest, s", "running → picture, ms", "CPU s a user", "pictures", "faults")


def class_table(found: dict[str, dict[str, Any]]) -> Lines:
    """Return the table of the part ``class``: a row for each configuration and number of users."""

    def cells(part: dict[str, Any], row: Row) -> list[str]:
        return [
            _seconds(row["running_s"]),
            _seconds(row["picture_s"]),
            cell(row["picture_s"]["max"], 2),
            cell(row["after_running_ms"], 0),
            cell(row["cpu_seconds"] / row["users"], 2),
            f"{row['picture_s']['count']}",
            f"{len(row['faults'])}",
        ]

    return _part_table(found, CLASS, lambda name, row: f"{name}, {row['users']} at once", cells)


def _seconds(value: dict[str, Any]) -> str:
    return f"{cell(value['p50'], 2)}/{cell(value['p95'], 2)}"


IDLE = (
    "",
    "MB",
    "by process",
    "CPU, nobody looks",
    "by process",
    "CPU, with a viewer",
    "by process",
    "MB with a viewer",
)


def idle_table(found: dict[str, dict[str, Any]]) -> Lines:
    """Return the table of the part ``idle``: memory and CPU of each of many desktops, in percent of a core."""

    def cells(part: dict[str, Any], row: Row) -> list[str]:
        alone, viewed = row["alone"], row["viewed"]
        return [
            cell(alone["memory_mb"]),
            _by_name({name: each["mb"] for name, each in alone["processes"].items()}),
            *(
                text
                for state in (alone, viewed)
                for text in (
                    f"{100 * state['cores']:.2f} %",
                    _by_name({name: 100 * each["cores"] for name, each in state["processes"].items()}),
                )
            ),
            cell(viewed["memory_mb"]),
        ]

    return _part_table(found, IDLE, lambda name, row: f"{name}, each of {row['users']}", cells)


def part_lines(result: dict[str, Any]) -> Lines:
    """Return the lines of the tables of all parts that a run has measured."""
    lines: Lines = []
    for part, title, table in PARTS:
        if result.get(part):
            lines += ["", f"### {title}", "", *_other_run(result, part), *table(result[part])]
    return lines


def _other_run(result: dict[str, Any], part: str) -> Lines:
    """Return the line about the run of a part, if that is another one than the page's."""
    run = result.get(OTHER_RUNS, {}).get(part)
    if run is None:
        return []
    quick = "A quick run, too short for conclusions" if run["quick"] else "Another run"
    machine = run["machine"]
    return [
        f"{quick}: {run['date'].replace('T', ' ').replace('+00:00', ' UTC')}, on {machine['cores']} cores of "
        f"{machine['cpu']}; load before the run {machine['load_before']:.2f}.",
        "",
    ]


PARTS = (
    ("server", "The server alone", server_table),
    ("browser", "The browser alone", browser_table),
    ("sound", "Sound", sound_table),
    ("class", "A class that begins at once", class_table),
    ("idle", "Desktops at rest", idle_table),
)
"""Each part, its heading, and the function that makes its table."""

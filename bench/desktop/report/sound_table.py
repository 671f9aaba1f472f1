"""The table of the part ``sound``: in step, without gaps, and at rest."""

from __future__ import annotations

from typing import Any

from .table import cell, pair

SOUND = (
    "",
    "apart, ms",
    "sound is later by, ms",
    "age of the sound",
    "age of the picture",
    "gaps",
    "ms of gaps",
    "of s",
    "kbit/s, asked",
    "kbit/s, sent",
    "Mbit/s in all",
    "load",
    "notes",
)

APART_MS = {"loopback": 80.0, "2mbit-100ms": 150.0}
MEMORY_MB, CORES = 15.0, 0.001
"""The targets: p95 of the time between sound and picture, and a silent desktop's sound server."""


def label(name: str, row: dict[str, Any]) -> str:
    """Return the heading of a row."""
    if "users" in row and "link" not in row:
        return f"{name}, silent, each of {row['users']}"
    return f"{name} {row.get('link', '')} {row.get('situation', '')}".strip()


def cells(_: dict[str, Any], row: dict[str, Any]) -> list[str]:
    """Return the other cells of a row."""
    if "apart_ms" not in row:
        return [*[""] * (len(SOUND) - 2), _silent(row)]
    has_tone = "gaps" in row
    bitrates = row["bitrates"]
    return [
        pair(row["apart_ms"]),
        pair(row["later_ms"]),
        pair(row["sound_ms"]),
        pair(row["picture_ms"]),
        f"{row['gaps']}" if has_tone else "",
        f"{row['gap_ms']}" if has_tone else "",
        cell(row["listened_s"], 0),
        "-".join(f"{bits / 1000:.0f}" for bits in dict.fromkeys((min(bitrates), max(bitrates)))) if bitrates else "",
        cell(row["sound_kbit"], 0) if row["sound_kbit"] else "",
        cell(row["mbit_down"], 2),
        cell(row["load"]),
        _notes(row),
    ]


def _notes(row: dict[str, Any]) -> str:
    notes = []
    if "back_ms" in row:
        notes.append(f"silent for {row['silent_ms']} ms, back {row['back_ms']} ms after it was over")
    if "second" in row:
        second = row["second"]
        notes.append(f"the second, over 2 Mbit/s: {second['missing_ms']} ms missing, {second['kbit']:.0f} kbit/s")
    limit = APART_MS.get(row["link"])
    if limit is not None and row["situation"] == "video" and row["apart_ms"]["p95"] is not None:
        notes.append(f"≤ {limit:.0f} ms {'met' if row['apart_ms']['p95'] <= limit else '**missed**'}")
    return "; ".join(notes)


def _silent(row: dict[str, Any]) -> str:
    if not row["processes"]:
        return "it starts no sound server"
    met = row["memory_mb"] <= MEMORY_MB and row["cores"] <= CORES
    return (
        f"{', '.join(row['processes'])}: {cell(row['memory_mb'])} MB, {100 * row['cores']:.3f} % of a core; "
        f"≤ {MEMORY_MB:.0f} MB, ≤ {100 * CORES:.1f} % {'met' if met else '**missed**'}"
    )

"""The reports of a process to the runner: lines of JSON with fields for ``desktop.json``."""

from __future__ import annotations

import json
from typing import TypedDict


class Report(TypedDict, total=False):
    """The current video encoder (``None``: none), and sentences for people about what could be better."""

    encoder: str | None
    notes: list[str]


def parse_report(line: str) -> Report:
    """Return the report in a line, without unknown or malformed fields."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    report: Report = {}
    if not isinstance(told, dict):
        return report
    if "encoder" in told and isinstance(told["encoder"], str | None):
        report["encoder"] = told["encoder"]
    if isinstance(told.get("notes"), list):
        report["notes"] = [note for note in told["notes"] if isinstance(note, str)]
    return report

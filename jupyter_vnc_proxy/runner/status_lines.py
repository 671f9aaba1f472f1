"""What a part tells the runner: lines of JSON, each with something that ``desktop.json`` is to say."""

from __future__ import annotations

import json
from typing import TypedDict


class Report(TypedDict, total=False):
    """What encodes video now (``None``: nothing does), and what is not at its best, in sentences for people."""

    encoder: str | None
    notes: list[str]


def parse_report(line: str) -> Report:
    """Return what a line reports; what isn't understood is left out."""
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

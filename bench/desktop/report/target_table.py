"""The table of targets in docs/comparison.md."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from .table import cell
from .targets import PEERS, check_all

FIELD_NAMES = {
    "fps": "frames per second",
    "age_ms|p50": "age in ms",
    "click_ms|p50": "ms",
    "mbit_down": "Mbit/s",
    "cores": "cores",
    "server_frame_ms": "CPU ms a frame, server",
    "browser_frame_ms": "CPU ms a frame, browser",
    "vnc_cores": "cores of the VNC server",
    "vnc_memory_mb": "MB of the VNC server",
    "exact_ms": "ms until exact",
    "without_viewer|cores": "cores without a viewer",
}
PERCENTILES = ("|p50", "|p95")

Check = dict[str, Any]


def target_section(results: dict[str, Any]) -> list[str]:
    """Return the number of targets that a run meets, and a table; p50 and p95 share a line."""
    checks = [check for check in check_all(results) if check["met"] is not None]
    if not checks:
        return ["None of the targets was measured."]
    met = sum(check["met"] for check in checks)
    unknown = len(check_all(results)) - len(checks)
    not_measured = f" {unknown} were not measured." if unknown else ""
    lines = [f"{met} of {len(checks)} targets are met.{not_measured}", ""]
    lines += [f"| target | stream | limit | {', '.join(PEERS)} | |", "|---|---:|---:|---:|---|"]
    return [*lines, *(_line(list(group)) for _, group in groupby(checks, _key))]


def _key(check: Check) -> tuple[str, ...]:
    """Return what the checks of one line have in common."""
    field = check["field"]
    name = field.partition("|")[0] if field.endswith(PERCENTILES) else field
    return (check["size"], check["link"], check["scene"], name, check["of"])


def _line(checks: list[Check]) -> str:
    first = checks[0]
    digits = 3 if "cores" in first["field"] else 1
    name = FIELD_NAMES[first["field"]]
    if len(checks) > 1:
        name = f"{name}, p50/p95"

    def values(name: str) -> str:
        return "/".join(cell(check[name], digits) for check in checks)

    of = f" ({first['of']})" if first["of"] else ""
    peers = ["/".join(cell(check["peers"].get(peer), digits) for check in checks) for peer in PEERS]
    words = list(dict.fromkeys("met" if check["met"] else "**missed**" for check in checks))
    return (
        f"| {first['size']}, {first['link']}, {first['scene']}: {name} | {values('measured')} "
        f"| {'≥' if first['sense'] == '>=' else '≤'} {values('limit')}{of} "
        f"| {', '.join(peers) if first['peers'] else ''} | {'/'.join(words)} |"
    )

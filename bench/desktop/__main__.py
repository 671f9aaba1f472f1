"""Measures desktops: this package's configurations and its peers, one after another in one run.

Part `desktops`: a headless Chromium shows the desktop through a Jupyter server, and reads the stamps that an X client
draws into each frame. The other parts measure the server alone, the browser alone, and many desktops at once. The
results go to reports/bench.json, and to standard output as tables with the targets. bench/README.md explains each
number.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from jupyter_vnc_proxy.backends import choose
from jupyter_vnc_proxy.options import DesktopOptions

from .command_line import arguments, plan_of
from .network.link import LINKS
from .parts.run import measure_part
from .plan import measure_configuration
from .report import page
from .report.data import with_parts
from .report.part_tables import part_lines
from .report.table import lines_of
from .report.targets import check_all


def machine() -> dict[str, Any]:
    """Describe the machine."""
    models = re.findall(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "machine": platform.machine(),
        "cpu": models[0] if models else "",
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory / 1e9, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
    }


def log(line: str) -> None:
    """Print progress to standard error."""
    print(line, file=sys.stderr, flush=True)


def report(file: Path) -> int:
    """Update the comparison from a run's results; return the exit status."""
    try:
        result = json.loads(file.read_text())
        if not result["configurations"]:
            result = with_parts(json.loads((page.DOCS / page.DATA).read_text(encoding="utf-8")), result)
        path = page.write(result)
    except (OSError, ValueError, KeyError) as error:
        log(f"Cannot write the comparison from {file}: {error!r}")
        return 1
    log(os.fspath(path))
    if page.date_of(result) not in page.handwritten(path.read_text(encoding="utf-8")):
        log("Its conclusions are written by hand, about another run: review them, and change the date above them.")
    return 0


def main(argv: list[str] | None = None) -> int:
    """Measure, write the JSON and print the table; return the exit status."""
    found = arguments(argv, __doc__)
    if found.report is not None:
        return report(found.report)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # runs the cleanup
    result: dict[str, Any] = {"date": datetime.now(timezone.utc).isoformat(timespec="seconds"), "quick": found.quick}
    result |= {"machine": machine(), "links": {name: vars(link) for name, link in LINKS.items()}}
    result |= {"durations": vars(plan_of(found)[1].durations), "default": choose(DesktopOptions()).name}
    result |= {"configurations": {}}
    began = time.monotonic()
    found.output.parent.mkdir(parents=True, exist_ok=True)

    def save() -> None:  # after each configuration, so that an interrupted run keeps its results
        result["targets"] = check_all(result["configurations"])
        result["seconds"] = round(time.monotonic() - began)
        found.output.write_text(json.dumps(result, indent=1) + "\n")

    with tempfile.TemporaryDirectory(prefix="vb-log-", dir="/tmp") as directory:
        stderr = Path(directory) / "stderr"
        for part in found.part:
            if part == "desktops":
                measure_desktops(found, result, stderr, save)
            else:
                result[part] = {}
                for name, each in measure_part(part, found, stderr, log):
                    result[part][name] = each
                    save()
    print("\n".join([*(lines_of(result) if "desktops" in found.part else []), *part_lines(result)]))
    log(f"\n{found.output}")
    return 0


def measure_desktops(found: argparse.Namespace, result: dict[str, Any], stderr: Path, save: Callable[[], None]) -> None:
    """Measure the configurations in a browser, and the first one again."""
    configurations, plan = plan_of(found)
    for name in configurations:
        result["configurations"][name] = measure_configuration(name, plan, stderr, log)
        save()
    measured = [name for name, each in result["configurations"].items() if each["rows"]]
    if len(measured) > 1 and not found.quick:  # shows the variation between two measurements
        result["again"] = {"configuration": measured[0], **measure_configuration(measured[0], plan, stderr, log)}
        save()


if __name__ == "__main__":
    sys.exit(main())

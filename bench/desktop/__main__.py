"""Measures desktops in a browser: this package's configurations and its peers, one after another in one run.

A headless Chromium shows the desktop through a Jupyter server, and reads the stamps that an X client draws into each
frame. The results go to reports/bench.json, and to standard output as a table with the targets. bench/README.md
explains each number.
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
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from jupyter_vnc_proxy.backends import choose
from jupyter_vnc_proxy.options import DesktopOptions

from .measure import QUICK, SCENES, Durations
from .network.link import LINKS
from .paths import REPOSITORY
from .plan import Plan, measure_configuration
from .report import page
from .report.table import lines_of
from .report.targets import check_all
from .servers.configurations import CONFIGURATIONS

SIZES = ((1280, 720), (1920, 1080))
RESULTS = REPOSITORY / "reports" / "bench.json"
OTHER_SCENES = ("scroll", "video", "click")
"""At the second size and over the links, unless the command line names scenes."""

QUICK_CONFIGURATIONS = ("stream", "tigervnc")
QUICK_LINKS = ("loopback", "10mbit-40ms")
QUICK_SCENES = ("scroll", "video", "click", "still")


def size(text: str) -> tuple[int, int]:
    """Parse ``WIDTHxHEIGHT``."""
    match = re.fullmatch(r"(\d{3,4})x(\d{3,4})", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form WIDTHxHEIGHT, as in 1280x720")
    return int(match[1]), int(match[2])


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("configuration", nargs="*", help=f"any of {', '.join(CONFIGURATIONS)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="few and short scenes, to check that everything works")
    parser.add_argument("--scene", action="append", choices=SCENES, help="only this scene; can be repeated")
    parser.add_argument("--size", action="append", type=size, metavar="WxH", help="only this size; can be repeated")
    parser.add_argument("--link", action="append", choices=LINKS, help="only this link; can be repeated")
    parser.add_argument("--output", type=Path, metavar="FILE", default=RESULTS)
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        nargs="?",
        const=RESULTS,
        help="do not measure, but update docs/comparison.md from a run's results (default: reports/bench.json)",
    )
    found = parser.parse_args(argv)
    for name in found.configuration:
        if name not in CONFIGURATIONS:
            parser.error(f"unknown configuration {name!r}; choose from {', '.join(CONFIGURATIONS)}")
    return found


def plan_of(found: argparse.Namespace) -> tuple[tuple[str, ...], Plan]:
    """Return the configurations, and what to measure of each."""
    quick = found.quick
    plan = Plan(
        sizes=tuple(found.size or (SIZES[:1] if quick else SIZES)),
        links=tuple(found.link or (QUICK_LINKS if quick else LINKS)),
        scenes=tuple(scene for scene in SCENES if scene in (found.scene or (QUICK_SCENES if quick else SCENES))),
        durations=QUICK if quick else Durations(),
        other_scenes=None if quick or found.scene else OTHER_SCENES,
    )
    return tuple(found.configuration or (QUICK_CONFIGURATIONS if quick else CONFIGURATIONS)), plan


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
    found = arguments(argv)
    if found.report is not None:
        return report(found.report)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # runs the cleanup
    configurations, plan = plan_of(found)
    result: dict[str, Any] = {"date": datetime.now(timezone.utc).isoformat(timespec="seconds"), "quick": found.quick}
    result |= {"machine": machine(), "links": {name: vars(link) for name, link in LINKS.items()}}
    result |= {"durations": vars(plan.durations), "default": choose(DesktopOptions()).name}
    result |= {"configurations": {}}
    began = time.monotonic()
    found.output.parent.mkdir(parents=True, exist_ok=True)

    def save() -> None:  # after each configuration, so that an interrupted run keeps its results
        result["targets"] = check_all(result["configurations"])
        result["seconds"] = round(time.monotonic() - began)
        found.output.write_text(json.dumps(result, indent=1) + "\n")

    with tempfile.TemporaryDirectory(prefix="vb-log-", dir="/tmp") as directory:
        stderr = Path(directory) / "stderr"
        for name in configurations:
            result["configurations"][name] = measure_configuration(name, plan, stderr, log)
            save()
        measured = [name for name, each in result["configurations"].items() if each["rows"]]
        if len(measured) > 1 and not found.quick:  # shows the variation between two measurements
            result["again"] = {"configuration": measured[0], **measure_configuration(measured[0], plan, stderr, log)}
            save()
    print("\n".join(lines_of(result)))
    log(f"\n{found.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

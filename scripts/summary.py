"""Print `N passed, N failed` for the reports that scripts/test wrote; fail unless every suite ran and passed.

A suite without a report, or one that failed although its report names no failure, counts as one failure.
"""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

REPORTS = Path("reports")

Count = tuple[int, int]  # passed, failed


def checks(report: Path) -> Count:
    """Count lines of an exit status and its command."""
    statuses = [line.split()[0] for line in report.read_text(encoding="utf-8").splitlines()]
    passed = statuses.count("0")
    return passed, len(statuses) - passed


def junit(report: Path) -> Count:
    """Count the tests in pytest's JUnit XML."""
    cases = list(ET.parse(report).iter("testcase"))
    failed = sum(any(case.find(tag) is not None for tag in ("failure", "error")) for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    return len(cases) - failed - skipped, failed


def jest(report: Path) -> Count:
    """Count the tests in the output of `jest --json`; a file that cannot be loaded is a failure."""
    found = json.loads(report.read_text(encoding="utf-8"))
    return found["numPassedTests"], found["numFailedTests"] + found["numRuntimeErrorTestSuites"]


def playwright(report: Path) -> Count:
    """Count the tests in Playwright's JSON report; a test that passed only when retried has failed."""
    found = json.loads(report.read_text(encoding="utf-8"))
    return found["stats"]["expected"], found["stats"]["unexpected"] + found["stats"]["flaky"] + len(found["errors"])


SUITES: dict[str, tuple[tuple[str, ...], Callable[[Path], Count]]] = {
    "checks": (("checks.txt",), checks),
    "server": (("server.xml", "server-alone.xml"), junit),
    "frontend": (("frontend.json",), jest),
    "ui": (("ui.json",), playwright),
    "engines": (("engines.json",), playwright),
}


def main() -> int:
    passed = failed = 0
    for suite, (reports, read) in SUITES.items():
        try:
            counts = [read(REPORTS / report) for report in reports]
            good, bad = sum(count[0] for count in counts), sum(count[1] for count in counts)
            ended_well = (REPORTS / f"{suite}.status").read_text(encoding="utf-8").strip() == "0"
        except (OSError, ValueError, KeyError, ET.ParseError) as error:
            print(f"{suite}: no readable report ({error})", file=sys.stderr)
            good, bad, ended_well = 0, 1, False
        passed += good
        failed += bad if bad or ended_well else 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

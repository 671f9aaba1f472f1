"""Print each failure of the reports that scripts/test wrote, then `N passed, N failed`; fail unless every suite passed.

A suite without a report, or one that failed although its report names no failure, counts as one failure.
"""

from __future__ import annotations

import json
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

REPORTS = Path("reports")
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
LINES = 12  # of each failure

Failure = tuple[str, str]  # the test, what it says
Result = tuple[int, list[Failure]]  # how many passed, and what failed


def checks(report: Path) -> Result:
    """Read lines of an exit status and its command."""
    lines = [line.split(maxsplit=1) for line in report.read_text(encoding="utf-8").splitlines()]
    failures = [(command, f"exit status {status}") for status, command in lines if status != "0"]
    return len(lines) - len(failures), failures


def junit(report: Path) -> Result:
    """Read pytest's JUnit XML."""
    passed, failures = 0, []
    for case in ET.parse(report).iter("testcase"):
        wrong = [part for tag in ("failure", "error") for part in case.findall(tag)]
        if wrong:
            failures.append((f"{case.get('classname')}::{case.get('name')}", wrong[0].get("message") or ""))
        elif case.find("skipped") is None:
            passed += 1
    return passed, failures


def jest(report: Path) -> Result:
    """Read the output of `jest --json`; a file that cannot be loaded is a failure."""
    found = json.loads(report.read_text(encoding="utf-8"))
    failures = []
    for file in found["testResults"]:
        failed = [test for test in file["assertionResults"] if test["status"] == "failed"]
        failures += [(test["fullName"], "\n".join(test["failureMessages"])) for test in failed]
        if file["status"] == "failed" and not failed:
            failures.append((file["name"], file["message"]))
    return found["numPassedTests"], failures


def playwright(report: Path) -> Result:
    """Read Playwright's JSON report; a test that passed only when retried has failed."""
    found = json.loads(report.read_text(encoding="utf-8"))
    failures = [("playwright", error.get("message", "")) for error in found["errors"]]
    for suite in found["suites"]:
        failures += _failed_specs(suite)
    return found["stats"]["expected"], failures


def _failed_specs(suite: dict[str, Any]) -> Iterator[Failure]:
    for spec in suite.get("specs", []):
        for test in spec["tests"]:
            if test["status"] in ("unexpected", "flaky"):
                errors = [error.get("message", "") for result in test["results"] for error in result.get("errors", [])]
                yield f"{spec['file']}:{spec['line']} {spec['title']}", "\n".join(errors)
    for inner in suite.get("suites", []):
        yield from _failed_specs(inner)


SUITES: dict[str, tuple[tuple[str, ...], Callable[[Path], Result]]] = {
    "checks": (("checks.txt",), checks),
    "server": (("server.xml", "server-alone.xml"), junit),
    "frontend": (("frontend.json",), jest),
    "ui": (("ui.json",), playwright),
    "engines": (("engines.json",), playwright),
}


def main() -> int:
    passed, failed = 0, 0
    for suite, (reports, read) in SUITES.items():
        failures: list[Failure] = []
        try:
            for report in reports:
                good, bad = read(REPORTS / report)
                passed += good
                failures += bad
            if not failures and (REPORTS / f"{suite}.status").read_text(encoding="utf-8").strip() != "0":
                failures = [("the suite", "failed, although no test of its report did")]
        except (OSError, ValueError, KeyError, ET.ParseError) as error:
            failures.append(("the suite", f"has no readable report ({error})"))
        failed += len(failures)
        for name, message in failures:
            lines = ESCAPES.sub("", message).strip().splitlines()[:LINES]
            print("\n    ".join([f"{suite}: {name}", *lines]))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

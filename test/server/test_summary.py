"""The last lines of a run of all tests: what failed, and how many."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SUMMARY = Path(__file__).parents[2] / "scripts" / "summary.py"
PASSED = '<testsuites><testsuite><testcase classname="test.a" name="works"/></testsuite></testsuites>'
BROKEN = (
    '<testsuites><testsuite><testcase classname="test.a" name="works"/><testcase classname="test.a" name="later">'
    '<skipped/></testcase><testcase classname="test.a" name="breaks"><failure message="1 is not 2">long</failure>'
    "</testcase></testsuite></testsuites>"
)


def jest_report(*tests: dict[str, Any], message: str = "") -> str:
    failed = any(test["status"] == "failed" for test in tests) or bool(message)
    file = {"name": "a.test.ts", "status": "failed" if failed else "passed", "message": message}
    passed = sum(test["status"] == "passed" for test in tests)
    return json.dumps({"numPassedTests": passed, "testResults": [{**file, "assertionResults": tests}]})


def playwright_report(*statuses: str) -> str:
    specs = [
        {
            "file": "a.spec.ts",
            "line": line,
            "title": f"case {line}",
            "tests": [{"status": status, "results": [{"errors": [{"message": "\x1b[31mnot there\x1b[39m"}]}]}],
        }
        for line, status in enumerate(statuses, start=1)
    ]
    suite = {"suites": [{"specs": specs}], "specs": []}
    return json.dumps({"stats": {"expected": statuses.count("expected")}, "errors": [], "suites": [suite]})


def summarize(directory: Path, **changed: str) -> tuple[int, list[str]]:
    """Return the exit status and the lines if one test passes in each report, except for those ``changed``."""
    passed = jest_report({"fullName": "a works", "status": "passed", "failureMessages": []})
    files = {
        "checks.txt": "0 ruff check\n",
        "server.xml": PASSED,
        "server-alone.xml": PASSED,
        "frontend.json": passed,
        "ui.json": playwright_report("expected"),
        "engines.json": playwright_report("expected"),
    }
    files |= {f"{suite}.status": "0\n" for suite in ("checks", "server", "frontend", "ui", "engines")}
    files |= {name.replace("__", "-").replace("_", "."): text for name, text in changed.items()}
    reports = directory / "reports"
    reports.mkdir()
    for name, text in files.items():
        (reports / name).write_text(text, encoding="utf-8")
    done = subprocess.run([sys.executable, SUMMARY], cwd=directory, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()


def test_if_all_passes_only_the_numbers_are_printed(tmp_path: Path) -> None:
    assert summarize(tmp_path) == (0, ["6 passed, 0 failed"])


def test_each_failure_is_named_with_what_it_says(tmp_path: Path) -> None:
    failed = {"fullName": "a breaks", "status": "failed", "failureMessages": ["Error: no\n  at x"]}
    status, lines = summarize(
        tmp_path,
        checks_txt="0 ruff check\n1 npm run lint\n",
        checks_status="1",
        server_xml=BROKEN,
        server_status="1",
        frontend_json=jest_report(failed),
        frontend_status="1",
        ui_json=playwright_report("expected", "unexpected", "flaky", "skipped"),
        ui_status="1",
    )
    assert status == 1
    assert lines == [
        "checks: npm run lint",
        "    exit status 1",
        "server: test.a::breaks",
        "    1 is not 2",
        "frontend: a breaks",
        "    Error: no",
        "      at x",
        "ui: a.spec.ts:2 case 2",
        "    not there",
        "ui: a.spec.ts:3 case 3",
        "    not there",
        "5 passed, 5 failed",
    ]


def test_a_suite_that_fails_without_a_failed_test_counts_as_one(tmp_path: Path) -> None:
    status, lines = summarize(tmp_path, engines_status="1")
    assert (status, lines[-1]) == (1, "6 passed, 1 failed")
    assert lines[0] == "engines: the suite"


def test_a_file_that_does_not_load_is_a_failure(tmp_path: Path) -> None:
    status, lines = summarize(tmp_path, frontend_json=jest_report(message="cannot find module"), frontend_status="1")
    assert (status, lines) == (1, ["frontend: a.test.ts", "    cannot find module", "5 passed, 1 failed"])


def test_a_missing_report_is_a_failure(tmp_path: Path) -> None:
    status, lines = summarize(tmp_path, server__alone_xml="nonsense")
    assert (status, lines[-1]) == (1, "5 passed, 1 failed")

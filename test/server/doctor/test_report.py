"""The diagnostic report contains what support needs, and no secrets."""

from __future__ import annotations

import json
import subprocess
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, cast

import pytest
from support.rest import ROUTES, SPECIFICATION, complaints
from support.runners import COMMAND, IDLE, Runners
from tornado.httpclient import HTTPClientError

from jupyter_vnc_proxy import options
from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.state import DesktopState
from jupyter_vnc_proxy.doctor import report as module
from jupyter_vnc_proxy.doctor.findings import Finding
from jupyter_vnc_proxy.doctor.private_options import PUBLIC_OPTIONS
from jupyter_vnc_proxy.doctor.report import report
from jupyter_vnc_proxy.errors import ErrorModel, InvalidOption, UnknownDesktop

TOKEN = "b1f5d3c2a49e8d7f6a5b4c3d2e1f00112233445566778899"
COOKIE = "00112233445566778899aabbccddeeff"


@pytest.fixture
def planted(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desktop that failed, with secrets in its state and its logs."""
    home = runtime / ".home"
    monkeypatch.setenv("USER", "lovelace")
    monkeypatch.setenv("HOSTNAME", "engine7")
    monkeypatch.setenv("JUPYTER_TOKEN", "an-odd-secret")
    desktop = Desktop(runtime / "work")
    desktop.prepare()
    (desktop.log_directory / "session.log").write_text(
        f"last words\nserver at http://engine7:8888/?token={TOKEN}\nlovelace@engine7: {home}/notes an-odd-secret\n"
    )
    (desktop.log_directory / "display.log").write_text(f"cookie {COOKIE}\n")
    desktop.write_state(
        DesktopState(
            name="work",
            phase="failed",
            backend="tigervnc",
            error={
                "code": "session-ended-early",
                "message": f"The desktop session ended; see {home}/.xsession-errors of lovelace.",
                "fix": None,
                "part": "session",
                "log": [TOKEN],
            },
        )
    )
    return home


def assert_clean(text: str, home: Path) -> None:
    for secret in (TOKEN, COOKIE, str(home), "lovelace", "engine7", "an-odd-secret"):
        assert secret not in text, secret


def test_it_contains_findings_state_error_and_logs_but_no_secrets(planted: Path) -> None:
    text = report("", "work")
    assert_clean(text, planted)
    for wanted in (
        "jupyter-vnc-proxy 0.",
        "Backends",
        "Jupyter",
        "Desktop work",
        'phase: "failed"',
        "session-ended-early",
        "~/.xsession-errors",
        "Log of session",
        "last words",
        "Log of display",
    ):
        assert wanted in text, wanted


def test_without_a_desktop_it_contains_only_the_findings(planted: Path) -> None:
    text = report()
    assert "Backends" in text
    assert "last words" not in text
    with pytest.raises(UnknownDesktop):
        report("", "nobody")


def test_with_an_unusable_runtime_directory_it_contains_the_reason(planted: Path) -> None:
    text = report("/proc/desktops", "work")
    assert "The runtime directory /proc/desktops could not be created" in text
    assert "last words" not in text
    with pytest.raises(InvalidOption):
        report("", "../x")


def test_it_contains_only_the_end_of_a_log(planted: Path, runtime: Path) -> None:
    (runtime / "work" / "log" / "session.log").write_text("".join(f"line {number}\n" for number in range(1000)))
    text = report("", "work")
    assert "line 999" in text
    assert f"line {999 - module.LOG_LINES}\n" not in text


def test_the_command_prints_it(planted: Path) -> None:
    done = subprocess.run([*COMMAND, "doctor", "--report", "work"], capture_output=True, text=True, check=True)
    assert_clean(done.stdout, planted)
    assert "last words" in done.stdout
    as_json = subprocess.run([*COMMAND, "doctor", "--report", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(as_json.stdout).keys() == {"report"}
    assert subprocess.run([*COMMAND, "doctor", "--report", "nobody"], capture_output=True, check=False).returncode == 3


def test_it_does_not_contain_the_cookie_of_a_running_desktop(runners: Runners) -> None:
    run = runners.start(session=IDLE)
    run.until(phase="running")
    cookie = (run.path / "Xauthority").read_bytes()[-16:]
    text = report("", "default")
    assert cookie.hex() not in text
    assert 'phase: "running"' in text


OPTIONS = {
    "backend": "rdp",
    "transport": "direct",
    "session": "xfce; token hunter2",
    "geometry": "1280x720",
    "start_timeout": 30.0,
    "extra": {"rdp_host": "payroll-db.corp.example.com:3389", "pin": "4711ab", "xserver": "xdummy", "empty": ""},
    "session_command": ["/opt/acme/kiosk", "--host=depot7.acme.net", "-c", "correct horse", "xterm", "--full-screen"],
    "unknown": "stapler",
}


@pytest.fixture
def configured(runtime: Path) -> str:
    """The report on a desktop with private values in its options, its error, its notes and its log."""
    desktop = Desktop(runtime / "work")
    desktop.prepare()
    said = "payroll-db:3389 of payroll-db.corp.example.com, depot7, 'correct horse', pin 4711ab, xdummy, xterm"
    (desktop.log_directory / "session.log").write_text(f"{said}\n")
    error = {"code": "session-failed", "message": said, "fix": said, "part": "session", "log": []}
    notes = [said]
    state = DesktopState(name="work", phase="failed", backend="rdp", options=OPTIONS, notes=notes)
    desktop.write_state(replace(state, error=cast(ErrorModel, error)))
    return report("", "work")


def test_options_are_printed_by_field(configured: str) -> None:
    line = next(line for line in configured.splitlines() if line.startswith("  options:"))
    assert json.loads(line.partition(": ")[2]) == {
        "backend": "rdp",
        "transport": "direct",
        "session": "set",
        "geometry": "1280x720",
        "start_timeout": 30.0,
        "extra": {"rdp_host": "set", "pin": "set", "xserver": "set", "empty": "unset"},
        "session_command": ["kiosk"],
    }


def test_private_values_are_in_no_part_of_a_report(configured: str) -> None:
    for private in ("payroll", "depot7", "acme", "horse", "4711ab", "hunter2", "stapler"):
        assert private not in configured, private


def test_what_is_no_secret_of_a_command_stays(configured: str) -> None:
    log = configured.partition("Log of session")[2]
    assert "xdummy" in log
    assert "xterm" in log


def test_each_field_of_a_state_is_public_or_left_out_on_purpose() -> None:
    names = {each.name for each in fields(DesktopState)}
    # Programs are called after the files of their users.
    assert names == {*module.PUBLIC_STATE, "name", "options", "error", "programs"}
    assert {each.name for each in options.OPTIONS} == {*PUBLIC_OPTIONS, "extra", "session_command"}


def test_options_of_the_environment_are_private_too(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_VNC_RDP_HOST", "payroll-db.corp.example.com")
    finding = Finding("Machine", "x", "problem", "payroll-db is unknown", facts={"host": "payroll-db"})
    monkeypatch.setattr(module, "run_checks", lambda directory: [finding])
    assert "payroll" not in report()


async def test_the_rest_api_returns_it(planted: Path, vnc: Any, jp_fetch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(planted))  # Jupyter's tests have one of their own
    assert ("GET", "/api/vnc/report") in ROUTES
    schema = SPECIFICATION["paths"]["/api/vnc/report"]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    answer = json.loads((await jp_fetch("api", "vnc", "report", params={"desktop": "work"})).body)
    assert complaints(schema, answer) == []
    assert_clean(answer["report"], planted)
    assert "last words" in answer["report"]
    assert "Desktop work" not in json.loads((await jp_fetch("api", "vnc", "report")).body)["report"]
    for name, status in (("nobody", 404), ("../x", 400)):
        with pytest.raises(HTTPClientError) as raised:
            await jp_fetch("api", "vnc", "report", params={"desktop": name})
        assert raised.value.code == status

"""The diagnostic report contains what support needs, and no secrets."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.rest import ROUTES, SPECIFICATION, complaints
from support.runners import COMMAND, IDLE, Runners
from tornado.httpclient import HTTPClientError

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.state import DesktopState
from jupyter_vnc_proxy.doctor import report as module
from jupyter_vnc_proxy.doctor.redaction import Redaction, local_redaction
from jupyter_vnc_proxy.doctor.report import report
from jupyter_vnc_proxy.errors import InvalidOption, UnknownDesktop

TOKEN = "b1f5d3c2a49e8d7f6a5b4c3d2e1f00112233445566778899"
COOKIE = "00112233445566778899aabbccddeeff"
SECRETS = {
    f"http://localhost:8888/lab?token={TOKEN}": TOKEN,
    f"[I 2026-11-24 LabApp] Authorization: token {TOKEN}": TOKEN,
    "GET /api?token=short1&x=2 HTTP/1.1": "short1",
    "Cookie: username-8888=2|1:0|10:1764|abc; _xsrf=2|0a1b": "username-8888",
    "Set-Cookie: _xsrf=2|8f7e6d": "8f7e6d",
    "bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc": "eyJhbGciOiJIUzI1NiJ9",
    f"host/unix:1  MIT-MAGIC-COOKIE-1  {COOKIE}": COOKIE,
    f"xauth: added {COOKIE.upper()} for :1": COOKIE.upper(),
    "cookie " + " ".join(COOKIE[i : i + 2] for i in range(0, 32, 2)): "88 99 aa",
    "key " + ":".join(COOKIE[i : i + 2] for i in range(0, 32, 2)): "88:99:aa",
    "xfreerdp /p:x --password=hunter2 /v:host": "hunter2",
    '{"password": "hunter2"}': "hunter2",
    'options: {"session_command": ["xfreerdp", "/v:there", "/p:hunter2"]}': "hunter2",
    '["x11vnc", "-passwd", "hunter2"]': "hunter2",
    "vncviewer --password hunter2": "hunter2",
    "https://ada:hunter2@example.org/x": "hunter2",
    "mail from ada.lovelace@example.org": "ada.lovelace@example.org",
    "connect to 192.168.17.4:5900": "192.168.17.4",
    "/home/lovelace/notes.txt": "lovelace",
    "proxy http://internal.example.org:3128/": "internal.example.org",
    "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI": "wJalrXUtnFEMI",
    "pwd=hunter2": "hunter2",
    "passphrase=hunter2": "hunter2",
    "password: two words": "words",
    '["app", "--token", "hunter2x"]': "hunter2x",
    '["app", "-psecretpw"]': "secretpw",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc": "eyJzdWIi",
    "key sk-abcdefghij": "sk-abcdefghij",
    "slack xoxb-12345-abcde": "xoxb-12345",
    "at fe80::1ff:fe23:4567:890a": "fe23",
    "at [2001:db8::7]:5900": "2001:db8",
    "ether 02:42:ac:11:00:02": "02:42",
    "logged in as CORP\\ada": "ada",
    "GET /user/ada/api": "ada",
    r"mount \\\\filer\\share": "filer",
    "fe80:0000:0000:0000:0202:b3ff:fe1e:8329 is up": "b3ff",
}


@pytest.mark.parametrize(("line", "secret"), SECRETS.items())
def test_secrets_are_redacted(line: str, secret: str) -> None:
    cleaned = Redaction().clean(line)
    assert secret not in cleaned
    assert "<" in cleaned


@pytest.mark.parametrize(
    "line",
    [
        "Xvnc TigerVNC 1.12.0 - built 2023-01-06 16:01",
        "tigervnc-standalone-server 1.12.0+dfsg-8",
        "_XSERVTransmkdir: ERROR: euid != 0,directory /tmp/.X11-unix will not be created.",
        "(EE) :1 is taken because of /tmp/.X1-lock",
        "/usr/lib/x86_64-linux-gnu/dri/swrast_dri.so",
        "cannot open display 127.0.0.1:10 or 0.0.0.0",
        "The token that Jupyter prints, and the cookie of the display, are not logged.",
        "2026-11-24T20:57:35.862Z 1280x720",
        "apt-get install --no-install-recommends xfce4-session xfwm4 xfce4-panel xfdesktop4 xfce4-settings",
    ],
)
def test_useful_lines_are_kept(line: str) -> None:
    assert Redaction().clean(line) == line


def test_names_of_users_and_hosts_are_redacted_as_whole_words() -> None:
    redaction = Redaction(
        homes=("/data/people/ada",), users=frozenset({"ada", "Ada King"}), hosts=frozenset({"engine7", "engine7.lab"})
    )
    text = "/data/people/ada/x /data/people/adam ada@engine7:~$ ADA on engine7.lab, the adage, jupyter-ada-1; Ada King"
    cleaned = redaction.clean(text)
    assert cleaned.startswith("~/x /data/people/adam <")
    assert "adage" in cleaned
    assert "jupyter-<user>-1; <user>" in cleaned
    assert "engine7" not in cleaned


def test_the_environment_defines_secrets_and_names() -> None:
    redaction = local_redaction(
        {
            "HOME": "/somewhere/of/ada",
            "JUPYTERHUB_USER": "ada",
            "USER": "root",
            "HOSTNAME": "engine7.example.org",
            "JUPYTERHUB_API_TOKEN": "correct horse battery",
            "JPY_COOKIE_SECRET": "staple!!",
            "DEBUG_TOKEN": "1",
        }
    )
    cleaned = redaction.clean("correct horse battery staple!! /somewhere/of/ada ada root engine7 1")
    assert cleaned == "<removed> <removed> ~ <user> root <host> 1"


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

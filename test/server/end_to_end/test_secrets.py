"""A secret option, and a session's command: no other user sees them, and no answer shows a secret."""

from __future__ import annotations

import json
import stat
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support import secretive_backend
from support.api import Api
from support.processes import processes_of
from support.waiting import until

from jupyter_vnc_proxy.cli import main

SECRET = "correct-horse"
OTHER_SECRET = "battery-staple"

COMMAND = ["sh", "-c", 'cat "$(dirname "$XAUTHORITY")/password"; exec sleep 1000', "word-of-the-command"]
"""Prints the secret to its log, as a careless program may."""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the backend is installed to; our processes find it too."""
    site = tmp_path / "site"
    site.mkdir()
    secretive_backend.install(site)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site))
    return site


@pytest.fixture
def vnc_traits(installed: Path) -> dict[str, Any]:
    return {"backend": "secretive", "backend_options": {"password": SECRET}, "session_command": COMMAND}


@pytest.fixture
def api(vnc: Any, jp_fetch: Any) -> Api:
    return Api(jp_fetch)


def has(log: Path, secret: str) -> bool:
    return log.exists() and secret in log.read_text()


async def answers(api: Api, name: str) -> str:
    """Return all that the server answers about a desktop, as one text."""
    parts: list[tuple[str, ...]] = [(), ("backends",), (name,), (name, "log")]
    texts = [(await api.raw("GET", *part)).body.decode() for part in parts]
    for part in json.loads(texts[-1])["parts"]:
        texts.append((await api.raw("GET", name, "log", params={"part": part})).body.decode())
    report = await api._fetch("api", "vnc", "report", params={"desktop": name})
    return "\n".join([*texts, report.body.decode()])


async def test_a_secret_is_in_no_command_line_and_in_no_answer(
    api: Api, runtime: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started = await api.raw("POST", "default", "start")
    own = {"password": OTHER_SECRET}
    created = await api.raw("POST", body={"name": "work", "backend": "secretive", "options": own})
    for name, secret in (("default", SECRET), ("work", OTHER_SECRET)):
        await api.until(name, "running")
        file, log = runtime / name / secretive_backend.FILE, runtime / name / "log" / "session.log"
        assert file.read_text() == secret
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        await until(partial(has, log, secret), what="the session prints it")
        text = await answers(api, name)
        assert "<removed>" in text, "what stands for it in the log"
        assert secret not in text + started.body.decode() + created.body.decode()
        lines = processes_of(runtime)
        assert len(lines) >= 3
        assert [line for line in lines.values() if secret in line] == []
        assert main(["log", name]) == 0
        shown = capsys.readouterr().out
        assert ("<removed>" in shown, secret in shown) == (True, False)


async def test_the_sessions_command_is_in_the_command_line_of_the_session_alone(api: Api, runtime: Path) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    lines = processes_of(runtime).values()
    assert [line for line in lines if COMMAND[-1] in line and "jupyter_vnc_proxy" in line] == []
    runners = [line for line in lines if " run " in line]
    assert len(runners) == 1
    assert not any(word in runners[0] for word in ("cat", "sleep", COMMAND[-1]))


async def test_a_restart_remembers_a_secret_of_its_own(api: Api, runtime: Path) -> None:
    await api("POST", body={"name": "work", "backend": "secretive", "options": {"password": OTHER_SECRET}})
    await api.until("work", "running")
    await api("POST", "work", "stop")
    (runtime / "work" / secretive_backend.FILE).unlink()
    await api("POST", "work", "start")
    await api.until("work", "running")
    assert (runtime / "work" / secretive_backend.FILE).read_text() == OTHER_SECRET


async def test_a_backend_that_puts_a_secret_on_a_command_line_is_refused(api: Api, runtime: Path) -> None:
    own = {"password": OTHER_SECRET, "shown": "yes"}
    await api("POST", body={"name": "work", "backend": "secretive", "options": own})
    error = (await api.until("work", "failed"))["error"]
    assert error["code"] == "secret-on-command-line"
    assert "'password'" in error["message"]
    assert OTHER_SECRET not in await answers(api, "work")


async def test_forms_know_that_it_is_secret_and_not_its_value(api: Api) -> None:
    listed = (await api("GET", "backends"))["backends"]
    (fields,) = [each["fields"] for each in listed if each["name"] == "secretive"]
    (field,) = [each for each in fields if each["name"] == "password"]
    assert (field["secret"], field["required"], "default" in field) == (True, False, False)


async def test_a_refusal_does_not_quote_it(api: Api) -> None:
    own = {"password": "forbidden-word"}
    error = await api.refused(400, "POST", body={"name": "work", "backend": "secretive", "options": own})
    assert error["message"] == "The option 'password' can't have this value: A password of your own."

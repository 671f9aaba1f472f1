"""The command line: bad input ends with status 2, one plain sentence, and nothing that was started."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.processes import processes_of
from support.runners import COMMAND

from jupyter_vnc_proxy.cli import main
from jupyter_vnc_proxy.errors import InvalidOption
from jupyter_vnc_proxy.options import Geometry

BAD = [
    (["--backend=nope"], "no backend 'nope'"),
    (["--transport=nope"], "no transport 'nope'"),
    (["--backend=tigervnc", "--transport=native"], "no transport 'native'"),
    (["--geometry=huge"], "geometry 'huge'"),
    (["--geometry=10x10"], "out of range"),
    (["--session=nope"], "no session 'nope'"),
    (["--session=plasma"], "not installed"),
    (["--runtime-dir=/proc/desktops"], "/proc/desktops"),
    (["--runtime-dir=/dev/null/desktops"], "/dev/null/desktops"),
    (["--runtime-dir=/dev/null"], "/dev/null"),
    (["--name=../x"], "name"),
    (["--name="], "name"),
    (["--name=" + "x" * 33], "name"),
]


def run(*arguments: str, command: str = "run") -> tuple[int, list[str]]:
    done = subprocess.run([*COMMAND, command, *arguments], capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == ""
    return done.returncode, done.stderr.splitlines()


def assert_nothing_left(runtime: Path) -> None:
    assert processes_of(runtime) == {}
    assert [entry.name for entry in runtime.iterdir() if entry.name != ".home"] == []


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=[" ".join(arguments)[:40] for arguments, _ in BAD])
def test_bad_input_is_one_sentence_and_nothing_is_started(
    runtime: Path, capsys: pytest.CaptureFixture[str], arguments: Sequence[str], words: str
) -> None:
    assert main(["run", *arguments]) == 2
    sentence, *fix = capsys.readouterr().err.splitlines()
    assert sentence.startswith("jupyter-vnc: ")
    assert sentence.endswith(".")
    assert words in sentence
    assert all(line.startswith("  try: ") for line in fix)
    assert len(fix) <= 1
    assert_nothing_left(runtime)


def test_the_same_holds_for_a_real_process(runtime: Path) -> None:
    status, lines = run("--backend=nope")
    assert (status, len(lines)) == (2, 1)
    status, lines = run("--geometry=nope", f"--unix-socket={runtime}/s", command="serve")
    assert (status, len(lines)) == (2, 1)
    assert_nothing_left(runtime)


def test_a_path_too_long_for_a_socket_is_refused(runtime: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deep = runtime / ("d" * 50) / ("e" * 50)
    assert main(["run", f"--runtime-dir={deep}"]) == 2
    assert "107 bytes" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["nope"], ["run", "--nope"], ["run", "--orphan-timeout=x"], ["serve"]])
def test_what_the_command_line_does_not_know_is_status_2_as_well(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert "usage: jupyter-vnc" in capsys.readouterr().err


GEOMETRY = st.text("0123456789xX -+.", max_size=12) | st.text(
    st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12
)


@given(GEOMETRY)
def test_no_text_that_is_no_size_gets_past_the_command_line(geometry: str) -> None:
    try:
        Geometry.parse(geometry)
    except InvalidOption:
        assert main(["run", f"--geometry={geometry}", "--backend=nope"]) == 2


def test_a_program_that_is_missing_fails_the_desktop_and_says_what_to_install(
    runtime: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = (
        "import sys; from jupyter_vnc_proxy import cli; from jupyter_vnc_proxy.system import environment\n"
        "environment.SYSTEM_PATH = ('/nonexistent',); sys.exit(cli.main(sys.argv[1:]))"
    )
    argv = [COMMAND[0], "-c", code, "run", "--backend=x11vnc"]
    done = subprocess.run(argv, env={**os.environ, "PATH": "/nonexistent"}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    state = (runtime / "default" / "desktop.json").read_text()
    assert "program-missing" in state
    assert "apt-get install --no-install-recommends xvfb x11vnc" in state

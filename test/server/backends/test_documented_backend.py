"""The example in docs/backends.md: it installs, is listed with its option, and makes a desktop."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.framebuffer_client import FramebufferClient
from support.runners import Runners

PAGE = Path(__file__).parents[3] / "docs" / "backends.md"
LIST = """
import json
from jupyter_vnc_proxy.backends import all_backends
print(json.dumps({name: [field.name for field in each.fields] for name, each in all_backends().items()}))
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the example was installed to, as pip does it, without a network."""
    source, target = tmp_path / "source", tmp_path / "site"
    source.mkdir()
    for name, text in re.findall(
        r"^```\w+\n# (calm_backend\.py|pyproject\.toml)\n(.*?)^```$", PAGE.read_text(), re.S | re.M
    ):
        (source / name).write_text(text)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--disable-pip-version-check", "--target", target, source], check=True, timeout=60)
    monkeypatch.setenv("PYTHONPATH", os.fspath(target))
    return target


def test_the_example_is_a_backend_like_the_others(installed: Path, runners: Runners) -> None:
    listed = json.loads(
        subprocess.run([sys.executable, "-c", LIST], capture_output=True, check=True, timeout=30).stdout
    )
    assert listed["calm"] == ["frame_rate"]
    run = runners.start("--option=frame_rate=20", backend="calm")
    run.until(phase="running", backend="calm")
    server = next(pid for name, pid in run.processes().items() if name in ("Xtigervnc", "Xvnc"))
    words = Path(f"/proc/{server}/cmdline").read_bytes().split(b"\0")
    assert words[words.index(b"-nolisten") :].count(b"-FrameRate") == 1
    assert words[-3:-1] == [b"-FrameRate", b"20"]
    screen = FramebufferClient(run.path / "rfb.sock")
    screen.until(lambda: screen.pixel(0, 0) != "000000", "it draws")
    screen.close()
    assert run.end() == 0


def test_the_example_is_as_short_as_it_is_said_to_be() -> None:
    (code,) = re.findall(r"^# calm_backend\.py\n(.*?)^```$", PAGE.read_text(), re.S | re.M)
    assert len([line for line in code.splitlines() if line.strip()]) <= 10

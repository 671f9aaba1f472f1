"""A desktop starts in what other logins leave: `su` the variables of the other user, ssh a connection that ends."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.runners import COMMAND, Runners
from support.unprivileged import NOBODY, become, python_of, python_path
from support.waiting import wait_until

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user, and runs sshd")

BECOME = become(NOBODY, NOBODY)


@pytest.fixture
def command(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """The command of another user, who owns the runtime directory and the home directory."""
    python = python_of(BECOME)
    for path in (runtime, Path.home()):
        os.chown(path, NOBODY, NOBODY)
    monkeypatch.setenv("PYTHONPATH", python_path())
    return (*BECOME, python, *COMMAND[1:])


@pytest.fixture
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of root's that is closed to others, like /root."""
    directory = tmp_path_factory.mktemp("root")
    assert directory.stat().st_mode & 0o077 == 0
    return directory


def test_xfce_runs_without_the_places_of_the_user_before(
    runners: Runners, command: tuple[str, ...], private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after `su` from a session with these variables."""
    places = {"TMPDIR": "tmp", "XDG_CONFIG_HOME": ".config", "ICEAUTHORITY": ".ICEauthority", "XDG_RUNTIME_DIR": "run"}
    for name, path in places.items():
        monkeypatch.setenv(name, str(private / path))
    run = runners.start(session=(), command=command)
    state = run.until(phase="running", session="xfce", step=None)
    assert [note.split()[0] for note in state["notes"]] == sorted(places)
    wait_until(lambda: {"xfce4-panel", "xfdesktop", "xfwm4"} <= run.processes().keys())
    environment = Path(f"/proc/{run.processes()['xfce4-panel']}/environ").read_bytes().split(b"\0")
    assert not [each for each in environment if os.fsencode(private) in each]
    assert run.end() == 0


def test_a_home_directory_of_the_user_before_is_named(
    runners: Runners, command: tuple[str, ...], private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after `su -m`."""
    monkeypatch.setenv("HOME", str(private))
    run = runners.start(session=(), command=command)
    assert run.wait() == 1
    error = run.state["error"]
    assert error["code"] == "no-home"
    assert error["message"] == f"HOME is {private}, which this user may not enter; a session needs a home directory."
    doctor = subprocess.run([*command, "doctor"], capture_output=True, text=True)
    assert (doctor.returncode, doctor.stderr) == (1, "")
    assert "which this user may not enter" in doctor.stdout
    run = runners.start(session=("sleep", "1000"), command=command, name="without-a-home")
    run.until(phase="running")
    assert run.end() == 0


@pytest.fixture
def ssh(tmp_path: Path, runtime: Path) -> Iterator[tuple[str, ...]]:
    """The start of a command that runs its rest through a real sshd, which speaks on a pipe."""
    sshd = shutil.which("sshd", path="/usr/sbin:/usr/bin")
    assert sshd is not None
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    for name in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    (tmp_path / "config").write_text(
        f"HostKey {tmp_path}/host\nAuthorizedKeysFile {tmp_path}/key.pub\nStrictModes no\nUsePAM no\n"
        f"PermitRootLogin yes\nPidFile none\nX11Forwarding yes\nSetEnv JUPYTER_VNC_RUNTIME_DIR={runtime}\n"
    )
    proxy = shlex.join([sshd, "-i", "-f", str(tmp_path / "config")])
    options = ["StrictHostKeyChecking=no", f"UserKnownHostsFile={tmp_path}/known", f"ProxyCommand={proxy}"]
    argv = ["ssh", "-F", "none", "-i", str(tmp_path / "key"), *(word for each in options for word in ("-o", each))]
    yield tuple(argv)
    subprocess.run([*COMMAND, "stop", "default"], check=True)


@pytest.mark.parametrize("terminal", ["-T", "-tt"])
def test_a_desktop_that_is_started_through_ssh_outlives_the_connection(ssh: tuple[str, ...], terminal: str) -> None:
    start = shlex.join([*COMMAND, "start", "default"])
    done = subprocess.run([*ssh, "-X", terminal, "root@host", start], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    listed = subprocess.run([*COMMAND, "list", "--json"], capture_output=True, text=True, check=True).stdout
    assert '"phase": "running"' in listed

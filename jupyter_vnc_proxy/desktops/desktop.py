"""One desktop's directory, seen from outside.

The directory is all that a desktop shares with the world, so that whoever can read it can list, watch, stop and
adopt the desktop:

    desktop.json   what it is, which phase it is in, why it failed
    rfb.sock       the socket that the browser's bytes go to (0600)
    Xauthority     the display's cookie (0600)
    log/           one file for each part
    activity       empty; its time is when a person last did something on the desktop
    runner.lock    locked by the runner for as long as it lives; holds its process id
    owners/        a file for each Jupyter server that looks after the desktop, locked by whoever acts for it
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import IO

from ..errors import Conflict, ErrorModel, InvalidOption, UnknownDesktop
from ..options import DesktopOptions
from ..system.cleanup import remove_dead_display, remove_dead_session_cookies
from ..system.process import count_connections, end_marked
from .logs import LOG_LINES, MAX_LOG_LINES, LogModel, tail
from .state import DesktopState, checked, save, utc_now

MARKER = "JUPYTER_VNC_DESKTOP"
"""Environment variable that every process of a desktop carries; its value is the desktop's directory."""

START_GRACE = 5.0
"""Seconds in which a runner that was just spawned need not hold its lock yet."""


class Desktop:
    """One desktop: its directory, and the runner in it if there is one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.state_file = path / "desktop.json"
        self.rfb_socket = path / "rfb.sock"
        self.xauthority = path / "Xauthority"
        self.log_directory = path / "log"
        self._spawned: subprocess.Popen[bytes] | None = None

    # -- what it is ---------------------------------------------------------------------------------------------

    def exists(self) -> bool:
        """Tell whether the directory is one of a desktop."""
        return self.state_file.exists()

    def state(self) -> DesktopState:
        """Read ``desktop.json`` and hold it against the runner's lock: the lock is the truth about life.

        Raise `UnknownDesktop` where there is none. A file that can't be read (a disk that was full, a machine
        that died) is no error: the desktop is ``stopped``, says so, and can be started again.
        """
        state = self.stored_state()
        if state.phase in ("starting", "running") and not self._runner_may_live():
            error: ErrorModel = {
                "code": "runner-died",
                "message": "The program that looks after this desktop was ended from outside.",
                "fix": None,
                "part": "runner",
                "log": self.log("runner", 20),
            }
            return replace(state, phase="failed", step=None, display=None, error=error, encoder=None, notes=[])
        return state

    def stored_state(self) -> DesktopState:
        """Read ``desktop.json`` as it is, whether or not the runner that wrote it lives."""
        try:
            data = json.loads(self.state_file.read_bytes())
            known = {entry.name for entry in fields(DesktopState)}
            state = DesktopState(**{key: value for key, value in data.items() if key in known})
            return checked(replace(state, name=self.name))
        except FileNotFoundError:
            raise UnknownDesktop(f"There is no desktop named {self.name!r}.") from None
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            error: ErrorModel = {
                "code": "state-damaged",
                "message": "The desktop's state file was damaged; start the desktop again.",
                "fix": None,
                "part": None,
                "log": [],
            }
            return DesktopState(name=self.name, phase="stopped", step=None, error=error)

    def write_state(self, state: DesktopState) -> None:
        """Replace ``desktop.json``."""
        save(state, self.state_file)

    def options(self) -> DesktopOptions | None:
        """Return the options of its own that it was made with, or ``None`` where it has none."""
        with contextlib.suppress(InvalidOption, UnknownDesktop):
            return DesktopOptions.from_json(self.stored_state().options)
        return None

    def runner_pid(self) -> int | None:
        """Return the process id of the runner, or ``None`` where none holds the lock."""
        try:
            with open(self.path / "runner.lock", "rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            with contextlib.suppress(OSError, ValueError):
                return int((self.path / "runner.lock").read_text())
        except OSError:
            pass
        return None

    def _runner_may_live(self) -> bool:
        if self._spawned is not None:
            return self._spawned.poll() is None or self.runner_pid() is not None
        if self.runner_pid() is not None:
            return True
        with contextlib.suppress(OSError):
            return time.time() - self.state_file.stat().st_mtime < START_GRACE
        return False

    def note_activity(self) -> None:
        """A person did something on the desktop. Whoever shows it shares this, hence a file."""
        with contextlib.suppress(OSError):
            (self.path / "activity").touch(mode=0o600)

    def last_activity(self) -> datetime | None:
        """Return when a person last did something, in UTC, or ``None`` where nobody ever did."""
        try:
            return datetime.fromtimestamp((self.path / "activity").stat().st_mtime, timezone.utc)
        except OSError:
            return None

    def viewers(self) -> int:
        """Return how many connections the desktop's socket has, whoever made them."""
        return count_connections(self.rfb_socket)

    def log_parts(self) -> list[str]:
        """Return the names of the parts that have a log."""
        return sorted(file.stem for file in self.log_directory.glob("*.log"))

    def log(self, part: str, lines: int) -> list[str]:
        """Return the last ``lines`` lines of a part's log; nothing where it has none."""
        if part not in self.log_parts():
            return []
        return tail(self.log_directory / f"{part}.log", lines)

    def log_model(self, part: str, lines: str) -> LogModel:
        """Return a part's log as JSON; ``part`` and ``lines`` come from a query and may be empty.

        Without a part it is that of the one that failed, else the session's. Raise `InvalidOption` for a part that
        has no log, or ``lines`` that are no number.
        """
        if lines and (not lines.isdecimal() or len(lines) > 9):
            raise InvalidOption("'lines' must be a whole number.", code="bad-field")
        count = min(int(lines or LOG_LINES), MAX_LOG_LINES)
        parts = self.log_parts()
        if not part:
            error = self.state().error
            failed = error["part"] if error else None
            part = failed if failed in parts else "session"
        elif part not in parts:
            raise InvalidOption(f"There is no log of {part!r}; there are: {', '.join(parts)}.", code="unknown-part")
        return {"name": self.name, "part": part, "parts": parts, "lines": self.log(part, count)}

    # -- what can be done to it -----------------------------------------------------------------------------------

    def start(self, options: DesktopOptions, orphan_timeout: float | None, remember: bool = False) -> None:
        """Spawn a runner in a process group of its own and return at once; `state` tells how it goes on.

        ``orphan_timeout``: seconds that the desktop lives on when no server looks after it, ``None``: until it is
        stopped; ``remember``: these are options of its own, which its next start is to have too.
        Raise `Conflict` where it runs already.
        """
        if self.runner_pid() is not None:
            raise Conflict(f"The desktop {self.name!r} is running already.", code="already-running")
        self.prepare()
        created = self.stored_state().created if self.exists() else utc_now()
        self.write_state(
            DesktopState(
                name=self.name,
                backend=options.backend,
                transport=options.transport,
                session=options.session,
                geometry=str(options.geometry),
                created=created,
                options=options.to_json() if remember else {},
            )
        )
        argv = [sys.executable, "-m", "jupyter_vnc_proxy", "run", f"--name={self.name}"]
        argv.append(f"--runtime-dir={self.path.parent}")
        argv.append("--keep" if orphan_timeout is None else f"--orphan-timeout={orphan_timeout:g}")
        runner_log = self.log_directory / "runner.log"
        runner_log.unlink(missing_ok=True)
        with open(runner_log, "ab") as log:
            self._spawned = subprocess.Popen(
                argv + options.argv(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def prepare(self) -> None:
        """Make the directory and what is in it, 0700; raise `InvalidOption` where that can't be done."""
        try:
            self.path.mkdir(mode=0o700, exist_ok=True)
            self.log_directory.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise InvalidOption(
                f"The directory {self.path} could not be made: {error.strerror}.",
                code="runtime-directory",
            ) from error

    def begin_logs(self) -> None:
        """Remove the logs of the parts: what an earlier run met would be taken for the cause of a later failure."""
        for file in self.log_directory.glob("*.log"):
            if file.stem != "runner":
                file.unlink()

    def signal_stop(self) -> None:
        """Ask the runner to end the desktop (SIGTERM). Does nothing where there is none."""
        pid = self.runner_pid()
        if pid is None and self._spawned is not None and self._spawned.poll() is None:
            pid = self._spawned.pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def let_live(self) -> None:
        """Forget the runner that we spawned: it goes on when we end, and is no child that was left by mistake."""
        if self._spawned is not None:
            self._spawned.returncode = 0

    def stopped(self) -> bool:
        """Tell whether no runner is left; reap it where it was our child."""
        if self._spawned is not None and self._spawned.poll() is None:
            return False
        return self.runner_pid() is None

    def sweep(self, error: ErrorModel | None = None) -> None:
        """Clear what a dead runner left behind: processes, sockets, cookie, locks; the state becomes ``stopped``.

        Must be called only where no runner lives.
        """
        end_marked(MARKER, str(self.path))
        state = self.stored_state()
        self.remove_traces(state.display)
        state = replace(state, phase="stopped", step=None, display=None, error=error, encoder=None, notes=[])
        self.write_state(state)

    def remove_traces(self, display: str | None) -> None:
        """Remove sockets and cookies, and what is left of ``display`` where its server is dead."""
        for file in [*self.path.glob("*.sock"), self.xauthority]:
            file.unlink(missing_ok=True)
        if display is not None:
            remove_dead_display(display)
        remove_dead_session_cookies()

    def remove(self) -> None:
        """Remove the directory of a desktop that was stopped."""
        shutil.rmtree(self.path, ignore_errors=True)

    @contextlib.contextmanager
    def locked(self, timeout: float = 1.0) -> Iterator[None]:
        """Hold the runner's lock (in the runner only); raise `Conflict` where another keeps it for ``timeout`` s."""
        descriptor = os.open(self.path / "runner.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            deadline = time.monotonic() + timeout
            while True:  # a reader's look at the lock may be in the way for a moment
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise Conflict(
                            f"The desktop {self.name!r} is running already.", code="already-running"
                        ) from None
                    time.sleep(0.01)
            os.ftruncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
            yield
        finally:
            os.close(descriptor)

    def own(self, server: int | None = None) -> IO[bytes]:
        """Look after the desktop: it is no orphan until the file that this returns is closed.

        ``server``: the process id of the Jupyter server that we act for, our own where it is ``None``.
        """
        owners = self.path / "owners"
        owners.mkdir(mode=0o700, exist_ok=True)
        file = open(owners / str(server or os.getpid()), "ab")  # noqa: SIM115 - the caller keeps it
        fcntl.flock(file, fcntl.LOCK_SH)
        return file

    def has_owner(self, besides: int | None = None) -> bool:
        """Tell whether any Jupyter server looks after the desktop, ``besides`` that of this process id."""
        return any(_is_locked(file) for file in self.path.glob("owners/*") if file.name != str(besides))


def _is_locked(file: Path) -> bool:
    try:
        with open(file, "rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False

"""One desktop's directory, seen from outside.

The directory is a desktop's only interface: any process that can read it can list, watch, stop and adopt the desktop.

    desktop.json   its properties, its phase, its error
    rfb.sock       the socket that clients connect to, through a bridge (0600)
    Xauthority     the display's cookie (0600)
    log/           one file for each process
    secrets.json   what logs are shown without (0600), if the backend has secret options
    activity       empty; its time is that of the last input
    runner.lock    locked by the runner while it lives; contains its process id
    owners/        a file for each Jupyter server that owns the desktop, locked while that server lives
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import IO

from ..backends import Paths
from ..errors import Conflict, ErrorModel, InvalidOption, UnknownDesktop
from ..options import DesktopOptions
from ..system.cleanup import remove_dead_display, remove_dead_session_cookies
from ..system.files.removal import remove_tree
from ..system.own_python import own_python
from ..system.pipes import pipe_with
from ..system.process_groups import end_marked
from ..system.unix_sockets import count_connections
from . import locks
from .logs import LOG_LINES, MAX_LOG_LINES, LogModel, tail
from .runtime import check_desktop_directory
from .secret_values import hide_secrets, keep_secrets
from .state import DesktopState, load, save, utc_now
from .stop_reason import RUNNER_LOG_LINES, runner_died

MARKER = "JUPYTER_VNC_DESKTOP"
"""Environment variable of every process of a desktop; its value is the desktop's directory."""

START_GRACE = 5.0
"""Seconds that a new runner may take to lock its lock."""


class Desktop:
    """One desktop: its directory, and its runner if one lives."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.state_file = path / "desktop.json"
        self.rfb_socket = path / "rfb.sock"
        self.xauthority = path / "Xauthority"
        self.log_directory = path / "log"
        self._spawned: subprocess.Popen[bytes] | None = None

    @property
    def paths(self) -> Paths:
        """The files that its backend may name."""
        return Paths(self.path, self.rfb_socket, self.xauthority)

    # -- state and logs -----------------------------------------------------------------------------------------

    def exists(self) -> bool:
        """Return whether the directory is a desktop's."""
        return self.state_file.exists()

    def state(self) -> DesktopState:
        """Return the state in ``desktop.json``, or ``failed`` if the file says alive and the runner's lock is free.

        Raise `UnknownDesktop` if there is none.
        """
        state = self.stored_state()
        if state.is_alive and not self._runner_may_live():
            return state.ended("failed", runner_died(self.log("runner", RUNNER_LOG_LINES)))
        return state

    def stored_state(self) -> DesktopState:
        """Return the state in ``desktop.json``, whether or not the runner that wrote it lives."""
        return load(self.state_file, self.name)

    def write_state(self, state: DesktopState) -> None:
        """Replace ``desktop.json``."""
        save(state, self.state_file)

    def options(self) -> DesktopOptions | None:
        """Return the options that it was created with, or ``None`` if it has the defaults."""
        with contextlib.suppress(InvalidOption, UnknownDesktop):
            return DesktopOptions.from_json(self.stored_state().options)
        return None

    def runner_pid(self) -> int | None:
        """Return the process id of the runner, or ``None`` if none holds the lock."""
        return locks.runner_pid(self.path)

    def _runner_may_live(self) -> bool:
        if self._spawned is not None:
            return self._spawned.poll() is None or self.runner_pid() is not None
        if self.runner_pid() is not None:
            return True
        with contextlib.suppress(OSError):
            return time.time() - self.state_file.stat().st_mtime < START_GRACE
        return False

    def note_activity(self) -> None:
        """Store the current time as that of the last input, in a file, for every server that shows the desktop."""
        with contextlib.suppress(OSError):
            (self.path / "activity").touch(mode=0o600)

    def last_activity(self) -> datetime | None:
        """Return the time of the last input in UTC, or ``None`` before the first."""
        try:
            return datetime.fromtimestamp((self.path / "activity").stat().st_mtime, timezone.utc)
        except OSError:
            return None

    def viewers(self) -> int:
        """Return how many connections the desktop's socket has, from any process."""
        return count_connections(self.rfb_socket)

    def log_parts(self) -> list[str]:
        """Return the names of the processes that have a log."""
        return sorted(file.stem for file in self.log_directory.glob("*.log"))

    def log(self, part: str, lines: int) -> list[str]:
        """Return the last ``lines`` lines of a process's log; nothing if it has none."""
        if part not in self.log_parts():
            return []
        return [hide_secrets(self.path, line) for line in tail(self.log_directory / f"{part}.log", lines)]

    def log_model(self, part: str, lines: str) -> LogModel:
        """Return a process's log as JSON; ``part`` (its name) and ``lines`` come from a query and may be empty.

        The default is the log of the process that failed, else the session's. Raise `InvalidOption` for a process
        without a log, or ``lines`` that is not a number.
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

    # -- start and stop -----------------------------------------------------------------------------------------------

    def start(self, options: DesktopOptions, orphan_timeout: float | None, remember: bool = False) -> None:
        """Spawn a runner in its own process group and return at once; `state` shows its progress.

        ``orphan_timeout``: seconds that the desktop keeps running without an owner, ``None`` for no limit;
        ``remember``: store the options for the next start. Raise `Conflict` if it runs already.
        """
        if self.runner_pid() is not None:
            raise self._running_already()
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
        argv = [*own_python("jupyter_vnc_proxy"), "run", f"--name={self.name}"]
        argv.append(f"--runtime-dir={self.path.parent.absolute()}")
        argv.append("--keep" if orphan_timeout is None else f"--orphan-timeout={orphan_timeout:g}")
        runner_log = self.log_directory / "runner.log"
        runner_log.unlink(missing_ok=True)
        with open(runner_log, "ab") as log, pipe_with(options.to_text().encode()) as given:
            self._spawned = subprocess.Popen(
                [*argv, "--options-from-stdin"],
                stdin=given,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/",
            )

    def prepare(self) -> None:
        """Create the directory and its log directory (0700); raise `InvalidOption` on failure.

        Raise `Conflict` if others can read or write the directory.
        """
        try:
            self.path.mkdir(mode=0o700, exist_ok=True)
            check_desktop_directory(self.path)
            self.log_directory.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise InvalidOption(
                f"The directory {self.path} could not be created: {error.strerror}.",
                code="runtime-directory",
            ) from error

    def begin_logs(self, secrets: Sequence[str] = ()) -> None:
        """Remove the processes' logs: a message of an earlier run would be taken for the cause of a later failure.

        ``secrets`` are hidden when a log is shown.
        """
        keep_secrets(self.path, secrets)
        for file in self.log_directory.glob("*.log"):
            if file.stem != "runner":
                file.unlink()

    def signal_stop(self) -> None:
        """Ask the runner to end the desktop (SIGTERM); do nothing if there is none."""
        pid = self.runner_pid()
        if pid is None and self._spawned is not None and self._spawned.poll() is None:
            pid = self._spawned.pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def let_live(self) -> None:
        """Leave the runner that we spawned running when we end, without the warning about an unfinished process."""
        if self._spawned is not None:
            self._spawned.returncode = 0

    def stopped(self) -> bool:
        """Return whether no runner is left; reap it if we spawned it."""
        if self._spawned is not None and self._spawned.poll() is None:
            return False
        return self.runner_pid() is None

    def sweep(self, error: ErrorModel | None = None) -> None:
        """Remove what a dead runner left: processes, sockets, cookie, locks; the state becomes ``stopped``.

        Call this only if no runner lives.
        """
        end_marked(MARKER, str(self.path))
        state = self.stored_state()
        self.remove_traces(state.display)
        self.write_state(state.ended("stopped", error))

    def remove_traces(self, display: str | None) -> None:
        """Remove sockets and cookies, and the socket and lock of ``display`` if its server is dead."""
        for file in [*self.path.glob("*.sock"), self.xauthority]:
            file.unlink(missing_ok=True)
        if display is not None:
            remove_dead_display(display)
        remove_dead_session_cookies()

    def remove(self) -> None:
        """Remove the directory of a stopped desktop; raise `Conflict` if something stays, such as a mount in it.

        Then its state stays too, and it can be removed later. Blocks.
        """
        remove_tree(self.path, last=[self.state_file.name])

    @contextlib.contextmanager
    def locked(self, timeout: float = 1.0) -> Iterator[None]:
        """Hold the runner's lock (in the runner only); raise `Conflict` if another keeps it for ``timeout`` s."""
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(locks.hold_runner_lock(self.path, timeout))
            except BlockingIOError:
                raise self._running_already() from None
            yield

    def _running_already(self) -> Conflict:
        return Conflict(f"The desktop {self.name!r} is running already.", code="already-running")

    def own(self, server: int | None = None) -> IO[bytes]:
        """Own the desktop until the returned file is closed: a desktop without an owner is an orphan.

        ``server``: the process id of the Jupyter server that we act for; ``None`` for our own.
        """
        return locks.own(self.path, server or os.getpid())

    def has_owner(self, besides: int | None = None) -> bool:
        """Return whether any Jupyter server owns the desktop, not counting that of this process id."""
        return locks.has_owner(self.path, besides)

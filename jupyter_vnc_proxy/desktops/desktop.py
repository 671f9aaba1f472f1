"""One desktop's directory, seen from outside.

The directory is a desktop's only interface: any process that can read it can list, watch, stop and adopt the desktop.

    desktop.json   its properties, its phase, its error
    rfb.sock       the socket that clients connect to, through a bridge (0600)
    Xauthority     the display's cookie (0600)
    log/           one file for each process
    secrets.json   what logs are shown without (0600), if the backend has secret options
    activity       empty; its time is that of the last input
    runner.lock    locked by the runner while it lives; contains its process's identity
    owners/        a file for each Jupyter server that owns the desktop, named by its process's identity, and locked
                   while that server lives
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import IO

from ..backends import Paths
from ..errors import AlreadyRunning, Conflict, ErrorModel, InvalidOption, UnknownDesktop
from ..options import DesktopOptions
from ..system.cleanup import remove_dead_display, remove_dead_session_cookies
from ..system.files.removal import remove_tree
from ..system.own_python import own_python
from ..system.pipes import pipe_with
from ..system.process_groups import descendants, end_marked
from ..system.process_identity import ProcessIdentity
from ..system.unix_sockets import count_connections
from . import locks, logs
from .locks import Holder
from .logs import LogModel
from .markers import MARKER, is_runner, runner_environment
from .runtime import check_desktop_directory
from .state import DesktopState, load, running_elsewhere, save, state_elsewhere
from .stop_reason import RUNNER_LOG_LINES, runner_died


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
        self._spawned_process: ProcessIdentity | None = None

    @property
    def paths(self) -> Paths:
        """The files that its backend may name."""
        return Paths(self.path, self.rfb_socket, self.xauthority)

    # -- state and logs -----------------------------------------------------------------------------------------

    def exists(self) -> bool:
        """Return whether the directory is a desktop's."""
        return self.state_file.exists()

    def state(self) -> DesktopState:
        """Return the state in ``desktop.json``, unless the runner's lock contradicts it.

        It is ``failed`` if the file says alive and the lock is free, and ``running-elsewhere`` if a process of another
        machine or container has the lock. Raise `UnknownDesktop` if there is none.
        """
        holder = self.holder()
        state = self.stored_state()  # after the look at the lock, since a runner writes its last state before its end
        if holder is not None:
            return state if holder.is_here else state_elsewhere(state)
        if state.is_alive and self.holder() is None:
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

    def holder(self) -> Holder | None:
        """Return who holds the runner's lock, or ``None`` if the desktop has no runner."""
        return locks.runner(self.path)

    def runner_pid(self) -> int | None:
        """Return the process id of the runner, or ``None`` if there is none here."""
        holder = self.holder()
        return holder.process.pid if holder is not None and holder.is_here and holder.process is not None else None

    def check_here(self) -> None:
        """Raise `Conflict` if the desktop runs on another machine or in another container."""
        holder = self.holder()
        if holder is not None and not holder.is_here:
            raise running_elsewhere(self.name)

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
        return logs.parts(self.log_directory)

    def log(self, part: str, lines: int) -> list[str]:
        """Return the last ``lines`` lines of a process's log; nothing if it has none."""
        return logs.log(self.log_directory, part, lines)

    def log_model(self, part: str, lines: str) -> LogModel:
        """Return a process's log as JSON; ``part`` (its name) and ``lines`` come from a query and may be empty.

        The default is the log of the process that failed, else the session's. Raise `InvalidOption` for a process
        without a log, or ``lines`` that is not a number.
        """
        count = logs.line_count(lines)
        error = self.state().error
        return logs.log_model(self.name, self.log_directory, part, count, error["part"] if error else None)

    # -- start and stop -----------------------------------------------------------------------------------------------

    def start(self, options: DesktopOptions, orphan_timeout: float | None, remember: bool = False) -> None:
        """Spawn a runner in its own process group and return at once; `state` shows its progress.

        The runner inherits its lock, so the desktop has a runner from now on until that process ends.
        ``orphan_timeout``: seconds that the desktop keeps running without an owner, ``None`` for no limit;
        ``remember``: store the options for the next start. Raise `Conflict` if it runs already.
        """
        if self.holder() is not None:
            raise self._not_free()
        self.prepare()
        try:
            lock = locks.take_runner_lock(self.path, locks.LOCK_TIMEOUT)
        except BlockingIOError:
            raise self._not_free() from None
        try:
            self._spawn(lock, options, orphan_timeout, remember)
        finally:
            os.close(lock)

    def _spawn(self, lock: int, options: DesktopOptions, orphan_timeout: float | None, remember: bool) -> None:
        previous = self.stored_state() if self.exists() else DesktopState(self.name)
        self.write_state(
            DesktopState(
                name=self.name,
                backend=options.backend,
                transport=options.transport,
                session=options.session,
                geometry=str(options.geometry),
                display=previous.display,  # of a runner that was killed; the new one removes what it left
                created=previous.created,
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
                env=runner_environment(lock),
                pass_fds=[lock],
            )
        with contextlib.suppress(OSError):  # it may have ended; on a full disk, it says so itself
            self._spawned_process = ProcessIdentity.child(self._spawned.pid)
            locks.name_runner(lock, self._spawned_process)

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

    def signal_stop(self) -> bool:
        """Ask the runner to end the desktop (SIGTERM); return whether there is one here to ask."""
        process = self._runner()
        return process is not None and process.signal(signal.SIGTERM)

    def kill_runner(self) -> None:
        """Kill the runner and what descends from it; `sweep` then removes what they leave."""
        process = self._runner()
        if process is not None and process.has_number():
            for each in [process, *descendants(process.pid, spare=is_runner)]:
                each.signal(signal.SIGKILL)

    def _runner(self) -> ProcessIdentity | None:
        holder = self.holder()
        if holder is None or (holder.is_here and holder.process is None):
            return self._spawned_process
        return holder.process

    def let_live(self) -> None:
        """Leave the runner that we spawned running when we end, without the warning about an unfinished process."""
        if self._spawned is not None:
            self._spawned.returncode = 0

    def stopped(self) -> bool:
        """Return whether no runner is left here; reap it if we spawned it."""
        if self._spawned is not None and self._spawned.poll() is None:
            return False
        holder = self.holder()
        return holder is None or not holder.is_here

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
                raise self._not_free() from None
            yield

    def _not_free(self) -> Conflict:
        holder = self.holder()
        if holder is not None and not holder.is_here:
            return running_elsewhere(self.name)
        return AlreadyRunning(f"The desktop {self.name!r} is running already.")

    def own(self, server: ProcessIdentity | None = None) -> IO[bytes]:
        """Own the desktop until the returned file is closed: a desktop without an owner is an orphan.

        ``server``: the Jupyter server that we act for; ``None`` for our own process.
        """
        return locks.own(self.path, server or ProcessIdentity.own())

    def has_owner(self, besides: ProcessIdentity | None = None) -> bool:
        """Return whether any Jupyter server owns the desktop, not counting ``besides``."""
        return locks.has_owner(self.path, besides)

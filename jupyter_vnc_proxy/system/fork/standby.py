"""A child of ours that stands by to become one of our programs.

A new Python takes 0.1 s of CPU time to load what ours have loaded already, and memory for it once more. A child that is
forked shares it. That is safe only while we have one thread, no event loop and no connections, so the child is forked
before there are any, and becomes its program when that is needed; it may load the program's own modules meanwhile. Once
only: a program that is started again, after a crash for one, is a new Python.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import logging
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, NoReturn

from ..inheritance.variables import LIBRARY_PATH, PRELOADS
from ..own_python import own_python
from ..pipes import pipe_with
from .forked_process import ForkedProcess
from .shown import can_show, has_room_for, move_environment, own_arguments, show

PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>."""

STANDARD_ERROR = 2

MAX_DESCRIPTORS_SENT = 8

Main = Callable[[Sequence[str]], int]
"""A program: takes its arguments, without its name, and returns its exit status."""


class Standby:
    """The child, for a program that `own_python` names. Close it if it isn't needed any more."""

    def __init__(self, program: tuple[str, ...], pid: int, control: socket.socket) -> None:
        self.pid = pid
        self._program = program
        self._control = control

    @classmethod
    def fork(cls, module: str, load: Callable[[], object], main: Main) -> Standby | None:
        """Fork a child for the program ``module``; return ``None`` if that isn't safe here, or not possible.

        In the child, call ``load()``, and ``main`` if it becomes the program; then raise ``SystemExit``.
        """
        program = own_python(module)
        if not _may_fork(program):
            return None
        parent = os.getpid()
        ours, theirs = socket.socketpair()
        sys.stdout.flush()
        sys.stderr.flush()
        gc.freeze()  # a collection writes to all objects, which then are no longer shared
        try:
            pid = os.fork()
        except OSError:
            ours.close()
            theirs.close()
            return None
        if pid == 0:
            ours.close()
            _stand_by(theirs, parent, program, load, main)
        theirs.close()
        return cls(program, pid, ours)

    def close(self) -> None:
        """Let the child end if it has not become its program."""
        self._control.close()

    def become(
        self,
        argv: Sequence[str],
        placeholders: Mapping[str, int],
        env: Mapping[str, str],
        log: IO[bytes],
        umask: int,
        directory: Path | None,
    ) -> ForkedProcess | None:
        """Have the child become the program ``argv``; return ``None`` if it can't, or has ended.

        The first variable of ``env`` is shown by /proc for certain, the others as far as there is room.
        ``placeholders``: words of ``argv`` that the numbers of these descriptors of ours, in the child, replace.
        Its standard input is a pipe; its output goes to ``log``. A ``umask`` of -1 keeps ours.
        """
        is_other = tuple(argv[: len(self._program)]) != self._program
        if is_other or not has_room_for(_entries(env)[:1]) or _loader_variables(env) != _loader_variables(os.environ):
            return None
        pipes = {word: number for word, number in placeholders.items() if word in argv}
        request = {"argv": argv[len(self._program) :], "env": dict(env), "umask": umask}
        request |= {"directory": directory and os.fspath(directory), "pipes": list(pipes)}
        reader, writer = os.pipe()
        try:
            with pipe_with(json.dumps(request).encode()) as text:
                socket.send_fds(self._control, [b"\0"], [text, reader, log.fileno(), *pipes.values()])
        except OSError:  # it has ended
            os.close(writer)
            return None
        finally:
            os.close(reader)
            self.close()
        return ForkedProcess(self.pid, open(writer, "wb", buffering=0))


def _may_fork(program: tuple[str, ...]) -> bool:
    """Return whether we have one thread, were started as the program would be, and can show it as such."""
    try:
        alike = tuple(own_arguments()[: len(program) - 1]) == program[:-1]
        return alike and len(os.listdir("/proc/self/task")) == 1 and can_show()
    except OSError:
        return False


def _loader_variables(env: Mapping[str, str]) -> list[str | None]:
    """Return the variables that decide which libraries a program loads; ours were read when we were executed."""
    return [env.get(name) for name in (LIBRARY_PATH, *PRELOADS)]


# -- in the child -----------------------------------------------------------------------------------------------------


def _stand_by(
    control: socket.socket, parent: int, program: tuple[str, ...], load: Callable[[], object], main: Main
) -> NoReturn:
    try:
        _detach(parent, control.fileno())
        move_environment()
        show(program, ())
        gc.disable()  # what is loaded stays
        load()
        gc.freeze()
        gc.enable()
        arguments = _take_request(control, program)
    except BaseException:  # if it was while loading, the parent starts a new Python
        traceback.print_exc()
        os._exit(1)
    sys.argv = [program[-1], *arguments]
    sys.exit(main(arguments))


def _detach(parent: int, control: int) -> None:
    """Leave the parent's session and descriptors, its lock among them; end when it ends."""
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    # As in a program that is executed: a runner takes these, even if who started it let them be ignored (nohup(1)).
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for number in map(int, os.listdir("/proc/self/fd")):
        if number > STANDARD_ERROR and number != control:
            with contextlib.suppress(OSError):
                os.close(number)


def _take_request(control: socket.socket, program: tuple[str, ...]) -> list[str]:
    """Wait until we are to become the program; return its arguments. End if the parent doesn't need us."""
    byte, descriptors, _, _ = socket.recv_fds(control, 1, MAX_DESCRIPTORS_SENT)
    control.close()
    if not byte:
        os._exit(0)
    text, standard_input, log, *pipes = descriptors
    with open(text, "rb") as file:
        request = json.load(file)
    for number, standard in ((standard_input, 0), (log, 1), (log, 2)):
        os.dup2(number, standard)
    os.close(standard_input)
    os.close(log)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - the old one has its own idea of what was read
    logging.getLogger().handlers.clear()
    if request["umask"] >= 0:
        os.umask(request["umask"])
    if request["directory"] is not None:
        with contextlib.suppress(OSError):
            os.chdir(request["directory"])
    os.environ.clear()
    os.environ.update(request["env"])
    numbers = dict(zip(request["pipes"], map(str, pipes), strict=True))
    arguments = [numbers.get(word, word) for word in request["argv"]]
    show([*program, *arguments], _entries(request["env"]))
    return arguments


def _entries(env: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in env.items()]

"""Write an nginx configuration that serves a running desktop without Jupyter, for debugging.

There is no password: anyone who can connect to the address controls the desktop. If the desktop's socket speaks plain
RFB, nginx also needs websockify. --run runs both in the foreground; otherwise the commands are printed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import json
import os
import pwd
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import Conflict, InvalidOption, MissingProgram, StartFailed
from ..system.own_python import own_python
from . import add_json, add_runtime_directory

DIRECTORY = "nginx"
SOCKET = "ws"
"""The unix socket on which websockify listens. ``nginx/ws`` is not longer than ``rfb.sock``, so its path is short
enough. A desktop that ends removes ``*.sock``, but not this one."""

START_TIMEOUT_SECONDS = 10.0
STOP_TIMEOUT_SECONDS = 2.0
POLL_SECONDS = 0.02
LOG_LINES = 20


@dataclass(frozen=True)
class NginxSetup:
    """The directory and file of the configuration, the page's URL, and the commands to run, each an argv."""

    private: Path
    file: Path
    url: str
    nginx: tuple[str, ...]
    websockify: tuple[str, ...] | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--listen", default="127.0.0.1:8888", metavar="ADDRESS", help="the address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--desktop", default="default", metavar="NAME", help="the desktop's name (default: %(default)s)"
    )
    parser.add_argument(
        "--output",
        default="",
        metavar="FILE",
        help="the file to write (default: nginx/nginx.conf in the desktop's directory)",
    )
    parser.add_argument("--run", action="store_true", help="run nginx in the foreground until Ctrl-C")
    parser.add_argument(
        "--allow-others", action="store_true", help="allow an address that other machines can connect to"
    )
    add_runtime_directory(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the configuration; then run nginx, or print how to run it."""
    setup = prepare(arguments)
    print(f"There is no password: anyone who can connect to {arguments.listen} controls the desktop.", file=sys.stderr)
    if arguments.run:
        with _exclusive(setup.private):
            asyncio.run(_run(setup))
        return 0
    commands = [argv for argv in (setup.websockify, setup.nginx) if argv]
    if arguments.json:
        print(json.dumps({"file": str(setup.file), "commands": commands, "url": setup.url}))
        return 0
    print(setup.file)
    print(f"Run this, then open {setup.url}", file=sys.stderr)
    for argv in commands:
        print(f"  {shlex.join(argv)}", file=sys.stderr)
    if setup.websockify:
        print("(The desktop's socket speaks plain RFB, so nginx connects to websockify.)", file=sys.stderr)
    return 0


def prepare(arguments: argparse.Namespace) -> NginxSetup:
    """Write the configuration for the desktop; raise `VncError` if it does not run or the page is not built."""
    from ..desktops.desktop import Desktop
    from ..desktops.model import desktop_model
    from ..desktops.runtime import desktop_path, runtime_directory
    from ..desktops.state import in_words
    from ..proxy.nginx import Address, Site, render_configuration
    from ..proxy.page_handler import PAGE

    listen = Address.parse(arguments.listen)
    if not (listen.is_loopback or arguments.allow_others):
        raise InvalidOption(
            f"Other machines can connect to {listen}, and there is no password.",
            code="open-to-all",
            fix=f"--listen 127.0.0.1:{listen.port}, or --allow-others to let anyone control the desktop",
        )
    desktop = Desktop(desktop_path(runtime_directory(arguments.runtime_dir), arguments.desktop))
    state = desktop.state()
    if not state.is_usable:
        raise Conflict(f"The desktop {desktop.name!r} is {in_words(state.phase)}.", code="not-running")
    if not (PAGE / "index.html").exists():
        raise StartFailed("The page is not built.", code="page-missing", fix="npm run build:page")
    private = desktop.path / DIRECTORY
    private.mkdir(mode=0o700, exist_ok=True)
    socket = desktop.rfb_socket if state.speaks == "websocket" else private / SOCKET
    # Only root may set the user, and other users could not read the files of root's desktop.
    user = pwd.getpwuid(0).pw_name if os.geteuid() == 0 else None
    site = Site(listen, PAGE, socket, private, desktop_model(desktop, state, clients=0, cull_idle_timeout=0), user)
    file = Path(arguments.output).absolute() if arguments.output else private / "nginx.conf"
    text = render_configuration(site)
    try:
        file.write_text(text)
    except OSError as error:
        raise InvalidOption(f"{file} could not be written: {error.strerror}.", code="bad-path") from error
    # Without -e, nginx first opens the system's log, which only root may write.
    nginx = ("nginx", "-e", str(private / "error.log"), "-p", str(private), "-c", str(file))
    bridge: tuple[str, ...] = (*own_python("websockify"), "--heartbeat=25", "--unix-listen", str(socket))
    bridge += ("--unix-listen-mode", "0600", "--unix-target", str(desktop.rfb_socket))
    return NginxSetup(private, file, listen.url(desktop.name), nginx, None if state.speaks == "websocket" else bridge)


@contextlib.contextmanager
def _exclusive(private: Path) -> Iterator[None]:
    """Hold a lock on the directory; raise `Conflict` if another nginx uses it."""
    with open(private / "lock", "ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("nginx already serves this desktop.", code="already-running") from None
        yield


async def _run(setup: NginxSetup) -> None:
    """Run nginx, and websockify if needed, until a signal arrives; raise `StartFailed` if one of them ends."""
    from ..backends.base import Program
    from ..system.environment import program_environment
    from ..system.process import Listens, Process, ProcessFailed
    from ..system.process_groups import adopt_orphans

    adopt_orphans()  # the workers of an nginx that is killed
    nginx = Program(("nginx",), "the web server", {"apt": "nginx-light"})
    program = nginx.find()
    if program is None:
        raise MissingProgram("nginx is not installed.", fix=nginx.install_command(), part="nginx")
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    (setup.private / SOCKET).unlink(missing_ok=True)
    children = []
    if setup.websockify:
        environment = program_environment(setup.websockify[0], os.environ)
        children.append(Process("websockify", setup.websockify, environment, setup.private / "websockify.log"))
        children[0].ready = Listens(setup.private / SOCKET)
    environment = program_environment(program, os.environ)
    children.append(Process("nginx", (program, *setup.nginx[1:]), environment, setup.private / "nginx.log"))
    pid = setup.private / "pid"
    for file in (pid, *(child.log for child in children)):
        file.unlink(missing_ok=True)
    waiting: list[asyncio.Future[object]] = [asyncio.ensure_future(ended.wait())]
    try:
        for child in children:
            try:
                await child.start(START_TIMEOUT_SECONDS)
            except ProcessFailed as failure:
                raise _failed(child.name, failure.reason, child.log) from failure
            waiting.append(asyncio.ensure_future(child.wait()))
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        # nginx writes its process id once it listens.
        while not (pid.exists() or any(task.done() for task in waiting)) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)
        if pid.exists():
            print(setup.url, flush=True)
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for child in children:
            if not (ended.is_set() or child.running):
                raise _failed(child.name, "ended", child.log)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await asyncio.gather(*(child.stop(STOP_TIMEOUT_SECONDS) for child in children))
        (setup.private / SOCKET).unlink(missing_ok=True)


def _failed(name: str, reason: str, log: Path) -> StartFailed:
    from ..desktops.logs import tail

    lines = tail(log, LOG_LINES)
    causes = [line for line in lines if "[emerg]" in line] or lines[-1:]  # nginx may log more lines after the cause
    words = f": {causes[0]}" if causes else "."
    return StartFailed(f"{name} {reason}{words}", code=f"{name}-failed", part=name, log=lines)

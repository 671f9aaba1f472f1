"""``python -m jupyter_vnc_proxy.stream``: serve one display to VNC clients on a unix socket."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..options import Geometry
from ..plain_asyncio import asyncio

if TYPE_CHECKING:
    from .display_source import DisplaySource

BLAS_THREADS = "OPENBLAS_NUM_THREADS"
"""Environment variable with the number of threads of OpenBLAS, which numpy's wheels contain."""


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until a signal; return the exit status: 0 stopped, 1 no display, 2 bad arguments."""
    parser = argparse.ArgumentParser(prog="python -m jupyter_vnc_proxy.stream", description=__doc__)
    parser.add_argument("--display", default=os.environ.get("DISPLAY"), metavar=":N")
    parser.add_argument("--display-from-stdin", action="store_true", help="read its name from a line there")
    parser.add_argument("--xauthority", type=Path, default=os.environ.get("XAUTHORITY"), metavar="FILE")
    parser.add_argument("--wayland", action="store_true", help="serve a compositor of our own, with Weston in it")
    parser.add_argument("--geometry", type=Geometry.parse, default=Geometry(1280, 720), help="Wayland's first size")
    parser.add_argument(
        "--displayfd", type=int, metavar="FD", help="report the X display's number there, once it listens"
    )
    parser.add_argument("--unix-socket", type=Path, required=True, metavar="PATH")
    parser.add_argument("--clipboard-socket", type=Path, metavar="PATH", help="share pictures and HTML there")
    parser.add_argument("--desktop", default="Desktop", metavar="NAME", help="shown to people (default: %(default)s)")
    parser.add_argument("--primary", action="store_true", help="share the PRIMARY selection too")
    parser.add_argument("--status-fd", type=int, metavar="N", help="report the encoder there, in lines of JSON")
    arguments = parser.parse_args(argv)
    _load_numpy()
    if arguments.display_from_stdin:
        load()  # while the display starts
        arguments.display = sys.stdin.readline().strip()
    if not arguments.wayland and not (arguments.display and arguments.xauthority):
        parser.error("a display and its Xauthority file are needed")
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    return asyncio.run(_serve(arguments))


def _load_numpy() -> None:
    """Import numpy without threads for linear algebra, whose start takes 40 ms of CPU time; it is not used."""
    before = os.environ.get(BLAS_THREADS)
    os.environ[BLAS_THREADS] = "1"
    with contextlib.suppress(ImportError):  # which is reported later
        import numpy

        del numpy
    del os.environ[BLAS_THREADS]
    if before is not None:  # for the programs of a session
        os.environ[BLAS_THREADS] = before


def load() -> None:
    """Import what serves an X display; whatever can't be imported is reported later."""
    _load_numpy()
    with contextlib.suppress(ImportError, OSError):
        from . import server
        from .x11 import source

        del server, source


def _source(arguments: argparse.Namespace) -> DisplaySource:
    if arguments.wayland:
        from .wayland.source import WaylandSource

        return WaylandSource(arguments.unix_socket.parent, arguments.geometry, arguments.xauthority)
    from .x11.source import XSource

    # The engine finds its display in the environment.
    os.environ.update(DISPLAY=arguments.display, XAUTHORITY=os.fspath(arguments.xauthority))
    return XSource(arguments.display, arguments.xauthority)


async def _serve(arguments: argparse.Namespace) -> int:
    from .server import StreamServer
    from .status import Status

    what = "Wayland" if arguments.wayland else f"The display {arguments.display}"
    try:
        source = _source(arguments)
    except (ImportError, OSError) as error:
        print(f"{what} can't be served: {error}", file=sys.stderr)
        return 1
    status = Status(arguments.status_fd)
    server = StreamServer(source, arguments.desktop, arguments.primary, status, arguments.clipboard_socket)

    def ready() -> None:
        if arguments.displayfd is not None:
            os.write(arguments.displayfd, f"{source.display.removeprefix(':')}\n".encode())
            os.close(arguments.displayfd)

    task = asyncio.ensure_future(server.serve(arguments.unix_socket, ready))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await task
    except OSError as error:
        print(f"{what} can't be served: {error}", file=sys.stderr)
        return 1
    return 1 if server.failed else 0


if __name__ == "__main__":
    sys.exit(main())

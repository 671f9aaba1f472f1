"""``python -m jupyter_vnc_proxy.stream``: serve one display to viewers on a unix socket."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path


def main() -> int:
    """Serve until a signal comes; return the exit status: 0 ended, 1 no display, 2 bad input."""
    parser = argparse.ArgumentParser(prog="python -m jupyter_vnc_proxy.stream", description=__doc__)
    parser.add_argument("--display", default=os.environ.get("DISPLAY"), metavar=":N")
    parser.add_argument("--xauthority", type=Path, default=os.environ.get("XAUTHORITY"), metavar="FILE")
    parser.add_argument("--unix-socket", type=Path, required=True, metavar="PATH")
    parser.add_argument("--desktop", default="Desktop", metavar="NAME", help="shown to people (default: %(default)s)")
    parser.add_argument("--primary", action="store_true", help="share what is marked as well as what is copied")
    parser.add_argument(
        "--status-fd", type=int, metavar="N", help="tell there, in lines of JSON, what encodes (Status)"
    )
    arguments = parser.parse_args()
    if not arguments.display or not arguments.xauthority:
        parser.error("a display and its Xauthority file are needed")
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    # The engine finds its display in the environment.
    os.environ.update(DISPLAY=arguments.display, XAUTHORITY=os.fspath(arguments.xauthority))
    return asyncio.run(_serve(arguments))


async def _serve(arguments: argparse.Namespace) -> int:
    import xcffib

    from .server import StreamServer
    from .status import Status

    status = Status(arguments.status_fd)
    try:
        server = StreamServer(arguments.display, arguments.xauthority, arguments.desktop, arguments.primary, status)
    except (xcffib.ConnectionException, OSError) as error:
        print(f"The display {arguments.display} can't be served: {error}", file=sys.stderr)
        return 1
    task = asyncio.ensure_future(server.serve(arguments.unix_socket))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return 0


if __name__ == "__main__":
    sys.exit(main())

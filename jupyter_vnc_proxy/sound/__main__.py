"""``python -m jupyter_vnc_proxy.sound``: encode a desktop's sound for those who connect to an inherited socket.

It ends when the last of them has left. The sound server is the one of the environment (PULSE_SERVER).
"""

from __future__ import annotations

import argparse
import logging
import socket
import sys
from collections.abc import Sequence

from ..plain_asyncio import asyncio
from .capture import Capture, Speaker
from .encoder import Encoder


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until the last listener has left; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m jupyter_vnc_proxy.sound", description=__doc__)
    parser.add_argument("--socket-fd", type=int, required=True, metavar="N", help="a unix socket that listens")
    arguments = parser.parse_args(argv)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    asyncio.run(_serve(arguments.socket_fd))
    return 0


async def _serve(descriptor: int) -> None:
    with socket.socket(fileno=descriptor) as listening:
        listening.setblocking(False)
        await Encoder(listening, Capture, Speaker).serve()


if __name__ == "__main__":
    sys.exit(main())

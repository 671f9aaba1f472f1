"""Measures what the filters of client and server messages cost, in processor time of one thread.

python bench/filters.py
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable

from jupyter_vnc_proxy.rfb.filters.client_filter import ClientFilter
from jupyter_vnc_proxy.rfb.filters.server_filter import ServerFilter
from jupyter_vnc_proxy.rfb.rights import Right

CLIENT_HELLO = b"RFB 003.008\n\1\1"
SERVER_HELLO = (
    b"RFB 003.008\n\1\1"
    + bytes(4)
    + struct.pack(">HHBBBBHHHBBB3xI", 1920, 1080, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0, 0)
)
CHUNK_BYTES = 256 * 1024
SECONDS = 1.0


def rate(work: Callable[[], None]) -> float:
    """Return how often it is done in a second of processor time."""
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < SECONDS:
        work()
        done += 1
    return done / spent


def messages_per_second(rights: Right, batch: int) -> float:
    """Return the pointer events a second that pass a `ClientFilter`, ``batch`` at once."""
    client = ClientFilter(rights)
    client.feed(CLIENT_HELLO)
    data = struct.pack(">BBHH", 5, 0, 100, 100) * batch
    return batch * rate(lambda: client.feed(data) and None)


def megabytes_per_second(update: bytes) -> float:
    """Return the MB/s of an update that pass a `ServerFilter`."""
    client = ClientFilter(Right.VIEW)
    server = ServerFilter(client)
    client.feed(CLIENT_HELLO)
    server.feed(SERVER_HELLO)
    chunks = [update[at : at + CHUNK_BYTES] for at in range(0, len(update), CHUNK_BYTES)]

    def work() -> None:
        for chunk in chunks:
            server.feed(chunk)

    return len(update) * rate(work) / 1e6


def update(encoding: int, width: int, height: int, content: bytes, count: int) -> bytes:
    """Return an update of ``count`` equal rectangles."""
    return struct.pack(">BxH", 0, count) + count * (struct.pack(">HHHHi", 0, 0, width, height, encoding) + content)


UPDATES = {
    "Raw, 1920x1080": update(0, 1920, 1080, bytes(1920 * 1080 * 4), 1),
    "ZRLE, 10 kB a rectangle": update(16, 64, 64, struct.pack(">I", 10_000) + bytes(10_000), 200),
    "Tight, 1 kB a rectangle": update(7, 64, 64, b"\0\xe8\7" + bytes(1000), 1000),
    "Hextile, raw tiles": update(5, 1920, 1080, (b"\1" + bytes(1024)) * 120 * 67 + (b"\1" + bytes(512)) * 120, 1),
    "Hextile, one colour a tile": update(5, 1920, 1080, (b"\2" + bytes(4)) * 120 * 68, 1),
}


def main() -> None:
    """Print the numbers."""
    for name, rights in (("all rights", Right.ALL), ("look only", Right.VIEW)):
        for batch in (1, 100):
            print(f"ClientFilter, {name}, {batch} at once: {messages_per_second(rights, batch):,.0f} messages/s")
    for name, data in UPDATES.items():
        print(f"ServerFilter, {name}: {megabytes_per_second(data):,.0f} MB/s")


if __name__ == "__main__":
    main()

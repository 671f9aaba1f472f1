"""A process of which no request is on its way to the X server while another client grabs that.

The X server puts a client aside until the grab's end if it has a request of it at that moment, even one that XTEST has
made impervious to grabs (mark_client_grab in dix/dispatch.c). A VNC server that asks often is met by that on a busy
machine, and then has no key or picture for its viewers: nothing that it can help.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def at_rest(*pids: int) -> Iterator[None]:
    """Stop processes meanwhile; whoever grabs the X server then waits for an answer of it before."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)

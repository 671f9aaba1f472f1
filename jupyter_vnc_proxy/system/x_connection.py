"""Connections to X servers on which nothing waits for ever: no grab of another client stops them (XTEST's GrabControl),
and a reply that takes too long ends them.

xcb waits for replies without a limit, so a thread shuts the socket down (shutdown(2)), and xcb sees its end.
"""

from __future__ import annotations

import itertools
import logging
import os
import re
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import xcffib
import xcffib.randr  # before a connection is made: xcffib knows the errors of those extensions alone
import xcffib.xproto
import xcffib.xtest

log = logging.getLogger(__name__)

T = TypeVar("T")

REPLY_SECONDS = 5.0
"""The time that an X server may take for each answer."""

TICK_SECONDS = 0.25
"""The accuracy of that time: the thread wakes as often, while connections are used."""

LOCAL = re.compile(r"(?:unix)?:(\d+)(?:\.\d+)?")


class XTimeout(xcffib.ConnectionException, TimeoutError):  # type: ignore[misc]
    """The X server did not answer in time; the connection is closed."""

    def __init__(self) -> None:
        TimeoutError.__init__(self, "the X server does not respond")


class _Line:
    """A connection's socket, to be shut down by any thread."""

    def __init__(self, socket_: socket.socket) -> None:
        self._lock = threading.Lock()
        self._descriptor = socket_.detach()
        self.was_cut = False

    def cut(self) -> None:
        """Shut the socket down; whoever waits for it sees its end."""
        with self._lock:
            self.was_cut = True
            if self._descriptor >= 0:
                line = socket.socket(fileno=self._descriptor)
                try:
                    line.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # the server has closed it
                finally:
                    line.detach()

    def close(self) -> None:
        """Close our descriptor; xcb has its own."""
        with self._lock:
            descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()


class _Watchdog:
    """Cuts the lines on which somebody has waited for too long; its thread sleeps while no connection is used."""

    def __init__(self) -> None:
        self._waits: dict[int, tuple[float, _Line]] = {}
        self._keys = itertools.count()
        self._used = threading.Event()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self, line: _Line, seconds: float) -> int:
        """Cut ``line`` after ``seconds``, unless `end` is called with the returned number before."""
        key = next(self._keys)
        self._waits[key] = (time.monotonic() + seconds, line)
        if not self._used.is_set():
            if self._thread is None:
                self._begin_thread()
            self._used.set()
        return key

    def end(self, key: int) -> None:
        """Let a line be."""
        self._waits.pop(key, None)

    def _begin_thread(self) -> None:
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="x-watchdog", daemon=True)
                self._thread.start()

    def _watch(self) -> None:
        while True:
            self._used.wait()
            self._used.clear()
            time.sleep(TICK_SECONDS)
            now = time.monotonic()
            for key, (deadline, line) in self._waits.copy().items():
                if now > deadline and self._waits.pop(key, None) is not None:
                    line.cut()
            if self._waits:
                self._used.set()


_watchdog = _Watchdog()


class XConnection(xcffib.Connection):  # type: ignore[misc]
    """A connection to ``display`` with a cookie; raise ``xcffib.ConnectionException`` if it can't be made.

    Everything that waits raises `XTimeout` after ``reply_seconds``, which may be changed; nothing else works then.
    """

    def __init__(self, display: str, auth: Any, reply_seconds: float = REPLY_SECONDS) -> None:
        self.reply_seconds = reply_seconds
        self.pref_screen = 0
        self._conn = None
        line = _socket(display, reply_seconds)
        try:
            descriptor = os.dup(line.fileno())
        finally:
            self._line = _Line(line)
        try:
            self._conn = self._guarded(xcffib.lib.xcb_connect_to_fd, descriptor, auth)
            self._guarded(self._init_x)
        except BaseException:
            self.disconnect()
            raise

    def invalid(self) -> None:
        """Raise ``xcffib.ConnectionException`` if the connection is closed or broken."""
        if self._conn is None:
            raise xcffib.ConnectionException(xcffib.lib.XCB_CONN_ERROR)
        super().invalid()

    def _init_x(self) -> None:
        self.invalid()
        super()._init_x()
        if xcffib.lib.xcb_get_extension_data(self._conn, xcffib.xtest.key.c_key).present:
            self(xcffib.xtest.key).GrabControl(True)

    def _guarded(self, work: Callable[..., T], *arguments: Any) -> T:
        key = _watchdog.begin(self._line, self.reply_seconds)
        try:
            return work(*arguments)
        except xcffib.ConnectionException:
            if self._line.was_cut:
                raise XTimeout from None
            raise
        finally:
            _watchdog.end(key)

    @property
    def timed_out(self) -> bool:
        """Whether it has ended since the server did not answer, or by `cut`."""
        return self._line.was_cut

    def cut(self) -> None:
        """End it as a time-out does. It may be called on any thread."""
        self._line.cut()

    def has_answered(self, sequence: int) -> bool:
        """Return whether the reply to a request is there, and drop it then. This doesn't wait."""
        reply, error = xcffib.ffi.new("void **"), xcffib.ffi.new("xcb_generic_error_t **")
        done = bool(xcffib.lib.xcb_poll_for_reply(self._conn, sequence, reply, error))
        for found in (reply[0], error[0]):
            if found != xcffib.ffi.NULL:
                xcffib.c_free(found)
        return done and not self.has_error()

    def poll_for_event(self) -> Any:
        """Return the next event that has arrived, or ``None``.

        Skip the errors of requests that nobody waits for, such as one about a window that has gone meanwhile: raised
        here, they would end whatever the caller does with the events behind them.
        """
        while True:
            try:
                return super().poll_for_event()
            except xcffib.Error as error:
                log.debug("an X request failed: %r", error)

    # -- whatever may wait -------------------------------------------------------------------------------------------

    def wait_for_reply(self, sequence: int) -> Any:
        """Wait for a reply."""
        return self._guarded(super().wait_for_reply, sequence)

    def request_check(self, sequence: int) -> Any:
        """Wait for the error of a request without a reply."""
        return self._guarded(super().request_check, sequence)

    def send_request(self, *arguments: Any) -> Any:
        """Send a request, which waits if the server reads nothing."""
        return self._guarded(super().send_request, *arguments)

    def flush(self) -> Any:
        """Write what was sent."""
        return self._guarded(super().flush)

    def generate_id(self) -> Any:
        """Return an identifier for a new resource."""
        return self._guarded(super().generate_id)

    def disconnect(self) -> None:
        """Close the connection; do nothing if it is closed."""
        super().disconnect()
        self._line.close()


def _socket(display: str, timeout: float) -> socket.socket:
    """Connect to a display of this machine, as xcb does: by the abstract name if there is one."""
    local = LOCAL.fullmatch(display)
    if local is None:
        raise xcffib.ConnectionException(xcffib.lib.XCB_CONN_CLOSED_PARSE_ERR)
    path = f"/tmp/.X11-unix/X{local[1]}"
    for address in (f"\0{path}", path):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(timeout)
        try:
            line.connect(address)
        except TimeoutError:
            line.close()
            raise XTimeout from None
        except OSError:
            line.close()
        else:
            line.setblocking(True)
            return line
    raise xcffib.ConnectionException(xcffib.lib.XCB_CONN_ERROR)

"""Keeps the session's programs at the scale that the display's property asks for."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...system.timeouts import within
from ...system.worker_pool import WorkerPool
from ...system.x_display import MAX_RESOURCE_BYTES, SCALE_PROPERTY, connect, intern_atom, scale_of
from .resources import Resources
from .settings_daemon import daemon_environment
from .xfce_scale import XfceScale
from .xfconf import Xfconf

log = logging.getLogger("jupyter_vnc_proxy")

SETTLE_SECONDS = 0.1
"""Several changes within this time are applied together: a setting's change is itself an event."""

APPLY_SECONDS = 20.0
"""The time that all settings may take together."""

RETRY_PAUSES_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""The pauses before a scale that could not be applied is tried again; after the last one, something has to change."""

SETTINGS_SELECTION = "_XSETTINGS_S0"
SETTINGS_PROPERTY = "_XSETTINGS_SETTINGS"
XFCE_DAEMON = "xfsettingsd"


class SessionScale:
    """Scales the programs on a display, as `x_display.set_scale` asks; ``on_change`` is called with each new scale.

    The resource database serves programs that start later, on every X display. With Xfce's settings daemon, programs
    that run change too. It is applied again if a settings daemon starts, and if a user changes a setting.
    """

    def __init__(self, display: str, xauthority: Path, on_change: Callable[[int], None]) -> None:
        import xcffib.xproto as xproto

        self._on_change = on_change
        self._connection: Any = connect(display, xauthority)
        self._fileno = int(self._connection.get_file_descriptor())
        self._root = self._connection.get_setup().roots[0].root
        names = (SCALE_PROPERTY, SETTINGS_SELECTION, SETTINGS_PROPERTY)
        self._atoms = {each: intern_atom(self._connection, each) for each in names}
        mask = xproto.EventMask.PropertyChange | xproto.EventMask.StructureNotify
        self._connection.core.ChangeWindowAttributes(self._root, xproto.CW.EventMask, [mask])
        self._connection.flush()
        self._resources = Resources()
        self._pool = WorkerPool("vnc-scale", threads=1)
        self._percent: int | None = None
        self._watched = 0
        self._due = asyncio.Event()
        self._due.set()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._fileno, self._readable)
        self._task = loop.create_task(self._keep())

    def _readable(self) -> None:
        import xcffib
        import xcffib.xproto as xproto

        try:
            while (event := self._connection.poll_for_event()) is not None:
                if isinstance(event, xproto.PropertyNotifyEvent):
                    subject = event.atom
                elif isinstance(event, xproto.ClientMessageEvent):  # MANAGER (ICCCM, section 2.8)
                    subject = event.data.data32[1]
                else:
                    continue
                if subject in self._atoms.values():
                    self._due.set()
        except xcffib.ConnectionException:
            self._stop_reading()

    async def _keep(self) -> None:
        import xcffib

        pauses = iter(RETRY_PAUSES_SECONDS)
        pause: float | None = None
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await within(pause, self._due.wait())
            await asyncio.sleep(SETTLE_SECONDS)
            self._due.clear()
            try:
                await self._apply()
                pauses, pause = iter(RETRY_PAUSES_SECONDS), None
            except xcffib.ConnectionException:
                return  # the display is gone
            except Exception as error:  # a window that is gone, a program that misbehaves, a busy machine
                log.warning("the session's scale can't be set: %s", error)
                pause = next(pauses, None)
            self._readable()  # events that were read while we waited for replies

    async def _apply(self) -> None:
        percent = scale_of(self._connection)
        if percent is None:
            return
        environment = self._xfce_environment()
        self._scale_resources(percent)
        if environment is not None:
            xfce = XfceScale(Xfconf(environment))
            await self._pool.run(lambda: xfce.apply(percent), APPLY_SECONDS)
        if percent != self._percent:
            self._percent = percent
            self._on_change(percent)

    def _scale_resources(self, percent: int) -> None:
        import xcffib.xproto as xproto

        core, name, kind = self._connection.core, xproto.Atom.RESOURCE_MANAGER, xproto.Atom.STRING
        core.GrabServer()  # a settings daemon and xrdb read and write it too
        try:
            reply = core.GetProperty(False, self._root, name, kind, 0, MAX_RESOURCE_BYTES // 4).reply()
            before = bytes(reply.value.buf()).decode("latin-1")
            after = self._resources.scaled(before, percent)
            if after != before and reply.bytes_after == 0:
                data = after.encode("latin-1")
                core.ChangeProperty(xproto.PropMode.Replace, self._root, name, kind, 8, len(data), data)
        finally:
            core.UngrabServer()
            core.GetInputFocus().reply()

    def _xfce_environment(self) -> dict[str, str] | None:
        """Return the environment of Xfce's settings daemon, if that is the display's; watch its settings."""
        import xcffib
        import xcffib.xproto as xproto

        owner = self._connection.core.GetSelectionOwner(self._atoms[SETTINGS_SELECTION]).reply().owner
        if owner == 0:
            return None
        if owner != self._watched:
            mask = [xproto.EventMask.PropertyChange]
            try:
                self._connection.core.ChangeWindowAttributes(owner, xproto.CW.EventMask, mask, is_checked=True).check()
            except xcffib.Error:  # it is gone by now
                self._due.set()
                return None
            self._watched = owner
        return daemon_environment(self._connection, owner, XFCE_DAEMON)

    def _stop_reading(self) -> None:
        if self._fileno >= 0:
            asyncio.get_running_loop().remove_reader(self._fileno)
            self._fileno = -1

    async def close(self) -> None:
        """Leave the scale as it is from now on; do nothing if it is closed."""
        self._stop_reading()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._connection.disconnect()

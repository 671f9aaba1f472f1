"""The clipboard service on a display, with viewers and programs that paste."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from collections.abc import Iterator

from jupyter_vnc_proxy.rfb import encodings
from jupyter_vnc_proxy.rfb.server_protocol import ServerProtocol
from jupyter_vnc_proxy.stream.clipboard.service import ClipboardService
from jupyter_vnc_proxy.stream.x11.selection import XClipboard
from jupyter_vnc_proxy.system.x_display import connect
from support import xclip
from support.displays import Display


class Viewer:
    """A client of the service that has Extended Clipboard; ``sent`` holds the service's messages."""

    def __init__(self) -> None:
        self.protocol = ServerProtocol("Trial", 64, 64)
        self.sent: list[bytes] = []

    def supports(self, encoding: int) -> bool:
        return encoding == encodings.PSEUDO_EXTENDED_CLIPBOARD

    def send(self, data: bytes) -> None:
        self.sent.append(data)


class Shared:
    """The service on a display, with two viewers, and programs that paste."""

    def __init__(self, display: Display) -> None:
        self.display = display
        self.viewers = [Viewer(), Viewer()]
        connection = connect(display.name, display.xauthority)
        self.service = ClipboardService(lambda *each: XClipboard(connection, *each), self.viewers)
        self.service.start()

    async def pasted(self, target: str = "UTF8_STRING") -> bytes | None:
        """Return what a program pastes; ``None`` if there is nothing."""
        argv = ["xclip", "-o", "-selection", "clipboard", "-target", target]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *argv, env=self.display.environment(), stdout=pipe, stderr=subprocess.DEVNULL
        )
        out, _ = await asyncio.wait_for(process.communicate(), 60)
        return out if process.returncode == 0 else None

    async def copy(self, data: bytes, target: str = "UTF8_STRING") -> None:
        """Have a program copy, and wait until it owns the clipboard."""
        await asyncio.to_thread(xclip.copy, self.display.name, self.display.xauthority, data, "-target", target)


@contextlib.contextmanager
def shared(display: Display) -> Iterator[Shared]:
    """Share the display's clipboard in the running event loop."""
    made = Shared(display)
    yield made
    made.service.close()

"""A desktop that a program drives, with calls that block: `AsyncDesktop` on a thread of its own."""

from __future__ import annotations

import subprocess
import threading
import weakref
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..desktops.model import DesktopModel, list_models
from ..options import Geometry
from .async_desktop import AsyncDesktop
from .display import TitlePattern
from .loop_thread import LoopThread
from .pointer import Button
from .programs import Output

if TYPE_CHECKING:
    from PIL.Image import Image

    from ..system.x_clients.windows import Window

T = TypeVar("T")


class Desktop:
    """A desktop of this user on this machine; make one with `start` or `connect`, also in a notebook.

    Each method does what the method of `AsyncDesktop` does, and raises the same errors.
    """

    def __init__(self, desktop: AsyncDesktop, loop: LoopThread) -> None:
        self._desktop = desktop
        self._loop = loop
        self._finalizer = weakref.finalize(self, _end, desktop, loop)

    @classmethod
    def start(
        cls,
        name: str = "default",
        *,
        backend: str | None = None,
        session: str | None = None,
        command: Sequence[str] | None = None,
        geometry: str | tuple[int, int] | None = None,
        options: Mapping[str, str] | None = None,
        runtime_dir: str = "",
        program: str = "",
    ) -> Desktop:
        """Start a desktop and wait until it is up; use the one of this name if it runs."""
        return cls._made(
            AsyncDesktop.start(
                name,
                backend=backend,
                session=session,
                command=command,
                geometry=geometry,
                options=options,
                runtime_dir=runtime_dir,
                program=program,
            )
        )

    @classmethod
    def connect(cls, name: str = "default", *, runtime_dir: str = "", program: str = "") -> Desktop:
        """Return a desktop that runs."""
        return cls._made(AsyncDesktop.connect(name, runtime_dir=runtime_dir, program=program))

    @classmethod
    def _made(cls, making: Coroutine[Any, Any, AsyncDesktop]) -> Desktop:
        loop = LoopThread("vnc-desktop")
        try:
            return cls(loop.run(making), loop)
        except BaseException:
            loop.close()
            raise

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run(work)

    @property
    def name(self) -> str:
        """The desktop's name."""
        return self._desktop.name

    def model(self) -> DesktopModel:
        """Return what the REST API says of the desktop."""
        return self._wait(self._desktop.model())

    def stop(self, *, remove: bool = False) -> None:
        """Stop the desktop and wait until its programs have ended; remove its directory, too, if asked."""
        self._wait(self._desktop.stop(remove=remove))
        self.close()

    def close(self) -> None:
        """Close the connection; the desktop runs on. Nothing else works then."""
        self._finalizer()

    def __enter__(self) -> Desktop:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the picture --------------------------------------------------------------------------------------------------

    def size(self) -> Geometry:
        """Return the width and height of the screen."""
        return self._wait(self._desktop.size())

    def screenshot(self, area: tuple[int, int, int, int] | None = None, *, window: Window | None = None) -> Image:
        """Return a picture of the screen: all, an area (x, y, width, height), or a window."""
        return self._wait(self._desktop.screenshot(area, window=window))

    def wait_still(
        self,
        seconds: float = 0.5,
        *,
        timeout: float = 10.0,
        area: tuple[int, int, int, int] | None = None,
        ignore_pixels: int = 100,
    ) -> None:
        """Wait until the picture, or an area of it, has not changed for ``seconds``."""
        self._wait(self._desktop.wait_still(seconds, timeout=timeout, area=area, ignore_pixels=ignore_pixels))

    # -- pointer, keyboard, clipboard ---------------------------------------------------------------------------------

    def move(self, x: int, y: int) -> None:
        """Move the pointer."""
        self._wait(self._desktop.move(x, y))

    def click(self, x: int | None = None, y: int | None = None, *, button: Button = "left", count: int = 1) -> None:
        """Click at a point, by default where the pointer was moved to; ``count`` 2: double-click."""
        self._wait(self._desktop.click(x, y, button=button, count=count))

    def drag(self, start: tuple[int, int], end: tuple[int, int], *, button: Button = "left") -> None:
        """Press a button at a point, move to another and release it there."""
        self._wait(self._desktop.drag(start, end, button=button))

    def scroll(self, x: int, y: int, down: int = 0, right: int = 0) -> None:
        """Turn the wheel by steps at a point; negative ones are up, and to the left."""
        self._wait(self._desktop.scroll(x, y, down, right))

    def type(self, text: str, *, interval: float = 0.0) -> None:
        """Type a text of any characters, whatever the layout of the keyboard has."""
        self._wait(self._desktop.type(text, interval=interval))

    def press(self, *keys: str) -> None:
        """Press keys, one argument after the other, each alone or together with others, such as ``ctrl+s``."""
        self._wait(self._desktop.press(*keys))

    def get_clipboard(self) -> str:
        """Return the text on the clipboard."""
        return self._wait(self._desktop.get_clipboard())

    def set_clipboard(self, text: str) -> None:
        """Put a text on the clipboard, for as long as this object is open."""
        self._wait(self._desktop.set_clipboard(text))

    # -- windows and programs -----------------------------------------------------------------------------------------

    def windows(self) -> Sequence[Window]:
        """Return the windows, in the order in which they were opened."""
        return self._wait(self._desktop.windows())

    def window(self, window: Window) -> Window:
        """Return a window as it is now."""
        return self._wait(self._desktop.window(window))

    def wait_for_window(
        self, title: TitlePattern = None, *, application: str | None = None, timeout: float = 10.0
    ) -> Window:
        """Wait for a window with this title and application, and return it."""
        return self._wait(self._desktop.wait_for_window(title, application=application, timeout=timeout))

    def activate(self, window: Window) -> Window:
        """Raise a window and give it the input focus."""
        return self._wait(self._desktop.activate(window))

    def close_window(self, window: Window, *, timeout: float | None = None) -> None:
        """Ask a window's program to close it; with ``timeout``, wait until it is closed."""
        self._wait(self._desktop.close_window(window, timeout=timeout))

    def place(
        self,
        window: Window,
        x: int | None = None,
        y: int | None = None,
        width: int | None = None,
        height: int | None = None,
    ) -> Window:
        """Move and resize a window, without its decoration."""
        return self._wait(self._desktop.place(window, x, y, width, height))

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: str | Path | None = None,
        stdout: Output = None,
        stderr: Output = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program on the desktop, with the variables of its session; return its process."""
        return self._wait(self._desktop.run(argv, cwd=cwd, stdout=stdout, stderr=stderr))

    @staticmethod
    def list(*, runtime_dir: str = "") -> Sequence[DesktopModel]:
        """Return what the REST API says of each desktop of this user, sorted by name."""
        return list_models(runtime_dir)


def _end(desktop: AsyncDesktop, loop: LoopThread) -> None:
    """Close a connection and its thread; the desktop object itself may be gone by now."""
    if loop.is_current:  # collected there, with a cycle of objects
        threading.Thread(target=_end, args=(desktop, loop), name="vnc-desktop-end").start()
        return
    try:
        loop.run(desktop.close())
    finally:
        loop.close()

"""The compositor with a real Weston, as a client sees it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xcffib
import xcffib.xproto
from support.stream.clients import set_encodings
from support.stream.raw_client import RawClient
from support.stream.typist import ALTGR, CONTROL, SHIFT, TEXTS, Typist, keysym
from support.traces import tcp_listeners
from support.waiting import wait_until

from jupyter_vnc_proxy.rfb.encodings import PSEUDO_RELATIVE_POINTER, RELATIVE_ORIGIN
from jupyter_vnc_proxy.system.x_display import connect, write_cookie

pytestmark = pytest.mark.alone

LOG = "stream.log"

EXTENDED_DESKTOP_SIZE, DESKTOP_NAME, FENCE, CONTINUOUS, H264 = -308, -307, -312, -313, 50

SHAPE = (200, 300, 4)


class Desktop:
    """The server as a process, its X display and a viewer."""

    def __init__(self, runtime: Path) -> None:
        self.path = runtime / "rfb.sock"
        self.xauthority = runtime / "Xauthority"
        write_cookie(self.xauthority)
        reader, writer = os.pipe()
        argv = [sys.executable, "-m", "jupyter_vnc_proxy.stream", "--wayland", f"--unix-socket={self.path}"]
        argv += [f"--displayfd={writer}", f"--xauthority={self.xauthority}", "--geometry=1000x700"]
        environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        self.log = runtime / LOG
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(argv, env=environment, pass_fds=(writer,), stdout=log, stderr=log)
        os.close(writer)
        with open(reader, encoding="ascii") as pipe:
            number = pipe.readline().strip()
        assert number, self.log.read_text()
        self.name = f":{number}"

    def environment(self) -> dict[str, str]:
        return {
            "DISPLAY": self.name,
            "XAUTHORITY": str(self.xauthority),
            "PATH": "/usr/bin:/bin",
            "HOME": "/nonexistent",
        }

    def children(self) -> list[int]:
        """Processes that the server started, and theirs."""
        table = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                table[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        found = [self.process.pid]
        for parent in found:
            found += [pid for pid, above in table.items() if above == parent]
        return found[1:]

    def close(self) -> None:
        children = self.children()
        self.process.terminate()
        assert self.process.wait(10) == 0, self.log.read_text()
        wait_until(lambda: not [pid for pid in children if Path(f"/proc/{pid}").exists()], what=str(children))


class Viewer(RawClient):
    """One that types, points, and knows about sizes."""

    def __init__(self, path: Path, *more: int) -> None:
        super().__init__(path)
        encodings = (0, EXTENDED_DESKTOP_SIZE, DESKTOP_NAME, *more)
        self.videos: list[bytes] = []
        self.send(struct.pack(f">BxH{len(encodings)}i", 2, len(encodings), *encodings))
        self.send(struct.pack(">BBHHHH", 3, 0, 0, 0, self.width, self.height))
        self.updates = 0
        self.copied = ""
        self.sizes: list[tuple[int, int]] = []
        self._reading = threading.Thread(target=self._read_on, daemon=True)
        self._reading.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # a socket that another thread reads is not closed before that has read
        self._reading.join(10)
        super().close()

    def _read_on(self) -> None:
        try:
            while True:
                self._take()
        except (OSError, ConnectionError):
            pass

    def _take(self) -> None:
        self._socket.settimeout(None)
        (kind,) = self._read(1)
        if kind == 150:
            return
        (count,) = struct.unpack(">xH", self._read(3))
        if kind == 248:
            flags, size = struct.unpack(">IB", self._read(5))
            self.send(struct.pack(">B3xIB", 248, flags & 0x7FFFFFFF, size) + self._read(size))
            return
        if kind == 3:
            self.copied = self._read(struct.unpack(">I", self._read(4))[0]).decode("latin-1")
            return
        assert kind == 0, kind
        for _ in range(count):
            x, y, width, height, encoding = struct.unpack(">HHHHi", self._read(12))
            if encoding == EXTENDED_DESKTOP_SIZE:
                self._read(4 + 16 * self._read(1)[0] - 1)
                self.sizes.append((width, height))
                if (width, height) != (self.width, self.height):
                    self.pixels = np.zeros((height, width, 4), np.uint8)
                    self.width, self.height = width, height
            elif encoding == H264:
                size, _ = struct.unpack(">II", self._read(8))
                self.videos.append(self._read(size))
                self.pixels[y : y + height, x : x + width] = 0  # whatever it shows, it is not exact
            elif encoding == DESKTOP_NAME:
                self._read(struct.unpack(">I", self._read(4))[0])
            else:
                data = np.frombuffer(self._read(width * height * 4), np.uint8).reshape(height, width, 4)
                self.pixels[y : y + height, x : x + width] = data
        self.updates += 1
        self.send(struct.pack(">BBHHHH", 3, 1, 0, 0, self.width, self.height))

    def point(self, x: int, y: int, buttons: int = 0) -> None:
        self.send(struct.pack(">BBHH", 5, buttons, x, y))

    def click(self, x: int, y: int, button: int = 1) -> None:
        for buttons in (0, button, 0):
            self.point(x, y, buttons)

    def key(self, symbol: int, down: bool) -> None:
        self.send(struct.pack(">BBxxI", 4, down, symbol))

    def type(self, text: str) -> None:
        for character in text:
            self.key(keysym(character), True)
            self.key(keysym(character), False)

    def resize(self, width: int, height: int) -> None:
        self.send(struct.pack(">BxHHBxIHHHHI", 251, width, height, 1, 0, 0, 0, width, height, 0))

    def find(self, picture: np.ndarray[Any, Any]) -> tuple[int, int] | None:
        """Return where a picture is on the screen, exactly as it is; ``None`` where it isn't."""
        pixels = self.pixels[..., :3]
        height, width = picture.shape[:2]
        for y, x in np.argwhere((pixels == picture[0, 0, :3]).all(axis=-1)):
            if np.array_equal(pixels[y : y + height, x : x + width], picture[..., :3]):
                return int(x), int(y)
        return None


class Window:
    """An X window with a picture of noise."""

    def __init__(self, desktop: Desktop, seed: int = 0) -> None:
        self.connection = connect(desktop.name, desktop.xauthority)
        core, root = self.connection.core, self.connection.get_setup().roots[0]
        self.window, self.context = self.connection.generate_id(), self.connection.generate_id()
        events = xcffib.xproto.EventMask.Exposure
        place = (root.root, 0, 0, SHAPE[1], SHAPE[0], 0)
        mask = xcffib.xproto.CW.EventMask
        core.CreateWindow(0, self.window, *place, xcffib.xproto.WindowClass.InputOutput, 0, mask, [events])
        core.CreateGC(self.context, self.window, 0, [])
        core.MapWindow(self.window)
        self.connection.flush()
        while not isinstance(self.connection.wait_for_event(), xcffib.xproto.ExposeEvent):
            pass
        self.draw(seed)

    def draw(self, seed: int) -> None:
        self.picture = np.random.default_rng(seed).integers(0, 256, SHAPE, np.uint8)
        self._show()

    def is_seen_by(self, viewer: Viewer) -> bool:
        """Tell whether a viewer has the picture exactly; draw it again if the X server has lost it, as programs do.

        The window manager's frame, or a new size of the screen, may cost a window its contents at any time.
        """
        while event := self.connection.poll_for_event():
            if isinstance(event, xcffib.xproto.ExposeEvent):
                self._show()
        return viewer.find(self.picture) is not None

    def _show(self) -> None:
        data = self.picture.tobytes()
        arguments = (xcffib.xproto.ImageFormat.ZPixmap, self.window, self.context, SHAPE[1], SHAPE[0], 0, 0, 0, 24)
        self.connection.core.PutImage(*arguments, len(data), data)
        self.connection.core.GetInputFocus().reply()

    def close(self) -> None:
        self.connection.disconnect()


@pytest.fixture
def desktop(runtime: Path) -> Iterator[Desktop]:
    made = Desktop(runtime)
    yield made
    made.close()


@pytest.fixture
def viewer(desktop: Desktop) -> Iterator[Viewer]:
    made = Viewer(desktop.path)
    wait_until(lambda: made.updates)
    yield made
    made.close()


@pytest.fixture
def typist(desktop: Desktop, viewer: Viewer) -> Iterator[Typist]:
    program = Typist(desktop)  # type: ignore[arg-type]
    wait_until(lambda: idle(lambda: viewer.updates), what="the window, which Weston 16 shows after it has placed it")
    last = (0, 0)

    def clicked() -> bool:
        nonlocal last
        if (now := place(desktop)) != last:
            last = now
            viewer.click(*now)
        return program.got(lambda event: event.get("button") == 1 and not event["down"])

    wait_until(clicked, what="the click")
    program.forget()
    yield program
    program.close()


def place(desktop: Desktop) -> tuple[int, int]:
    """Return the middle of the largest window on the display."""
    connection = connect(desktop.name, desktop.xauthority)
    children = connection.core.QueryTree(connection.get_setup().roots[0].root).reply().children
    shown = [each for each in children if connection.core.GetWindowAttributes(each).reply().map_state == 2]
    found = [connection.core.GetGeometry(each).reply() for each in shown]
    connection.disconnect()
    largest = max(found, key=lambda at: at.width * at.height)
    return largest.x + largest.width // 2, largest.y + largest.height // 2


def idle(get: Callable[[], int]) -> bool:
    """Tell whether a counter rests for a second."""
    import time

    before = get()
    deadline = time.monotonic() + 1
    wait_until(lambda: time.monotonic() > deadline)
    return get() == before


def test_what_a_program_draws_is_shown_to_the_bit_and_then_nothing_is_sent(desktop: Desktop, viewer: Viewer) -> None:
    window = Window(desktop)
    wait_until(lambda: window.is_seen_by(viewer))
    window.draw(1)
    wait_until(lambda: window.is_seen_by(viewer))
    wait_until(lambda: idle(lambda: viewer.updates))
    window.close()


def test_motion_goes_as_video_and_what_rests_is_exact_again(desktop: Desktop) -> None:
    viewer = Viewer(desktop.path, H264, FENCE, CONTINUOUS)
    viewer.send(struct.pack(">BBHHHH", 150, 1, 0, 0, viewer.width, viewer.height))
    window = Window(desktop)
    seeds = iter(range(1, 100000))

    def moved() -> bool:
        window.draw(next(seeds))
        return len(viewer.videos) > 10

    wait_until(moved)
    assert b"\x00\x00\x01\x67" in viewer.videos[0][:8], "it begins with a key picture"
    wait_until(lambda: window.is_seen_by(viewer))
    wait_until(lambda: idle(lambda: viewer.updates))
    window.close()
    viewer.close()


def test_keys_give_what_was_typed_in_any_script(viewer: Viewer, typist: Typist) -> None:
    for name in ("ascii", "german", "russian", "japanese"):
        viewer.type(TEXTS[name])
        try:
            wait_until(lambda: len(typist.text) >= len(TEXTS[name]))  # noqa: B023
        finally:
            assert typist.text == TEXTS[name]
        typist.forget()


def test_a_capital_that_the_layout_lacks_is_typed_while_shift_is_held(viewer: Viewer, typist: Typist) -> None:
    viewer.key(SHIFT, True)
    viewer.type("É")
    viewer.type("A")
    viewer.key(SHIFT, False)
    viewer.type("b")
    wait_until(lambda: typist.text == "ÉAb", what="the text")


def test_modifiers_make_commands_and_come_up_with_a_viewer_that_goes(
    desktop: Desktop, viewer: Viewer, typist: Typist
) -> None:
    other = Viewer(desktop.path)
    other.key(CONTROL, True)
    other.type("c")
    wait_until(lambda: (ord("c"), 4) in typist.pressed)
    other.close()
    wait_until(lambda: typist.got(lambda event: event.get("keysym") == CONTROL and not event["down"]))
    viewer.key(ALTGR, True)
    viewer.type("€")
    viewer.key(ALTGR, False)
    wait_until(lambda: typist.text.endswith("€"))


def test_every_button_and_both_wheels_arrive(viewer: Viewer, typist: Typist, desktop: Desktop) -> None:
    x, y = place(desktop)
    for bit, button in ((1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7)):
        typist.forget()
        viewer.click(x, y, 1 << bit)
        wait_until(lambda: typist.got(lambda event: event.get("button") == button), what=str(button))  # noqa: B023
        wait_until(lambda: typist.got(lambda event: event.get("button") == button and not event["down"]))  # noqa: B023
        assert len([event for event in typist.events if "button" in event]) == 2, typist.events
    at = next(event for event in typist.events if "button" in event)
    assert (at["x"], at["y"]) == (x, y)


def test_motion_moves_the_pointer_from_where_it_is(viewer: Viewer, typist: Typist, desktop: Desktop) -> None:
    x, y = place(desktop)
    viewer.point(x, y)
    viewer.send(set_encodings(0, EXTENDED_DESKTOP_SIZE, DESKTOP_NAME, PSEUDO_RELATIVE_POINTER))
    for dx, dy, buttons in ((-40, 0, 0), (0, 10, 0), (0, 0, 1), (0, 0, 0)):
        viewer.point(RELATIVE_ORIGIN + dx, RELATIVE_ORIGIN + dy, buttons)
    wait_until(lambda: typist.got(lambda event: event.get("button") == 1 and not event["down"]))
    at = next(event for event in typist.events if "button" in event)
    assert (at["x"], at["y"]) == (x - 40, y + 10)


def test_the_desktop_takes_the_size_that_is_asked_for_and_keeps_its_windows(desktop: Desktop, viewer: Viewer) -> None:
    window = Window(desktop)
    for width, height in ((1280, 800), (640, 480), (1001, 701)):
        viewer.resize(width, height)
        wait_until(lambda: (viewer.width, viewer.height) == (width & ~1, height & ~1), what=f"{width}")  # noqa: B023
        window.draw(width)
        if width > 640:  # it may stand outside, as on any screen that shrinks
            wait_until(lambda: window.is_seen_by(viewer), what="the window")
    connection = connect(desktop.name, desktop.xauthority)
    root = connection.get_setup().roots[0].root
    size = connection.core.GetGeometry(root).reply()
    shape = connection.core.GetGeometry(window.window).reply()
    connection.disconnect()
    assert (size.width, size.height) == (1000, 700)
    assert (shape.width, shape.height) == (SHAPE[1], SHAPE[0])
    window.close()


def test_a_storm_of_sizes_ends_in_the_last_one(desktop: Desktop, viewer: Viewer) -> None:
    for width in range(700, 1300, 12):
        viewer.resize(width, width // 2)
        viewer.point(width // 2, 200)
        viewer.type("aé")
    wait_until(lambda: (viewer.width, viewer.height) == (1288, 644))
    window = Window(desktop)
    wait_until(lambda: window.is_seen_by(viewer))
    window.close()


def test_the_clipboard_goes_both_ways(desktop: Desktop, viewer: Viewer) -> None:
    copy = ["xclip", "-selection", "clipboard"]
    program = subprocess.Popen([*copy, "-i", "-quiet"], env=desktop.environment(), stdin=subprocess.PIPE)
    assert program.stdin is not None
    program.stdin.write("Übung".encode())
    program.stdin.close()
    wait_until(lambda: viewer.copied == "Übung")
    data = "größer".encode("latin-1")
    viewer.send(struct.pack(">B3xI", 6, len(data)) + data)

    def pasted() -> str:
        return subprocess.run(
            [*copy, "-o"], env=desktop.environment(), capture_output=True, text=True, timeout=60
        ).stdout

    wait_until(lambda: pasted() == "größer")
    program.wait(10)


def test_the_clipboard_and_the_windows_come_back_after_xwayland_did_not_respond(
    desktop: Desktop, viewer: Viewer
) -> None:
    window = Window(desktop)
    (xwayland,) = (pid for pid in desktop.children() if Path(f"/proc/{pid}/comm").read_text().strip() == "Xwayland")
    os.kill(xwayland, signal.SIGSTOP)
    try:
        # The clipboard sees this only if it waits: so many requests that nobody reads fill the socket.
        text = b"x" * 40
        for number in range(200_000):
            viewer.send(struct.pack(">B3xI", 6, len(text)) + text)
            if number % 1000 == 0 and "Xwayland does not respond" in desktop.log.read_text():
                break
        wait_until(lambda: "Xwayland does not respond" in desktop.log.read_text())
        viewer.send(struct.pack(">B3xI", 6, 9) + b"meanwhile")
    finally:
        os.kill(xwayland, signal.SIGCONT)
    wait_until(lambda: "Xwayland responds again" in desktop.log.read_text())
    paste = ["xclip", "-selection", "clipboard", "-o"]
    wait_until(
        lambda: subprocess.run(paste, env=desktop.environment(), capture_output=True, timeout=60).stdout == b"meanwhile"
    )
    viewer.resize(1280, 800)
    wait_until(lambda: (viewer.width, viewer.height) == (1280, 800))

    window.draw(3)
    wait_until(lambda: window.is_seen_by(viewer), what="the window")
    window.close()


def test_an_x_display_lets_in_its_own_user_and_listens_on_no_port(desktop: Desktop) -> None:
    assert tcp_listeners({desktop.process.pid, *desktop.children()}) == []
    assert desktop.path.stat().st_mode & 0o777 == 0o600
    assert (desktop.path.parent / "wayland").stat().st_mode & 0o777 == 0o700


def test_a_log_out_ends_it_and_a_crash_is_one(desktop: Desktop, runtime: Path) -> None:
    def weston(made: Desktop) -> int:
        names = {pid: Path(f"/proc/{pid}/comm").read_text().strip() for pid in made.children()}
        return next(pid for pid, name in names.items() if name == "weston")

    (runtime / "2").mkdir()
    other = Desktop(runtime / "2")
    os.kill(weston(other), 9)
    assert other.process.wait(10) == 1
    os.kill(weston(desktop), 15)
    assert desktop.process.wait(10) == 0
    assert not desktop.path.exists()

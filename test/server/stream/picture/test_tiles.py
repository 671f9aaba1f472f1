"""A client that gets tiles shows the screen's pixels, after any drawing and moving."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.stream.clients import HELLO, set_encodings
from support.stream.decoders import TightDecoder, ZRLEDecoder

from jupyter_vnc_proxy.rfb.server_protocol import ServerProtocol
from jupyter_vnc_proxy.stream.picture.copy_search import find_copies
from jupyter_vnc_proxy.stream.picture.framebuffer import TILE, Rectangle, Tiles
from jupyter_vnc_proxy.stream.picture.pixel_memory import PixelMemory
from jupyter_vnc_proxy.stream.picture.tiles import TileEncoder

RAW, COPY, TIGHT, ZRLE = 0, 1, 7, 16
QUALITY_6, COMPRESSION_0, COMPRESSION_9 = -26, -256, -247
FRAME = 1 / 60
FOREVER = float("inf")


class FakeFramebuffer:
    """A framebuffer that a test draws on."""

    def __init__(self, width: int, height: int, seed: int = 0) -> None:
        self.width, self.height = width, height
        self.random = np.random.default_rng(seed)
        self.pixels = np.zeros((height, width, 4), np.uint8)
        self.memory = PixelMemory(width, height)

    def tiles(self, value: bool = False) -> Tiles:
        return np.full((-(-self.height // TILE), -(-self.width // TILE)), value, np.bool_)

    def noise(self, part: Rectangle) -> None:
        """Draw many colours."""
        self._area(part)[..., :3] = self.random.integers(0, 256, (part.height, part.width, 3))

    def text(self, part: Rectangle) -> None:
        """Draw few colours, with no two lines alike."""
        self._area(part)[..., :3] = 64 * self.random.integers(0, 2, (part.height, part.width, 1))

    def move(self, part: Rectangle, dx: int, dy: int) -> None:
        source = self._area(part).copy()
        self._area(part._replace(x=part.x + dx, y=part.y + dy))[...] = source

    def _area(self, part: Rectangle) -> npt.NDArray[np.uint8]:
        return self.pixels[part.y : part.y + part.height, part.x : part.x + part.width]


class Model:
    """A framebuffer, an encoder, and a client that decodes what it is sent."""

    def __init__(self, screen: FakeFramebuffer, *encodings: int) -> None:
        self.screen = screen
        self.protocol = ServerProtocol("desk", screen.width, screen.height)
        self.announce(*encodings)
        self.encoder = TileEncoder(screen, self.protocol)  # type: ignore[arg-type]
        self.now = 1.0
        screen.memory.pixels[...] = screen.pixels
        self.shown = np.zeros((screen.height, screen.width, 3), np.uint8)
        self.tight, self.zrle = TightDecoder(), ZRLEDecoder()
        self.copies: list[Rectangle] = []
        self.jpegs: list[Rectangle] = []

    def announce(self, *encodings: int) -> None:
        self.protocol.receive(set_encodings(*encodings) if self.protocol.ready else HELLO + set_encodings(*encodings))

    def detect_changes(self) -> Tiles:
        """Report the changed tiles to the encoder, one frame later, and return them."""
        self.now += FRAME
        tiles = self.screen.tiles()
        self.screen.memory.update(self.screen.pixels, 0, 0, tiles)
        self.encoder.changed(tiles, self.now)
        return tiles

    def send(self, budget: float = FOREVER) -> int:
        """Send an update; return its size in bytes."""
        sent = self.encoder.rectangles(self.now, budget, FOREVER)
        for each in sent:
            self.decode(each)
        return sum(map(len, sent))

    def refresh(self) -> None:
        self.now += 1
        while self.encoder.has_update(self.now):
            self.send()

    def decode(self, data: bytes) -> None:
        x, y, width, height, encoding = struct.unpack_from(">HHHHi", data)
        area = slice(y, y + height), slice(x, x + width)
        content = data[12:]
        if encoding == COPY:
            left, top = struct.unpack(">HH", content)
            self.shown[area] = self.shown[top : top + height, left : left + width].copy()
            self.copies.append(Rectangle(x, y, width, height))
        elif encoding == TIGHT:
            self.shown[area] = self.tight.decode(content, width, height)
            if self.tight.used[-1] == "jpeg":
                self.jpegs.append(Rectangle(x, y, width, height))
        elif encoding == ZRLE:
            self.shown[area] = self.zrle.decode(content, width, height)[..., ::-1]
        else:
            self.shown[area] = np.frombuffer(content, np.uint8).reshape(height, width, 4)[..., 2::-1]

    @property
    def wrong(self) -> Tiles:
        """The pixels that differ from the screen."""
        wrong: Tiles = (self.shown != self.screen.pixels[..., 2::-1]).any(axis=2)
        return wrong

    def play(self, part: Rectangle, frames: int = 30) -> None:
        for _ in range(frames):
            self.screen.noise(part)
            self.detect_changes()
            self.send()


WHOLE = Rectangle(0, 0, 640, 480)
VIDEO = Rectangle(192, 128, 256, 192)
"""A fifth of the screen."""


SMALL = Rectangle(0, 0, 330, 250)


def model(*encodings: int, seed: int = 0, size: Rectangle = WHOLE) -> Model:
    made = Model(FakeFramebuffer(size.width, size.height, seed), *encodings)
    made.screen.text(size)
    made.detect_changes()
    made.send()
    assert not made.wrong.any()
    return made


def test_only_moving_tiles_are_sent_as_jpeg() -> None:
    made = model(TIGHT, QUALITY_6)
    made.play(VIDEO)
    assert made.jpegs
    for x, y, width, height in made.jpegs:
        assert VIDEO.x <= x <= x + width <= VIDEO.x + VIDEO.width
        assert VIDEO.y <= y <= y + height <= VIDEO.y + VIDEO.height
    assert made.wrong.any()
    made.refresh()
    assert not made.wrong.any()


@pytest.mark.parametrize("is_moving", [False, True])
def test_an_update_of_a_detailed_picture_exceeds_its_limit_by_a_small_part_at_most(is_moving: bool) -> None:
    made = model(TIGHT, QUALITY_6)
    if is_moving:
        made.play(WHOLE)
    made.screen.noise(WHOLE)
    made.detect_changes()
    assert 12_000 < made.send(budget=12_000) < 12_000 + 4 * TILE * TILE


def test_tiles_at_rest_are_soon_exact_and_new_changes_overtake_them() -> None:
    made = model(TIGHT, QUALITY_6)
    made.play(VIDEO)
    rest = made.encoder.refresh_due_at()
    assert rest is not None
    assert 0.15 <= rest - made.now <= 0.25
    made.now = rest
    assert made.encoder.has_update(made.now)
    made.screen.text(Rectangle(0, 448, 64, 32))
    made.detect_changes()
    made.send(budget=100)
    assert not made.wrong[448:, :64].any()
    assert made.wrong.any()
    made.refresh()
    assert not made.wrong.any()


@pytest.mark.parametrize("encodings", [(TIGHT,), (ZRLE, QUALITY_6), (RAW, QUALITY_6)])
def test_without_tight_and_a_quality_level_everything_is_exact(encodings: tuple[int, ...]) -> None:
    made = model(*encodings)
    for _ in range(10):
        made.play(VIDEO, 1)
        assert not made.wrong.any()
    assert made.encoder.refresh_due_at() is None


def test_a_small_moving_part_is_sent_exactly() -> None:
    made = model(TIGHT, QUALITY_6)
    made.play(Rectangle(320, 192, 60, 60))
    assert made.jpegs == []
    assert not made.wrong.any()


def test_moving_text_is_sent_exactly() -> None:
    made = model(TIGHT, QUALITY_6)
    for _ in range(20):
        made.screen.text(WHOLE)
        made.detect_changes()
        made.send()
        assert not made.wrong.any()


def test_a_still_page_with_a_blinking_cursor_stays_exact_beside_a_video() -> None:
    made = model(TIGHT, QUALITY_6)
    made.screen.noise(Rectangle(0, 384, 640, 96))
    made.detect_changes()
    made.send()
    for frame in range(60):
        made.screen.pixels[400:420, 30:32, :3] = 255 * (frame // 30)
        made.play(VIDEO, 1)
        assert not made.wrong[384:].any()


def test_jpegs_are_no_wider_than_tight_allows() -> None:
    made = model(TIGHT, QUALITY_6, size=Rectangle(0, 0, 2600, 130))
    made.play(Rectangle(0, 0, 2600, 64), 6)
    assert max(part.width for part in made.jpegs) == 2048
    made.refresh()
    assert not made.wrong.any()


def test_new_quality_and_compression_levels_apply_at_once() -> None:
    made = model(TIGHT, -32, COMPRESSION_0)
    made.play(VIDEO, 10)
    sizes = []
    for encodings in ((-32, COMPRESSION_0), (-23, COMPRESSION_9)):
        made.announce(TIGHT, *encodings)
        made.screen.noise(VIDEO)
        made.detect_changes()
        sizes.append(made.send())
    assert sizes[1] > 4 * sizes[0], "quality"
    made.refresh()
    sizes = []
    for level in (COMPRESSION_0, COMPRESSION_9):
        made.announce(TIGHT, level)
        made.now += 10
        made.screen.pixels[:64, :, :3] = np.arange(640 * 64).reshape(64, 640, 1) // 7 % 251 + [0, 1, 2]
        made.screen.pixels[:64, :, 0] = np.arange(64)[:, np.newaxis]
        made.encoder.forget()
        made.detect_changes()
        sizes.append(made.send())
        assert not made.wrong.any()
    assert sizes[1] < sizes[0] / 2, "compression"


def test_scrolled_text_is_copied() -> None:
    made = model(TIGHT, COPY, QUALITY_6)
    page = Rectangle(70, 50, 500, 400)
    for step in (-4, -17, 30, -64, -4):
        made.screen.move(Rectangle(70, 50 + max(0, -step), 500, 400 - abs(step)), 0, step)
        fresh = 50 if step > 0 else 450 - abs(step)
        made.screen.text(Rectangle(70, fresh, 500, abs(step)))
        made.detect_changes()
        assert made.send() < 500 * abs(step) / 4 + 2000
        assert not made.wrong.any()
        assert made.copies[-1].width >= page.width
        assert made.copies[-1].height >= 400 - abs(step)
    assert len(made.copies) == 5


def test_scrolled_photographs_are_copied_exactly() -> None:
    made = model(TIGHT, COPY, QUALITY_6)
    made.screen.noise(WHOLE)
    made.detect_changes()
    made.send()
    for _ in range(30):
        made.screen.move(Rectangle(0, 4, 640, 476), 0, -4)
        made.screen.noise(Rectangle(0, 476, 640, 4))
        made.detect_changes()
        assert made.send() < 640 * 4 * 3 * 1.5
        assert not made.wrong.any()
    assert len(made.copies) == 30


def test_a_dragged_window_is_copied() -> None:
    made = model(TIGHT, COPY, QUALITY_6)
    window = Rectangle(100, 90, 250, 200)
    wallpaper = made.screen.pixels.copy()
    made.screen.noise(window)
    content = made.screen.pixels[90:290, 100:350].copy()
    made.detect_changes()
    made.send()
    x, y = 100, 90
    for dx, dy in ((11, 7), (20, -5), (-40, 0), (0, 33)):
        x, y = x + dx, y + dy
        made.screen.pixels[...] = wallpaper
        made.screen.pixels[y : y + 200, x : x + 250] = content
        made.detect_changes()
        made.send()
        assert not made.wrong.any()
        assert made.copies[-1].width >= 200
    assert len(made.copies) == 4


def test_text_scrolled_sideways_is_copied() -> None:
    made = model(TIGHT, COPY, QUALITY_6)
    for step in (-12, 40):
        made.screen.move(Rectangle(100 + max(0, -step), 64, 400 - abs(step), 320), step, 0)
        made.screen.text(Rectangle(100 if step > 0 else 500 - abs(step), 64, abs(step), 320))
        made.detect_changes()
        made.send()
        assert not made.wrong.any()
        assert made.copies[-1].width >= 400 - abs(step)
    assert len(made.copies) == 2


def test_a_copy_of_lossy_tiles_is_refreshed_too() -> None:
    made = model(TIGHT, COPY, QUALITY_6)
    made.play(WHOLE, 12)
    assert made.jpegs
    for _ in range(40):
        made.screen.move(Rectangle(0, 8, 640, 472), 0, -8)
        made.detect_changes()
        made.send()
    assert made.copies
    made.refresh()
    assert not made.wrong.any()


def test_small_changes_are_not_searched_for_copies() -> None:
    made = model(TIGHT, COPY)
    made.screen.move(Rectangle(0, 4, 120, 100), 0, -4)
    made.detect_changes()
    made.send()
    assert made.copies == []
    assert not made.wrong.any()


def test_a_tile_is_trimmed_to_what_differs() -> None:
    made = model(RAW, COPY)
    made.screen.pixels[100:118, 70:79, :3] ^= 0xFF
    made.detect_changes()
    assert made.send() == 12 + 18 * 9 * 4


numbers = st.integers


@st.composite
def drawings(draw: st.DrawFn) -> tuple[str, Rectangle, int, int]:
    kind = draw(st.sampled_from(["noise", "text", "move", "move", "forget", "wait", "nothing"]))
    width, height = draw(numbers(1, SMALL.width)), draw(numbers(1, SMALL.height))
    x, y = draw(numbers(0, SMALL.width - width)), draw(numbers(0, SMALL.height - height))
    dx, dy = draw(numbers(-x, SMALL.width - width - x)), draw(numbers(-y, SMALL.height - height - y))
    if draw(st.booleans()):
        dx = 0
    return kind, Rectangle(x, y, width, height), dx, dy


@settings(max_examples=100)
@given(
    st.lists(st.tuples(drawings(), st.sampled_from([FOREVER, 20_000.0, 0.0, -1.0])), max_size=12),
    st.sampled_from([(TIGHT, COPY, QUALITY_6), (TIGHT, QUALITY_6), (ZRLE, COPY), (RAW, COPY)]),
    numbers(0, 1 << 20),
)
def test_the_pixels_are_equal_in_the_end_whatever_is_drawn_and_however_small_the_updates(
    steps: list[tuple[tuple[str, Rectangle, int, int], float]], encodings: tuple[int, ...], seed: int
) -> None:
    made = model(*encodings, seed=seed, size=SMALL)
    for (kind, part, dx, dy), budget in steps:
        if kind == "noise":
            made.screen.noise(part)
        elif kind == "text":
            made.screen.text(part)
        elif kind == "move":
            made.screen.move(part, dx, dy)
        elif kind == "forget":
            made.encoder.forget()
            made.shown[...] = 77
        elif kind == "wait":
            made.now += 0.3
        made.detect_changes()
        made.send(budget)
    made.refresh()
    assert not made.wrong.any()


@given(numbers(-60, 60), numbers(-60, 60), numbers(0, 1 << 20))
def test_copies_have_the_pixels_of_their_source(dx: int, dy: int, seed: int) -> None:
    screen = FakeFramebuffer(320, 256, seed)
    screen.text(Rectangle(0, 0, 320, 256))
    old = screen.pixels.copy()
    screen.move(Rectangle(60, 60, 200, 136), dx, dy)
    screen.noise(Rectangle(0, seed % 200, 320, 3))
    before, after = (each.view(np.uint32)[..., 0] for each in (old, screen.pixels))
    for copy in find_copies(before, after):
        source = before[copy.y - copy.dy :, copy.x - copy.dx :][: copy.height, : copy.width]
        assert (after[copy.y : copy.y + copy.height, copy.x : copy.x + copy.width] == source).all()


def rest(screen: FakeFramebuffer) -> None:
    while screen.memory.rest():
        pass


def test_what_moves_after_a_rest_is_copied_and_a_letter_is_sent_alone() -> None:
    made = model(COPY, TIGHT)
    made.screen.text(WHOLE)
    made.detect_changes()
    made.send()
    rest(made.screen)
    made.screen.move(WHOLE._replace(y=8, height=472), 0, -8)
    made.detect_changes()
    assert made.send() < 10_000 and made.copies
    assert not made.wrong.any()
    rest(made.screen)
    made.screen.pixels[100:118, 70:79, :3] ^= 0xFF
    made.detect_changes()
    assert made.send() < 200
    assert not made.wrong.any()


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from(["text", "noise", "move", "send", "some", "rest"]), numbers(0, 400)), max_size=25
    )
)
def test_clients_show_the_screen_whenever_it_rests(steps: list[tuple[str, int]]) -> None:
    made = model(COPY, TIGHT)
    other = Model(made.screen, COPY, ZRLE)
    for step, number in steps:
        part = Rectangle(number, number // 2, 200, 150)
        match step:
            case "text":
                made.screen.text(part)
            case "noise":
                made.screen.noise(part)
            case "move":
                made.screen.move(Rectangle(100, 80, 380, 300), number % 100 - 50, number % 60 - 30)
            case "send" | "some":
                made.send(FOREVER if step == "send" else 20_000)
            case "rest":
                rest(made.screen)
        tiles = made.detect_changes()
        other.encoder.changed(tiles, made.now)
        if number % 3:
            other.send()
    for each in (made, other):
        each.refresh()
        assert not each.wrong.any()

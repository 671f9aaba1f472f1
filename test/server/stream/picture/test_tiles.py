"""What a viewer shows after it was sent tiles: the pixels of the screen, whatever was drawn, moved and left out."""

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
from jupyter_vnc_proxy.stream.picture.tiles import TileEncoder

RAW, COPY, TIGHT, ZRLE = 0, 1, 7, 16
QUALITY_6, COMPRESSION_0, COMPRESSION_9 = -26, -256, -247
FRAME = 1 / 60
FOREVER = float("inf")


class FakeScreen:
    """A screen that a test draws on."""

    def __init__(self, width: int, height: int, seed: int = 0) -> None:
        self.width, self.height = width, height
        self.random = np.random.default_rng(seed)
        self.pixels = np.zeros((height, width, 4), np.uint8)

    def tiles(self, value: bool = False) -> Tiles:
        return np.full((-(-self.height // TILE), -(-self.width // TILE)), value, np.bool_)

    def noise(self, part: Rectangle) -> None:
        """Draw what has many colours."""
        self._area(part)[..., :3] = self.random.integers(0, 256, (part.height, part.width, 3))

    def text(self, part: Rectangle) -> None:
        """Draw what has few colours and no two lines alike."""
        self._area(part)[..., :3] = 64 * self.random.integers(0, 2, (part.height, part.width, 1))

    def move(self, part: Rectangle, dx: int, dy: int) -> None:
        source = self._area(part).copy()
        self._area(part._replace(x=part.x + dx, y=part.y + dy))[...] = source

    def _area(self, part: Rectangle) -> npt.NDArray[np.uint8]:
        return self.pixels[part.y : part.y + part.height, part.x : part.x + part.width]


class Model:
    """A screen, an encoder, and a client that does as it is told and no more."""

    def __init__(self, screen: FakeScreen, *encodings: int) -> None:
        self.screen = screen
        self.protocol = ServerProtocol("desk", screen.width, screen.height)
        self.announce(*encodings)
        self.encoder = TileEncoder(screen, self.protocol)  # type: ignore[arg-type]
        self.now = 1.0
        self.before = screen.pixels.copy()
        self.shown = np.zeros((screen.height, screen.width, 3), np.uint8)
        self.tight, self.zrle = TightDecoder(), ZRLEDecoder()
        self.copies: list[Rectangle] = []
        self.jpegs: list[Rectangle] = []

    def announce(self, *encodings: int) -> None:
        self.protocol.receive(set_encodings(*encodings) if self.protocol.ready else HELLO + set_encodings(*encodings))

    def notice(self) -> None:
        """Tell the encoder what has changed on the screen, a frame later."""
        self.now += FRAME
        differs = (self.screen.pixels != self.before).any(axis=2)
        rows = np.logical_or.reduceat(differs, np.arange(0, self.screen.height, TILE), axis=0)
        tiles = np.logical_or.reduceat(rows, np.arange(0, self.screen.width, TILE), axis=1)
        self.before = self.screen.pixels.copy()
        self.encoder.changed(tiles, self.now)

    def send(self, budget: float = FOREVER) -> int:
        """Send an update; return how many bytes it had."""
        sent = self.encoder.rectangles(self.now, budget, FOREVER)
        for each in sent:
            self.take(each)
        return sum(map(len, sent))

    def settle(self) -> None:
        self.now += 1
        while self.encoder.waiting(self.now):
            self.send()

    def take(self, data: bytes) -> None:
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
        """The pixels that are not as they should be."""
        wrong: Tiles = (self.shown != self.screen.pixels[..., 2::-1]).any(axis=2)
        return wrong

    def play(self, part: Rectangle, frames: int = 30) -> None:
        for _ in range(frames):
            self.screen.noise(part)
            self.notice()
            self.send()


WHOLE = Rectangle(0, 0, 640, 480)
FILM = Rectangle(192, 128, 256, 192)
"""A fifth of the screen."""


SMALL = Rectangle(0, 0, 330, 250)


def model(*encodings: int, seed: int = 0, size: Rectangle = WHOLE) -> Model:
    made = Model(FakeScreen(size.width, size.height, seed), *encodings)
    made.screen.text(size)
    made.notice()
    made.send()
    assert not made.wrong.any()
    return made


def test_a_film_is_jpeg_where_it_is_and_the_rest_exact() -> None:
    made = model(TIGHT, QUALITY_6)
    made.play(FILM)
    assert made.jpegs
    for x, y, width, height in made.jpegs:
        assert FILM.x <= x <= x + width <= FILM.x + FILM.width
        assert FILM.y <= y <= y + height <= FILM.y + FILM.height
    assert made.wrong.any()
    made.settle()
    assert not made.wrong.any()


def test_what_comes_to_rest_is_soon_exact_in_small_updates_that_new_damage_overtakes() -> None:
    made = model(TIGHT, QUALITY_6)
    made.play(FILM)
    rest = made.encoder.waits_until()
    assert rest is not None
    assert 0.15 <= rest - made.now <= 0.25
    made.now = rest
    assert made.encoder.waiting(made.now)
    made.screen.text(Rectangle(0, 448, 64, 32))
    made.notice()
    made.send(budget=100)
    assert not made.wrong[448:, :64].any()
    assert made.wrong.any()
    made.settle()
    assert not made.wrong.any()


@pytest.mark.parametrize("encodings", [(TIGHT,), (ZRLE, QUALITY_6), (RAW, QUALITY_6)])
def test_nothing_is_inexact_for_who_did_not_ask_for_a_quality_in_tight(encodings: tuple[int, ...]) -> None:
    made = model(*encodings)
    for _ in range(10):
        made.play(FILM, 1)
        assert not made.wrong.any()
    assert made.encoder.waits_until() is None


def test_something_small_that_moves_is_sent_exactly() -> None:
    made = model(TIGHT, QUALITY_6)
    made.play(Rectangle(320, 192, 60, 60))
    assert made.jpegs == []
    assert not made.wrong.any()


def test_text_is_exact_even_while_it_moves() -> None:
    made = model(TIGHT, QUALITY_6)
    for _ in range(20):
        made.screen.text(WHOLE)
        made.notice()
        made.send()
        assert not made.wrong.any()


def test_a_still_page_stays_exact_beside_a_film_and_under_a_blinking_cursor() -> None:
    made = model(TIGHT, QUALITY_6)
    made.screen.noise(Rectangle(0, 384, 640, 96))
    made.notice()
    made.send()
    for frame in range(60):
        made.screen.pixels[400:420, 30:32, :3] = 255 * (frame // 30)
        made.play(FILM, 1)
        assert not made.wrong[384:].any()


def test_a_film_on_a_very_wide_screen_is_cut_as_tight_wants_it() -> None:
    made = model(TIGHT, QUALITY_6, size=Rectangle(0, 0, 2600, 130))
    made.play(Rectangle(0, 0, 2600, 64), 6)
    assert max(part.width for part in made.jpegs) == 2048
    made.settle()
    assert not made.wrong.any()


def test_levels_that_change_are_honoured_at_once() -> None:
    made = model(TIGHT, -32, COMPRESSION_0)
    made.play(FILM, 10)
    sizes = []
    for encodings in ((-32, COMPRESSION_0), (-23, COMPRESSION_9)):
        made.announce(TIGHT, *encodings)
        made.screen.noise(FILM)
        made.notice()
        sizes.append(made.send())
    assert sizes[1] > 4 * sizes[0], "quality"
    made.settle()
    sizes = []
    for level in (COMPRESSION_0, COMPRESSION_9):
        made.announce(TIGHT, level)
        made.now += 10
        made.screen.pixels[:64, :, :3] = np.arange(640 * 64).reshape(64, 640, 1) // 7 % 251 + [0, 1, 2]
        made.screen.pixels[:64, :, 0] = np.arange(64)[:, np.newaxis]
        made.encoder.forget()
        made.notice()
        sizes.append(made.send())
        assert not made.wrong.any()
    assert sizes[1] < sizes[0] / 2, "compression"


def test_text_that_scrolls_is_copied() -> None:
    made = model(TIGHT, COPY, QUALITY_6)
    page = Rectangle(70, 50, 500, 400)
    for step in (-4, -17, 30, -64, -4):
        made.screen.move(Rectangle(70, 50 + max(0, -step), 500, 400 - abs(step)), 0, step)
        fresh = 50 if step > 0 else 450 - abs(step)
        made.screen.text(Rectangle(70, fresh, 500, abs(step)))
        made.notice()
        assert made.send() < 500 * abs(step) / 4 + 2000
        assert not made.wrong.any()
        assert made.copies[-1].width >= page.width
        assert made.copies[-1].height >= 400 - abs(step)
    assert len(made.copies) == 5


def test_photographs_that_scroll_are_copied_exactly() -> None:
    made = model(TIGHT, COPY, QUALITY_6)
    made.screen.noise(WHOLE)
    made.notice()
    made.send()
    for _ in range(30):
        made.screen.move(Rectangle(0, 4, 640, 476), 0, -4)
        made.screen.noise(Rectangle(0, 476, 640, 4))
        made.notice()
        assert made.send() < 640 * 4 * 3 * 1.5
        assert not made.wrong.any()
    assert len(made.copies) == 30


def test_a_window_that_is_dragged_is_copied() -> None:
    made = model(TIGHT, COPY, QUALITY_6)
    window = Rectangle(100, 90, 250, 200)
    wallpaper = made.screen.pixels.copy()
    made.screen.noise(window)
    content = made.screen.pixels[90:290, 100:350].copy()
    made.notice()
    made.send()
    x, y = 100, 90
    for dx, dy in ((11, 7), (20, -5), (-40, 0), (0, 33)):
        x, y = x + dx, y + dy
        made.screen.pixels[...] = wallpaper
        made.screen.pixels[y : y + 200, x : x + 250] = content
        made.notice()
        made.send()
        assert not made.wrong.any()
        assert made.copies[-1].width >= 200
    assert len(made.copies) == 4


def test_what_scrolls_sideways_is_copied() -> None:
    made = model(TIGHT, COPY, QUALITY_6)
    for step in (-12, 40):
        made.screen.move(Rectangle(100 + max(0, -step), 64, 400 - abs(step), 320), step, 0)
        made.screen.text(Rectangle(100 if step > 0 else 500 - abs(step), 64, abs(step), 320))
        made.notice()
        made.send()
        assert not made.wrong.any()
        assert made.copies[-1].width >= 400 - abs(step)
    assert len(made.copies) == 2


def test_a_copy_of_what_is_inexact_is_inexact_and_settles_too() -> None:
    made = model(TIGHT, COPY, QUALITY_6)
    made.play(WHOLE, 12)
    assert made.jpegs
    for _ in range(40):
        made.screen.move(Rectangle(0, 8, 640, 472), 0, -8)
        made.notice()
        made.send()
    assert made.copies
    made.settle()
    assert not made.wrong.any()


def test_small_changes_are_not_searched_for_moves() -> None:
    made = model(TIGHT, COPY)
    made.screen.move(Rectangle(0, 4, 120, 100), 0, -4)
    made.notice()
    made.send()
    assert made.copies == []
    assert not made.wrong.any()


def test_of_a_tile_only_what_differs_is_sent() -> None:
    made = model(RAW, COPY)
    made.screen.pixels[100:118, 70:79, :3] ^= 0xFF
    made.notice()
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
def test_whatever_is_drawn_and_however_little_goes_at_once_the_pixels_end_up_equal(
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
        made.notice()
        made.send(budget)
    made.settle()
    assert not made.wrong.any()


@given(numbers(-60, 60), numbers(-60, 60), numbers(0, 1 << 20))
def test_every_move_that_is_found_is_true(dx: int, dy: int, seed: int) -> None:
    screen = FakeScreen(320, 256, seed)
    screen.text(Rectangle(0, 0, 320, 256))
    old = screen.pixels.copy()
    screen.move(Rectangle(60, 60, 200, 136), dx, dy)
    screen.noise(Rectangle(0, seed % 200, 320, 3))
    before, after = (each.view(np.uint32)[..., 0] for each in (old, screen.pixels))
    for move in find_copies(before, after):
        source = before[move.y - move.dy :, move.x - move.dx :][: move.height, : move.width]
        assert (after[move.y : move.y + move.height, move.x : move.x + move.width] == source).all()

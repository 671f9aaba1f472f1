"""Measures the encoders' CPU time and the size of their output for typical pictures.

python bench/encoders.py [--seconds S]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from jupyter_vnc_proxy.rfb.pixel_format import NATIVE
from jupyter_vnc_proxy.stream.picture.encoders.pixels import Pixels
from jupyter_vnc_proxy.stream.picture.encoders.raw import RawEncoder
from jupyter_vnc_proxy.stream.picture.encoders.tight import MAX_WIDTH, TightEncoder
from jupyter_vnc_proxy.stream.picture.encoders.zrle import ZRLEEncoder

MAX_AREA = 256 * 256
"""Pixels of a part that `split_rectangles` makes: larger parts rarely have few colours."""

SCREEN = (1080, 1920, 4)
"""Pictures are slices of an array of this shape, so that their rows are not contiguous in memory."""


def text(width: int, height: int, *, smooth: bool) -> Pixels:
    """Return coloured lines of random characters, like a terminal."""
    image = Image.new("RGB", (width, height), (30, 30, 30))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(13) if smooth else ImageFont.load_default_imagefont()
    random = np.random.default_rng(1)
    for line, top in enumerate(range(0, height, 15)):
        words = "".join(map(chr, random.integers(33, 127, width // 7)))
        draw.text((2, top), words, fill=[(220, 220, 220), (120, 200, 120), (200, 90, 90)][line % 3], font=font)
    return cut_out(np.asarray(image)[..., ::-1])


def photo(width: int, height: int) -> Pixels:
    """Return a smooth picture with a little noise, like a photograph."""
    across, down = np.meshgrid(np.linspace(0, 6, width), np.linspace(0, 4, height))
    planes = [np.sin(across + shift) * np.cos(down * (shift + 1)) * 100 + 128 for shift in range(3)]
    noise = np.random.default_rng(2).normal(0, 2, (height, width, 3))
    return cut_out((np.stack(planes, axis=-1) + noise).clip(0, 255).astype(np.uint8))


def noise(width: int, height: int) -> Pixels:
    """Return random pixels."""
    return cut_out(np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8))


def flat(width: int, height: int) -> Pixels:
    """Return a single colour."""
    return cut_out(np.full((height, width, 3), 200, np.uint8))


def cut_out(bgr: Pixels) -> Pixels:
    """Return the picture (height x width x 3) as a slice of a screen (height x width x 4)."""
    height, width = bgr.shape[:2]
    screen = np.zeros(SCREEN, np.uint8)
    screen[:height, :width, :3] = bgr
    return screen[:height, :width]


def tiles(screen: Pixels, size: int = 64) -> list[Pixels]:
    """Return many small pictures: a single one would always be in zlib's window."""
    height, width = screen.shape[:2]
    return [
        screen[y : y + size, x : x + size] for y in range(0, height - size, size) for x in range(0, width - size, size)
    ]


PICTURES = {
    "64x64 one colour": tiles(flat(1280, 720)),
    "64x64 text": tiles(text(1280, 720, smooth=False)),
    "64x64 smooth text": tiles(text(1280, 720, smooth=True)),
    "64x64 photo": tiles(photo(1280, 720)),
    "640x400 text": [text(640, 400, smooth=False)],
    "640x400 smooth text": [text(640, 400, smooth=True)],
    "1280x720 smooth text": [text(1280, 720, smooth=True)],
    "1280x720 photo": [photo(1280, 720)],
    "1280x720 noise": [noise(1280, 720)],
}


def split_rectangles(x: int, y: int, width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    """Cut a rectangle into parts (x, y, width, height) of at most `MAX_AREA`, none wider than 256 unless it is flat."""
    columns = -(-width // 256) if width * height > MAX_AREA else -(-width // MAX_WIDTH)
    wide = -(-width // max(columns, 1))
    high = max(MAX_AREA // max(wide, 1), 1)
    for top in range(y, y + height, high):
        for left in range(x, x + width, max(wide, 1)):
            yield left, top, min(wide, x + width - left), min(high, y + height - top)


def tight(level: int | None) -> Callable[[Pixels], int]:
    """Return a function that encodes pixels as Tight and returns the number of bytes."""
    encoder = TightEncoder(level)

    def encode(pixels: Pixels) -> int:
        parts = split_rectangles(0, 0, pixels.shape[1], pixels.shape[0])
        return sum(12 + len(encoder.encode(pixels[y : y + h, x : x + w])) for x, y, w, h in parts)

    return encode


def jpeg(quality: int) -> Callable[[Pixels], int]:
    encoder = TightEncoder()
    return lambda pixels: 12 + len(encoder.jpeg(pixels, quality))


def zrle() -> Callable[[Pixels], int]:
    encoder = ZRLEEncoder()
    return lambda pixels: 12 + len(encoder.encode(pixels, NATIVE))


def raw() -> Callable[[Pixels], int]:
    encoder = RawEncoder()
    return lambda pixels: 12 + len(encoder.encode(pixels, NATIVE))


ENCODERS = {
    "raw": raw(),
    "tight": tight(None),
    "tight, level 6": tight(6),
    "tight jpeg, quality 8": jpeg(8),
    "zrle": zrle(),
}


def measure(encode: Callable[[Pixels], int], pictures: list[Pixels], seconds: float) -> tuple[float, int]:
    """Return the median CPU time per picture in µs, and its mean size in bytes, including headers."""
    times: list[int] = []
    sizes: list[int] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        for pixels in pictures:
            began = time.thread_time_ns()
            sizes.append(encode(pixels))
            times.append(time.thread_time_ns() - began)
    return float(np.median(times)) / 1e3, round(float(np.mean(sizes)))


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.3, help="per cell (default: %(default)s)")
    seconds = parser.parse_args().seconds
    print(f"| {'µs · bytes':22} |" + "".join(f" {name:>22} |" for name in ENCODERS))
    print("|---" * (1 + len(ENCODERS)) + "|")
    for name, pictures in PICTURES.items():
        cells = [measure(encode, pictures, seconds) for encode in ENCODERS.values()]
        row = "".join(f" {f'{micros:,.0f} · {size:,}':>22} |" for micros, size in cells)
        print(f"| {name:22} |{row}", flush=True)


if __name__ == "__main__":
    main()

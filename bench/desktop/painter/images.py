"""The pixels of the scenes: text, video, wallpaper and a window. Generated, the same in every run."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .stamp import Pixels

LINE_HEIGHT = 16
"""Pixels from one line of text to the next."""

COLOURS = ((220, 220, 220), (120, 200, 120), (230, 180, 90), (110, 160, 240), (220, 110, 110))
BACKGROUND = (24, 26, 30)
NOISE = 28
"""Amplitude of the video's grain, of 255."""


def _bgrx(image: Image.Image) -> Pixels:
    pixels: Pixels = np.array(image.convert("RGBX"), np.uint8)
    return np.ascontiguousarray(pixels[..., [2, 1, 0, 3]])


def text(width: int, height: int) -> Pixels:
    """Return lines of coloured words, like a build's output in a terminal."""
    image = Image.new("RGB", (width, height), BACKGROUND)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(13)
    random = np.random.default_rng(1)
    for top in range(0, height - LINE_HEIGHT + 1, LINE_HEIGHT):
        left, end = 4.0, width * random.uniform(0.3, 1.0)
        while left < end:
            word = "".join(map(chr, random.integers(97, 123, random.integers(2, 11))))
            draw.text((left, top), word, fill=COLOURS[random.choice(5, p=[0.6, 0.1, 0.1, 0.1, 0.1])], font=font)
            left += draw.textlength(word + " ", font=font)
    return _bgrx(image)


def video(frames: Pixels) -> None:
    """Fill ``frames`` (count, height, width, 4) with a loop of moving gradients, with shapes and grain over them."""
    count, height, width, _ = frames.shape
    random = np.random.default_rng(2)
    wave = (np.sin(np.arange(1024) * 2 * np.pi / 1024) * 55 + 100).astype(np.uint8)
    down, across = np.arange(height)[:, None], np.arange(width)[None, :]
    # The grain's size is two pixels each way, and it moves: a window into a larger sheet.
    sheet = random.integers(0, NOISE, (height // 2 + 160, width // 2 + 160), dtype=np.uint8).repeat(2, 0).repeat(2, 1)
    for number, frame in enumerate(frames):
        phase = number * 1024 // count
        frame[..., 0] = wave[(across + down // 2 + phase) % 1024]
        frame[..., 1] = wave[(across // 2 - down - phase) % 1024]
        frame[..., 2] = wave[(2 * across + down + 2 * phase) % 1024]
        frame[..., 3] = 255
        turn = 2 * np.pi * number / count
        shift_x, shift_y = (int(80 + 60 * wave_of(turn)) for wave_of in (np.sin, np.cos))
        grain = sheet[shift_y : shift_y + height, shift_x : shift_x + width]
        for blob in range(5):
            size = height // 3
            left = int((width - size) * (0.5 + 0.45 * np.sin(turn + blob * 1.3)))
            top = int((height - size) * (0.5 + 0.45 * np.cos(turn * (1 + blob % 2) + blob)))
            frame[top : top + size, left : left + size, blob % 3] ^= 0x40
        frame[..., :3] += grain[..., None]


def wallpaper(width: int, height: int) -> Pixels:
    """Return a smooth image, like a typical desktop background."""
    down, across = np.linspace(0, 1, height)[:, None], np.linspace(0, 1, width)[None, :]
    picture = np.empty((height, width, 4), np.uint8)
    picture[..., 0] = 120 + 80 * np.sin(3 * across + down)
    picture[..., 1] = 90 + 60 * np.sin(4 * down + 2 * across * down)
    picture[..., 2] = 60 + 40 * np.cos(5 * across - 2 * down)
    picture[..., 3] = 255
    return picture


def window(width: int, height: int) -> Pixels:
    """Return a window: a title bar with text below it."""
    picture = text(width, height)
    picture[:24] = (150, 90, 60, 255)
    picture[[0, -1]] = picture[:, [0, -1]] = 255
    return picture

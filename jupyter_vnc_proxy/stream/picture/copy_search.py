"""Finds scrolled text and dragged windows by comparing two contents of the screen, to send them as CopyRect.

Candidates are cheap and may be wrong. For scrolling, a hash of a few pixels stands for each row; for dragging, a line
of the old content is looked for in the new one. Copies that are returned were compared pixel by pixel.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from .framebuffer import runs_of

PixelValues: TypeAlias = npt.NDArray[np.uint32]
"""Shape (height, width): one number for each pixel."""

Flags: TypeAlias = npt.NDArray[np.bool_]

SAMPLE_STEP_PIXELS = 8
"""Pixels of a row from one sample to the next."""

STRIP_SAMPLES = 16
"""Samples of a strip. Each strip has its own hashes, for text may scroll beside something that doesn't."""

MIN_VOTES = 8
"""Rows that must have moved by the same distance."""

MIN_COPY_PIXELS = 8192
"""Pixels of the smallest copy."""

MIN_SIDE_PIXELS = 8
"""Pixels of the shortest side of a copy."""

LINE_PIXELS = 24
"""Pixels of a line that is looked for."""

MAX_LINES = 4
"""Lines that are looked for: those with the most changes."""

HASH_WEIGHTS = np.frombuffer(random.Random(1).randbytes(4 * STRIP_SAMPLES), np.uint32) | np.uint32(1)
"""Odd numbers, by which the samples of a strip are multiplied. numpy.random would take 4 MB of memory."""


class Copy(NamedTuple):
    """A part of the new content, in pixels. The old content has it ``dx`` further left and ``dy`` further up."""

    x: int
    y: int
    width: int
    height: int
    dx: int
    dy: int


def find_copies(old: PixelValues, new: PixelValues, likely: tuple[int, int] = (0, 0)) -> list[Copy]:
    """Return parts of ``new`` that are elsewhere in ``old``. They don't overlap, and all moved by the same distance.

    The client can apply them in place, in this order. ``likely`` is the distance (dx, dy) to try first.
    """
    best: list[Copy] = []
    for dx, dy in _candidates(old, new, likely):
        best = max(best, _verified(old, new, dx, dy), key=_area)
        if 2 * _area(best) > new.size:
            break  # no other can be larger, as only one fits if text repeats itself
    return sorted(best, key=lambda copy: -copy.y if copy.dy > 0 else copy.y)


def _area(copies: list[Copy]) -> int:
    return sum(copy.width * copy.height for copy in copies)


def _candidates(old: PixelValues, new: PixelValues, likely: tuple[int, int]) -> Iterator[tuple[int, int]]:
    if likely != (0, 0) and _is_plausible(old, new, *likely):
        yield likely
    if dy := _scrolled(old, new):
        yield 0, dy
    yield from _dragged(old, new)


def _is_plausible(old: PixelValues, new: PixelValues, dx: int, dy: int) -> bool:
    """Return whether most of a few pixels that changed have moved by this distance."""
    height, width = new.shape
    if abs(dx) >= width or abs(dy) >= height:  # of a larger area, or before the screen became smaller
        return False
    rows, columns = np.arange(height // 12, height, height // 6 or 1), slice(max(0, dx), min(width, width + dx))
    rows = rows[(rows >= dy) & (rows - dy < height)]
    after, before = new[rows, columns], old[rows - dy, max(0, -dx) : min(width, width - dx)]
    changed = after != old[rows, columns]
    return bool(2 * (changed & (after == before)).sum() > changed.sum())


# -- scrolling -------------------------------------------------------------------------------------------------------


def _scrolled(old: PixelValues, new: PixelValues) -> int:
    """Return by how many rows most of the changed rows have moved down; 0 if that is unclear."""
    before, after = _hashes(old), _hashes(new)
    changed = before != after
    votes = np.zeros(2 * len(old) + 1, np.intp)
    voters = 0
    for strip in range(changed.shape[1]):
        rows = np.flatnonzero(changed[:, strip])
        if len(rows) < MIN_VOTES:
            continue
        order = np.argsort(before[:, strip])
        known = before[order, strip]
        wanted = after[rows, strip]
        first = np.searchsorted(known, wanted)
        only = np.searchsorted(known, wanted, side="right") - first == 1
        voters += len(rows)
        votes += np.bincount(rows[only] - order[first[only]] + len(old), minlength=len(votes))
    best = int(votes.argmax())
    return best - len(old) if votes[best] >= max(MIN_VOTES, voters / 16) else 0


def _hashes(pixels: PixelValues) -> PixelValues:
    """Return a hash for each row and strip: shape (height, strips)."""
    samples = pixels[:, SAMPLE_STEP_PIXELS // 2 :: SAMPLE_STEP_PIXELS]
    strips = max(1, samples.shape[1] // STRIP_SAMPLES)
    wide = min(STRIP_SAMPLES, samples.shape[1])
    samples = samples[:, : strips * wide].reshape(len(pixels), strips, wide)
    hashes: PixelValues = np.einsum("ijk,k->ij", samples, HASH_WEIGHTS[:wide])
    return hashes


# -- dragging, and scrolling sideways ----------------------------------------------------------------------------------


def _dragged(old: PixelValues, new: PixelValues) -> Iterator[tuple[int, int]]:
    """Yield the distances by which lines may have moved that changed at their old place."""
    width = new.shape[1]
    if width < 2 * LINE_PIXELS:
        return
    tried = set()
    step = SAMPLE_STEP_PIXELS // 2
    some = slice(None, None, step)
    varied = ((old[some, 1:] != old[some, :-1]) & (old[some, 1:] != new[some, 1:])).sum(axis=1)
    for row in np.argsort(varied)[::-1][:MAX_LINES] * step:
        if (column := _varied_column(old[row], new[row])) is None:
            continue
        if (at := _find_line(new.ravel(), old[row, column : column + LINE_PIXELS])) is not None:
            distance = at % width - column, at // width - int(row)
            if distance != (0, 0) and distance not in tried:
                tried.add(distance)
                yield distance


def _find_line(pixels: PixelValues, line: PixelValues) -> int | None:
    """Return the index of the line in the pixels if it occurs exactly once."""
    values, counts = np.unique(line, return_counts=True)
    begin = int(np.flatnonzero(line == values[counts.argmin()])[0])
    places = np.flatnonzero(pixels == line[begin]) - begin
    places = places[(places >= 0) & (places <= len(pixels) - len(line))]
    for offset, value in enumerate(line):
        places = places[pixels[places + offset] == value]
    return int(places[0]) if len(places) == 1 else None


def _varied_column(old: PixelValues, new: PixelValues) -> int | None:
    """Return where a row that changed varies much: near its middle, because its ends may have moved out of sight."""
    varied = (old[1:] != old[:-1]) & (old[1:] != new[1:])
    sums = np.concatenate(([0], np.cumsum(varied)))
    windows = sums[LINE_PIXELS - 1 :] - sums[: -(LINE_PIXELS - 1)]
    best = np.flatnonzero(windows >= max(LINE_PIXELS // 3, 0.8 * windows.max()))
    return int(best[np.abs(best - len(windows) // 2).argmin()]) if len(best) else None


# -- verification ----------------------------------------------------------------------------------------------------


def _verified(old: PixelValues, new: PixelValues, dx: int, dy: int) -> list[Copy]:
    """Return the parts of the largest rectangle that has moved by this distance, without rows that differ."""
    height, width = new.shape
    left, top, right, bottom = max(0, dx), max(0, dy), min(width, width + dx), min(height, height + dy)
    if right - left < MIN_SIDE_PIXELS or bottom - top < MIN_SIDE_PIXELS:
        return []
    same = new[top:bottom, left:right] == old[top - dy : bottom - dy, left - dx : right - dx]
    score = same[:, ::4].sum(axis=1)
    first, last = _longest_run(score * 2 >= score.max())
    score = same[first:last:4].sum(axis=0)
    begin, end = _longest_run(score >= 0.9 * score.max())
    exact = same[first:last, begin:end].all(axis=1)
    return [
        Copy(left + begin, top + first + start, end - begin, stop - start, dx, dy)
        for start, stop in runs_of(exact)
        if stop - start >= MIN_SIDE_PIXELS <= end - begin and (stop - start) * (end - begin) >= MIN_COPY_PIXELS
    ]


def _longest_run(flags: Flags) -> tuple[int, int]:
    return max(runs_of(flags), key=lambda run: run[1] - run[0], default=(0, 0))

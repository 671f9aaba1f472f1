"""Finds what was moved between two pictures: text that scrolled, a window that was dragged.

Guesses are cheap and may be wrong: rows are compared by a hash of a few of their pixels, a window by a line of it that
is looked for elsewhere. What is returned was compared pixel for pixel.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Picture: TypeAlias = npt.NDArray[np.uint32]
"""Shape (height, width); a number for each pixel."""

Lines: TypeAlias = npt.NDArray[np.bool_]

STEP = 8
"""Of so many pixels in a row one is looked at."""

STRIP = 16
"""Pixels looked at that make a strip: what is beside the text that scrolled may not have moved with it."""

VOTES = 8
"""Rows that must have gone the same way."""

LEAST = 8192
"""Pixels of the smallest move that counts."""

LEAST_SIDE = 8
"""Pixels of its least side."""

LINE = 24
"""Pixels of a line of a window that is looked for elsewhere."""

LINES = 4
"""Lines that are looked for: those in which most changed."""

WEIGHTS = np.random.default_rng(1).integers(1, 1 << 32, STRIP, dtype=np.uint32) | np.uint32(1)


class Move(NamedTuple):
    """A part of the new picture that the old one has ``dx`` further left and ``dy`` further up, in pixels."""

    x: int
    y: int
    width: int
    height: int
    dx: int
    dy: int


def find_copies(old: Picture, new: Picture, likely: tuple[int, int] = (0, 0)) -> list[Move]:
    """Return parts of ``new`` that are elsewhere in ``old``, none overlapping; all have moved the same way.

    They come in an order in which one picture may be made from the other in place. ``likely`` is a way to try first.
    """
    best: list[Move] = []
    for dx, dy in _guesses(old, new, likely):
        best = max(best, _verified(old, new, dx, dy), key=_area)
        if 2 * _area(best) > new.size:
            break  # no other can be larger: where text repeats itself, a wrong way is right in places
    return sorted(best, key=lambda move: -move.y if move.dy > 0 else move.y)


def _area(moves: list[Move]) -> int:
    return sum(move.width * move.height for move in moves)


def _guesses(old: Picture, new: Picture, likely: tuple[int, int]) -> Iterator[tuple[int, int]]:
    if likely != (0, 0) and _is_plausible(old, new, *likely):
        yield likely
    if dy := _scrolled(old, new):
        yield 0, dy
    yield from _dragged(old, new)


def _is_plausible(old: Picture, new: Picture, dx: int, dy: int) -> bool:
    """Tell from a few pixels that changed whether most of them went this way."""
    height, width = new.shape
    rows, columns = np.arange(height // 12, height, height // 6 or 1), slice(max(0, dx), min(width, width + dx))
    rows = rows[(rows >= dy) & (rows - dy < height)]
    after, before = new[rows, columns], old[rows - dy, max(0, -dx) : min(width, width - dx)]
    changed = after != old[rows, columns]
    return bool(2 * (changed & (after == before)).sum() > changed.sum())


# -- scrolling -------------------------------------------------------------------------------------------------------


def _scrolled(old: Picture, new: Picture) -> int:
    """Guess by how many rows most of what changed went down; 0 where that can't be told."""
    before, after = _hashes(old), _hashes(new)
    changed = before != after
    votes = np.zeros(2 * len(old) + 1, np.intp)
    voters = 0
    for strip in range(changed.shape[1]):
        rows = np.flatnonzero(changed[:, strip])
        if len(rows) < VOTES:
            continue
        order = np.argsort(before[:, strip])
        known = before[order, strip]
        wanted = after[rows, strip]
        first = np.searchsorted(known, wanted)
        only = np.searchsorted(known, wanted, side="right") - first == 1
        voters += len(rows)
        votes += np.bincount(rows[only] - order[first[only]] + len(old), minlength=len(votes))
    best = int(votes.argmax())
    return best - len(old) if votes[best] >= max(VOTES, voters / 16) else 0


def _hashes(picture: Picture) -> Picture:
    """Return a number for each row and strip: shape (height, strips)."""
    seen = picture[:, STEP // 2 :: STEP]
    strips = max(1, seen.shape[1] // STRIP)
    wide = min(STRIP, seen.shape[1])
    seen = seen[:, : strips * wide].reshape(len(picture), strips, wide)
    hashes: Picture = np.einsum("ijk,k->ij", seen, WEIGHTS[:wide])
    return hashes


# -- dragging, and scrolling sideways ----------------------------------------------------------------------------------


def _dragged(old: Picture, new: Picture) -> Iterator[tuple[int, int]]:
    """Guess where something went, by lines of it that have changed where they were."""
    width = new.shape[1]
    if width < 2 * LINE:
        return
    tried = set()
    some = slice(None, None, STEP // 2)
    varied = ((old[some, 1:] != old[some, :-1]) & (old[some, 1:] != new[some, 1:])).sum(axis=1)
    for row in np.argsort(varied)[::-1][:LINES] * (STEP // 2):
        if (column := _rich(old[row], new[row])) is None:
            continue
        if (at := _found(new.ravel(), old[row, column : column + LINE])) is not None:
            way = at % width - column, at // width - int(row)
            if way != (0, 0) and way not in tried:
                tried.add(way)
                yield way


def _found(pixels: Picture, line: Picture) -> int | None:
    """Return where the line is among the pixels, if it is there just once."""
    values, counts = np.unique(line, return_counts=True)
    begin = int(np.flatnonzero(line == values[counts.argmin()])[0])
    places = np.flatnonzero(pixels == line[begin]) - begin
    places = places[(places >= 0) & (places <= len(pixels) - len(line))]
    for offset, value in enumerate(line):
        places = places[pixels[places + offset] == value]
    return int(places[0]) if len(places) == 1 else None


def _rich(old: Picture, new: Picture) -> int | None:
    """Return where in a line what changed varies much: near its middle, for its ends may have moved out of sight."""
    varied = (old[1:] != old[:-1]) & (old[1:] != new[1:])
    sums = np.concatenate(([0], np.cumsum(varied)))
    windows = sums[LINE - 1 :] - sums[: -(LINE - 1)]
    rich = np.flatnonzero(windows >= max(LINE // 3, 0.8 * windows.max()))
    return int(rich[np.abs(rich - len(windows) // 2).argmin()]) if len(rich) else None


# -- proof -----------------------------------------------------------------------------------------------------------


def _verified(old: Picture, new: Picture, dx: int, dy: int) -> list[Move]:
    """Return what has gone just that way, as far as it is a rectangle with lines in it that have not."""
    height, width = new.shape
    left, top, right, bottom = max(0, dx), max(0, dy), min(width, width + dx), min(height, height + dy)
    if right - left < LEAST_SIDE or bottom - top < LEAST_SIDE:
        return []
    same = new[top:bottom, left:right] == old[top - dy : bottom - dy, left - dx : right - dx]
    score = same[:, ::4].sum(axis=1)
    first, last = _longest(score * 2 >= score.max())
    score = same[first:last:4].sum(axis=0)
    begin, end = _longest(score >= 0.9 * score.max())
    exact = same[first:last, begin:end].all(axis=1)
    return [
        Move(left + begin, top + first + start, end - begin, stop - start, dx, dy)
        for start, stop in _runs(exact)
        if stop - start >= LEAST_SIDE <= end - begin and (stop - start) * (end - begin) >= LEAST
    ]


def _longest(flags: Lines) -> tuple[int, int]:
    return max(_runs(flags), key=lambda run: run[1] - run[0], default=(0, 0))


def _runs(flags: Lines) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.view(np.int8), [0]))))
    return [(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]

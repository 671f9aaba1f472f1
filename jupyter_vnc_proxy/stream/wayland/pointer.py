"""A client's pointer on the compositor."""

from __future__ import annotations

from typing import Any

BUTTONS = {0: 0x110, 1: 0x112, 2: 0x111, 7: 0x113, 8: 0x114}
"""Bit of RFB's mask → Linux' button (linux/input-event-codes.h): left, middle, right, side (back), extra (forward)."""

WHEELS = {3: (0.0, -1.0), 4: (0.0, 1.0), 5: (-1.0, 0.0), 6: (1.0, 0.0)}
"""Bit of RFB's mask → direction of the wheel (x, y): up, down, left, right."""

NOTCH_PIXELS = 10.0
"""Scroll distance of a wheel's notch, in the compositor's pixels."""


class WaylandPointer:
    """One client's pointer: it releases only buttons that it has pressed. A wheel turns on a press."""

    def __init__(self, capture: Any) -> None:
        self._capture = capture
        self._buttons = 0

    def move_and_press(self, x: int, y: int, buttons: int) -> None:
        """Move to a position in pixels, and hold down exactly the buttons of RFB's mask."""
        self._capture.inject_mouse_move(float(x), float(y))
        self._press(buttons)

    def move_by(self, dx: int, dy: int, buttons: int) -> None:
        """Move by pixels, and hold down exactly the buttons of RFB's mask."""
        if dx or dy:
            self._capture.inject_relative_mouse_move(float(dx), float(dy))
        self._press(buttons)

    def location(self) -> tuple[int, int] | None:
        """Return where the compositor's pointer is, in pixels; ``None`` before its first frame."""
        place = self._capture.pointer_location()
        return None if place is None else (max(0, int(place[0])), max(0, int(place[1])))

    def release_all(self) -> None:
        """Release all buttons."""
        self._press(0)

    def _press(self, buttons: int) -> None:
        changed, self._buttons = buttons ^ self._buttons, buttons
        for bit, button in BUTTONS.items():
            if changed >> bit & 1:
                self._capture.inject_mouse_button(button, buttons >> bit & 1)
        for bit, (x, y) in WHEELS.items():
            if changed & buttons & 1 << bit:
                self._capture.inject_mouse_scroll(x * NOTCH_PIXELS, y * NOTCH_PIXELS)

"""A backend for the bench only: x11vnc with its default speed, without our tuning options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jupyter_vnc_proxy.backends.base import Paths, Plan
from jupyter_vnc_proxy.backends.x11vnc import X11vncBackend
from jupyter_vnc_proxy.options import DesktopOptions

KEPT = {
    **dict.fromkeys(("-display", "-auth", "-unixsock", "-rfbport", "-rfbportv6", "-desktop", "-xrandr"), 1),
    **dict.fromkeys(
        ("-norc", "-nopw", "-forever", "-shared", "-nolookup", "-repeat", "-nocmds", "-noremote", "-quiet"), 0
    ),
}
"""Options that are not for speed, and the number of words that follow each."""


def untuned(argv: Sequence[str]) -> tuple[str, ...]:
    """Return x11vnc's command line without the options for speed."""
    kept, words = [argv[0]], list(argv[1:])
    while words:
        word = words.pop(0)
        if word in KEPT:
            kept += [word, *words[: KEPT[word]]]
            del words[: KEPT[word]]
    return tuple(kept)


class UntunedX11vnc(X11vncBackend):
    """Our x11vnc backend without the options for speed."""

    name = "x11vnc-defaults"
    title = "Xvfb + x11vnc with defaults"

    def plan(self, options: DesktopOptions, paths: Paths) -> Plan:
        """Return the tuned backend's plan, with the other command line for x11vnc."""
        plan = super().plan(options, paths)
        steps = (replace(step, argv=untuned(step.argv)) if step.name == "vnc" else step for step in plan.steps)
        return replace(plan, steps=tuple(steps))

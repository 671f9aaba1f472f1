"""x11vnc as it comes: a backend for the bench alone, without the parameters that are ours for speed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from jupyter_vnc_proxy.backends.base import Paths, Step
from jupyter_vnc_proxy.backends.x11vnc import X11vncBackend
from jupyter_vnc_proxy.options import DesktopOptions

NEEDED = {
    **dict.fromkeys(("-display", "-auth", "-unixsock", "-rfbport", "-rfbportv6", "-desktop", "-xrandr"), 1),
    **dict.fromkeys(
        ("-norc", "-nopw", "-forever", "-shared", "-nolookup", "-repeat", "-nocmds", "-noremote", "-quiet"), 0
    ),
}
"""Parameters that say what is shown, to whom and where, and how many words follow each; all others are for speed."""


def untuned(argv: Sequence[str]) -> tuple[str, ...]:
    """Return x11vnc's command without what is for speed."""
    kept, words = [argv[0]], list(argv[1:])
    while words:
        word = words.pop(0)
        if word in NEEDED:
            kept += [word, *words[: NEEDED[word]]]
            del words[: NEEDED[word]]
    return tuple(kept)


class UntunedX11vnc(X11vncBackend):
    """Our x11vnc, less the parameters for speed."""

    name = "x11vnc-defaults"
    title = "Xvfb + x11vnc as it comes"

    def steps(self, options: DesktopOptions, paths: Paths) -> list[Step]:
        """Return the steps of the backend that is tuned, with another command for x11vnc."""
        return [
            replace(step, argv=untuned(step.argv)) if step.name == "vnc" else step
            for step in super().steps(options, paths)
        ]


def install(directory: Path) -> None:
    """Make ``directory`` one that announces the backend, where it stands in ``PYTHONPATH``: as an installed package."""
    package = directory / "desktop_bench-0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: desktop-bench\nVersion: 0\n")
    entry = f"{UntunedX11vnc.name} = {__name__}:{UntunedX11vnc.__name__}\n"
    (package / "entry_points.txt").write_text(f"[jupyter_vnc_proxy.backends]\n{entry}")

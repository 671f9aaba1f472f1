"""The command line of the bench, and the plan that it makes."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from pathlib import Path

from .measure import QUICK, SCENES, Durations
from .network.link import LINKS
from .paths import REPOSITORY
from .plan import Plan
from .servers.configurations import CONFIGURATIONS

SIZES = ((1280, 720), (1920, 1080))
LARGE_SIZES = ((2560, 1440), (3840, 2160))
LARGE_FOR = ("stream", "tigervnc", "jupyter-remote-desktop-proxy", "selkies")
"""The configurations that are measured at large sizes, too."""

RESULTS = REPOSITORY / "reports" / "bench.json"
_RELATIVE = RESULTS.relative_to(REPOSITORY)
OTHER_SCENES = ("scroll", "video", "click")
"""At other sizes and over the links, unless the command line names scenes; at the second size also `click-video`."""

PARTS = ("desktops", "server", "browser", "sound", "class", "idle")
"""What a run measures: desktops in a browser, the server and the browser alone, sound, then many desktops at once."""

QUICK_CONFIGURATIONS = ("stream", "tigervnc")
QUICK_LINKS = ("loopback", "10mbit-40ms")
QUICK_SCENES = ("scroll", "video", "click", "still")


def size(text: str) -> tuple[int, int]:
    """Parse ``WIDTHxHEIGHT``."""
    match = re.fullmatch(r"(\d{3,4})x(\d{3,4})", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form WIDTHxHEIGHT, as in 1280x720")
    return int(match[1]), int(match[2])


def arguments(argv: list[str] | None = None, description: str | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("configuration", nargs="*", help=f"any of {', '.join(CONFIGURATIONS)} (default: all)")
    parser.add_argument(
        "--part",
        action="append",
        choices=PARTS,
        help="only this part; can be repeated (default: all; desktops if anything else is named)",
    )
    parser.add_argument("--quick", action="store_true", help="few and short scenes, to check that everything works")
    parser.add_argument("--scene", action="append", choices=SCENES, help="only this scene; can be repeated")
    parser.add_argument("--size", action="append", type=size, metavar="WxH", help="only this size; can be repeated")
    parser.add_argument("--link", action="append", choices=LINKS, help="only this link; can be repeated")
    parser.add_argument("--seconds", type=float, metavar="S", help="how long each moving or idle scene is measured")
    parser.add_argument(
        "--users",
        type=int,
        action="append",
        metavar="N",
        help="desktops of the parts class, idle and sound; can be repeated",
    )
    parser.add_argument(
        "--session", default="", help="session of our desktops in class and idle (default: one that sleeps)"
    )
    parser.add_argument("--output", "--json", type=Path, metavar="FILE", help=f"default: {_RELATIVE}")
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        nargs="?",
        const=RESULTS,
        help="do not measure, but update docs/comparison.md from a run's results, or from those of parts alone "
        "(default: reports/bench.json)",
    )
    found = parser.parse_args(argv)
    for name in found.configuration:
        if name not in CONFIGURATIONS:
            parser.error(f"unknown configuration {name!r}; choose from {', '.join(CONFIGURATIONS)}")
    if found.part is None:
        is_whole = not (found.configuration or found.quick or found.scene or found.size or found.link)
        found.part = PARTS if is_whole else PARTS[:1]
    if found.output is None:
        whole = "desktops" in found.part
        found.output = RESULTS if whole else RESULTS.with_name(f"bench-{'-'.join(found.part)}.json")
    return found


def durations_of(found: argparse.Namespace, usual: Durations, quick: Durations = QUICK) -> Durations:
    """Return how long a part measures each scene."""
    chosen = quick if found.quick else usual
    return chosen if found.seconds is None else replace(chosen, scene=found.seconds, idle=found.seconds)


def plan_of(found: argparse.Namespace) -> tuple[tuple[str, ...], Plan]:
    """Return the configurations, and what to measure of each."""
    quick = found.quick
    plan = Plan(
        sizes=tuple(found.size or (SIZES[:1] if quick else SIZES)),
        links=tuple(found.link or (QUICK_LINKS if quick else LINKS)),
        scenes=tuple(scene for scene in SCENES if scene in (found.scene or (QUICK_SCENES if quick else SCENES))),
        durations=durations_of(found, Durations()),
        other_scenes=None if quick or found.scene else OTHER_SCENES,
        large=() if quick or found.size else LARGE_SIZES,
        large_for=LARGE_FOR,
    )
    return tuple(found.configuration or (QUICK_CONFIGURATIONS if quick else CONFIGURATIONS)), plan

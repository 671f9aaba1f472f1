"""Writes the generated sections of docs/comparison.md, its charts and its data from the results of one run.

The text between the sections, with the conclusions, is written by hand and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..paths import REPOSITORY
from ..servers.configurations import CONFIGURATIONS
from .charts import DIRECTORY, charts, titles
from .data import to_json
from .part_tables import part_lines
from .table import cell, digits, pair
from .target_table import target_section
from .targets import FAST, FULL_HD, HD, SLOW

DOCS = REPOSITORY / "docs"
PAGE = "comparison.md"
DATA = "comparison.json"
"""The page and the reduced results, in ``docs``."""

SECTION = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end of generated -->)", re.DOTALL)

QUICK = "**This was a quick run**, which checks the bench: its scenes are too short for conclusions."

LARGE = ("2560x1440", "3840x2160")
"""Sizes of large screens."""

OWN_VERSIONS = ("jupyter-vnc-proxy", "commit")
"""Versions that all configurations of this package share."""

COLUMNS = (
    ("click", "click", "click_ms"),
    ("scroll fps", "scroll", "fps"),
    ("scroll age", "scroll", "age_ms"),
    ("scroll Mbit/s", "scroll", "mbit_down"),
    ("scroll cores", "scroll", "cores"),
    ("video fps", "video", "fps"),
    ("video age", "video", "age_ms"),
    ("video Mbit/s", "video", "mbit_down"),
    ("video cores", "video", "cores"),
    ("memory", "scroll", "memory_mb"),
)
OTHER_COLUMNS = (
    ("first picture", "start", "first_picture_ms"),
    ("click during video", "click-video", "click_ms"),
    ("drag fps", "drag", "fps"),
    ("drag age", "drag", "age_ms"),
    ("typing age", "typing", "age_ms"),
    ("exact after", "still", "exact_ms"),
    ("idle cores", "still", "cores"),
)
"""Heading, scene and field of each column; the latter only at the first size, without a network link."""

FRAME_COLUMNS = tuple(
    (f"{scene}, {where}", scene, f"{where}_frame_ms")
    for scene in ("scroll", "video")
    for where in ("server", "browser")
)
"""CPU milliseconds a frame."""


def write(result: dict[str, Any], directory: Path = DOCS) -> Path:
    """Update the page in ``directory``, replace its charts and data, and return its path."""
    page = directory / PAGE
    text = fill(page.read_text(encoding="utf-8"), result)
    (directory / DIRECTORY).mkdir(exist_ok=True)
    for old in (directory / DIRECTORY).glob("*.svg"):
        old.unlink()
    for name, content in {PAGE: text, DATA: to_json(result), **charts(result)}.items():
        (directory / name).write_text(content, encoding="utf-8")
    return page


def fill(page: str, result: dict[str, Any]) -> str:
    """Return the page with new generated sections; raise `ValueError` if it lacks one."""
    sections = {
        "machine": _machine(result),
        "configurations": _configurations(result),
        "results": _results(result),
        "parts": part_lines(result)[1:] or ["This run measured none of them."],
        "targets": target_section(result["configurations"]),
    }
    if missing := sections.keys() - {match[2] for match in SECTION.finditer(page)}:
        raise ValueError(f"{PAGE} has no section for {', '.join(sorted(missing))}")
    return SECTION.sub(lambda match: "\n".join([match[1], *sections[match[2]], "", match[3]]), page)


def handwritten(page: str) -> str:
    """Return the page without its generated sections."""
    return SECTION.sub("", page)


def date_of(result: dict[str, Any]) -> str:
    """Return the date of a run, as the page writes it."""
    date: str = result["date"].replace("T", " ").replace("+00:00", " UTC")
    return date


# -- the sections -------------------------------------------------------------------------------------------------


def _machine(result: dict[str, Any]) -> list[str]:
    machine = result["machine"]
    own: dict[str, str] = next(
        (each["versions"] for each in result["configurations"].values() if "commit" in each["versions"]), {}
    )
    versions = ", ".join(f"{name} {own[name]}" for name in OWN_VERSIONS if name in own)
    links = [
        f"`{name}` is {link['mbit']:g} Mbit/s in each direction with a round trip of {link['round_trip']:g} ms"
        for name, link in result["links"].items()
        if link["mbit"]
    ]
    return [
        *([QUICK, ""] if result["quick"] else []),
        f"- Run: {date_of(result)}, {versions}; it took {result['seconds']} s. `auto` chose `{result['default']}`.",
        f"- Machine: {machine['cores']} cores of {machine['cpu']} ({machine['machine']}), shared with the browser; "
        f"{machine['memory_gb']} GB; Linux {machine['kernel']}; Python {machine['python']}; "
        f"load before the run {machine['load_before']:.2f}.",
        *([f"- Links: {'; '.join(links)}."] if links else []),
    ]


def _configurations(result: dict[str, Any]) -> list[str]:
    lines = ["| configuration | | path of a picture, from right to left | versions |", "|---|---|---|---|"]
    for name in [name for name in CONFIGURATIONS if name in result["configurations"]]:
        configuration, found = CONFIGURATIONS[name], result["configurations"][name]
        versions = [f"{name} {version}" for name, version in found["versions"].items() if name not in OWN_VERSIONS]
        error = found.get("error", "" if found["rows"] else "it gave no numbers")
        failed = [f"{'measured in part' if found['rows'] else 'not measured'}: {error}"] if error else []
        path = _path(configuration.hops)
        lines.append(f"| `{name}` | {configuration.description} | {path} | {', '.join(versions + failed)} |")
    return lines


def _path(hops: tuple[str, ...]) -> str:
    """Return the programs from the browser to the display, with the protocol between each two."""
    path = hops[0]
    for protocol, program in zip(hops[1::2], hops[2::2], strict=True):
        path += f" ←{protocol}— {program}"
    return path


def _results(result: dict[str, Any]) -> list[str]:
    alternatives = titles()
    lines = [f"![{alternatives[chart]}]({chart})" for chart in charts(result)]
    for size, link in (*((size, "loopback") for size in (HD, FULL_HD, *LARGE)), (HD, FAST), (HD, SLOW)):
        lines += _table(f"### {size}, {link}", result, size, link, COLUMNS)
    for size in (HD, FULL_HD, *LARGE):
        lines += _table(f"### CPU milliseconds a frame, {size}, loopback", result, size, "loopback", FRAME_COLUMNS)
    return lines + _table(f"### Other scenes, {HD}, loopback", result, HD, "loopback", OTHER_COLUMNS)


def _table(
    heading: str, result: dict[str, Any], size: str, link: str, columns: Iterable[tuple[str, str, str]]
) -> list[str]:
    """Return a table of the configurations that have numbers at this size and link, empty without any."""
    found = {name: result["configurations"][name] for name in CONFIGURATIONS if name in result["configurations"]}
    if "again" in result:
        found[f"{result['again']['configuration']}, again"] = result["again"]
    headings = [heading for heading, _, _ in columns]
    lines = []
    for name, configuration in found.items():
        rows = [row for row in configuration["rows"] if (row["size"], row["link"]) == (size, link)]
        scenes = {row["scene"]: row for row in rows}
        cells = [_cell(scenes.get(scene, {}).get(field), field) for _, scene, field in columns]
        if any(cells):
            lines.append(f"| {name} | {' | '.join(cells)} |")
    if not lines:
        return []
    return ["", heading, "", f"| | {' | '.join(headings)} |", f"|---{'|---:' * len(headings)}|", *lines]


def _cell(value: Any, field: str) -> str:
    if value is None:
        return ""
    return pair(value) if isinstance(value, dict) else cell(value, digits(field))

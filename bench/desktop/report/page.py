"""Writes docs/comparison.md, its pictures and its numbers from the results of one run.

Every number on the page comes from the run, and every sentence about numbers from a rule (`judging`, `conclusions`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..command_process import REPOSITORY
from ..servers.configurations import CONFIGURATIONS
from .bar_chart import Bar, draw
from .conclusions import Conclusion, conclusions, missing
from .table import cell, pair
from .targets import FAST, FULL_HD, HD, SLOW, number

PAGE = "comparison.md"
DATA = "comparison.json"
PICTURES = "comparison"
"""The page, the run's results and the directory of the pictures, in ``docs``."""

OURS = ("jupyter-vnc-proxy", "commit")
"""Versions that all configurations of ours share."""

QUICK = "it shows that everything works. Its scenes are too short for its conclusions to count."

CHARTS = (
    ("click", "Click to canvas", HD, "loopback", "click", "click_ms"),
    ("scroll", "Text scroll: age of the picture", HD, "loopback", "scroll", "age_ms"),
    ("video", "Video: age of the picture", HD, "loopback", "video", "age_ms"),
    ("video-fps", "Video: frames a second", HD, "loopback", "video", "fps"),
    ("video-cores", "Video: CPU of everything on the server, in cores", HD, "loopback", "video", "cores"),
    ("memory", "Memory of everything on the server, in MB", HD, "loopback", "scroll", "memory_mb"),
    ("fast-scroll", "Text scroll: age of the picture", HD, FAST, "scroll", "age_ms"),
    ("fast-video-fps", "Video: frames a second", HD, FAST, "video", "fps"),
    ("slow-scroll", "Text scroll: age of the picture", HD, SLOW, "scroll", "age_ms"),
    ("slow-video-fps", "Video: frames a second", HD, SLOW, "video", "fps"),
)
"""Each picture's file, title, and where its numbers are: size, link, scene, field."""

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
    ("exact", "still", "exact_ms"),
)
DIGITS = {"cores": 2, "memory_mb": 0, "exact_ms": 0}


def files_of(result: dict[str, Any]) -> dict[str, str]:
    """Return every file's path below ``docs``, and what is in it."""
    charts = dict(_charts(result))
    return {PAGE: page(result, list(charts)), DATA: compact(result), **charts}


def write(result: dict[str, Any], directory: Path = REPOSITORY / "docs") -> Path:
    """Write the files, and remove pictures that are none of them; return the page's path."""
    files = files_of(result)
    (directory / PICTURES).mkdir(parents=True, exist_ok=True)
    for old in (directory / PICTURES).glob("*.svg"):
        old.unlink()
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")
    return directory / PAGE


def compact(result: dict[str, Any]) -> str:
    """Return a run's results as JSON with a line for each row, so that a change of one is a change of one line."""
    parts = {key: value for key, value in result.items() if key not in ("configurations", "targets", "again")}
    listed = ",\n".join(f"{_json(name)}:{_by_rows(each)}" for name, each in result["configurations"].items())
    again = f',\n"again":{_by_rows(result["again"])}' if "again" in result else ""
    targets = ",\n".join(map(_json, result["targets"]))
    return f'{_json(parts)[:-1]},\n"configurations":{{\n{listed}}}{again},\n"targets":[\n{targets}]}}\n'


def _by_rows(configuration: dict[str, Any]) -> str:
    told_once = _json({key: value for key, value in configuration.items() if key != "rows"})[:-1]
    rows = ",\n".join(map(_json, configuration["rows"]))
    return f'{told_once},"rows":[\n{rows}]}}'


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


# -- the pictures -------------------------------------------------------------------------------------------------


def _charts(result: dict[str, Any]) -> Iterator[tuple[str, str]]:
    results = result["configurations"]
    for file, title, size, link, scene, field in CHARTS:
        where = (size, link, scene)
        pairs = field.endswith("_ms")
        bars = [
            Bar(
                name,
                number(results, name, where, f"{field}|p50" if pairs else field),
                number(results, name, where, f"{field}|p95") if pairs else None,
            )
            for name in CONFIGURATIONS
            if name in results
        ]
        if any(bar.value is not None for bar in bars):
            unit = "milliseconds, p50 / p95; less is better" if pairs else ""
            subtitle = ", ".join(filter(None, (size, link, unit)))
            yield f"{PICTURES}/{file}.svg", draw(title, subtitle, bars, DIGITS.get(field, 1))


# -- the page -----------------------------------------------------------------------------------------------------


def page(result: dict[str, Any], charts: list[str]) -> str:
    """Return the page; ``charts`` are the pictures that there are."""
    found = conclusions(result)
    lines = [
        "# The ways to a desktop, compared",
        "",
        "<!-- Written by `scripts/bench --report`: change the run or the rules, not this page. -->",
        "",
        "What a person feels of a desktop in a browser, for every configuration of this package and for what else can",
        f"be installed, in one run of `scripts/bench`; [the run's numbers]({DATA}) are all that this page knows.",
        "[bench/README.md](../bench/README.md) says how each of them is measured. Numbers of other runs don't compare.",
        *(["", f"**This was a quick run**: {QUICK}"] if result["quick"] else []),
        "",
        "## In short",
        "",
        *(f"- **{each.title}** {each.in_short}" for each in found),
        f"- **Are the stream server's targets met?** {_targets_sentence(result)}",
        "",
        *_machine(result),
        *_configurations(result),
        *_measured(result, charts),
        "## Conclusions",
        "",
        _rules(result),
        "",
        *(line for each in found for line in _conclusion(each)),
        *_targets(result),
    ]  # fmt: skip
    return "\n".join(lines).rstrip("\n") + "\n"


def _machine(result: dict[str, Any]) -> list[str]:
    machine = result["machine"]
    ours: dict[str, str] = next(
        (each["versions"] for each in result["configurations"].values() if "commit" in each["versions"]), {}
    )
    about = {
        "this package": ", ".join(f"{part} {number}".strip() for part, number in ours.items() if part in OURS),
        "date": result["date"].replace("T", " ").replace("+00:00", " UTC"),
        "processor": f"{machine['cores']} cores of {machine['cpu']} ({machine['machine']}), shared with the browser",
        "memory": f"{machine['memory_gb']} GB",
        "kernel, Python": f"{machine['kernel']}, {machine['python']}",
        "load before": f"{machine['load_before']:.2f}",
        "the run took": f"{result['seconds']} s",
    }
    for name, link in result["links"].items():
        if link["mbit"]:
            about[f"the link {name}"] = f"{link['mbit']:g} Mbit/s each way, {link['round_trip']:g} ms there and back"
    return ["## The machine", "", "| | |", "|---|---|", *(f"| {key} | {value} |" for key, value in about.items()), ""]


def _configurations(result: dict[str, Any]) -> list[str]:
    there = [each for each in CONFIGURATIONS.values() if each.name in result["configurations"]]
    width = max((len(each.name) for each in there), default=0)
    lines = ["## The configurations", "", "| | | versions |", "|---|---|---|"]
    for each in there:
        versions = result["configurations"][each.name]["versions"].items()
        told_versions = ", ".join(f"{part} {number}" for part, number in versions if number and part not in OURS)
        lines.append(f"| `{each.name}` | {each.what} | {told_versions} |")
    lines += ["", "What a picture passes from right to left, and what is spoken between two parts:", "", "```"]
    for each in there:
        drawn = each.hops[0]
        for spoken, part in zip(each.hops[1::2], each.hops[2::2], strict=True):
            drawn += f" ◄─{spoken}─ {part}"
        lines.append(f"{each.name:{width}}  {drawn}")
    lines += ["```", ""]
    if absent := [words for name in CONFIGURATIONS if (words := missing(result, name))]:
        lines += ["Without numbers:", "", *(f"- {words}" for words in absent), ""]
    partly = {n: each["error"] for n, each in result["configurations"].items() if each["rows"] and "error" in each}
    if partly:
        lines += ["Measured in part:", "", *(f"- `{name}`: {error}" for name, error in partly.items()), ""]
    return lines


def _measured(result: dict[str, Any], charts: list[str]) -> list[str]:
    titles = {f"{PICTURES}/{file}.svg": f"{title}, {size}, {link}" for file, title, size, link, *_ in CHARTS}
    lines = ["## What was measured", ""]
    lines += [line for chart in charts for line in (f"![{titles[chart]}]({chart})", "")]
    for size, link in ((HD, "loopback"), (FULL_HD, "loopback"), (HD, FAST), (HD, SLOW)):
        rows = [row for name in CONFIGURATIONS if (row := _row(result, name, size, link))]
        if rows:
            heads = " | ".join(head for head, _, _ in COLUMNS)
            lines += [f"### {size}, {link}", "", f"| | {heads} |", f"|---{'|---:' * len(COLUMNS)}|", *rows, ""]
    lines += [
        "Clicks and ages are in milliseconds, p50/p95: half of them and 95 of a hundred are no greater; cores and",
        "memory (in MB) are of everything on the server; exact is how long after motion the canvas has every pixel",
        "right, in milliseconds (a `<video>` can't be read so).",
        "",
    ]
    return lines


def _row(result: dict[str, Any], name: str, size: str, link: str) -> str:
    """Return a configuration's line of a table, or nothing where it has no number for it."""
    rows = result["configurations"].get(name, {}).get("rows", [])
    scenes = {row["scene"]: row for row in rows if (row["size"], row["link"]) == (size, link)}
    cells = [_told(scenes.get(scene, {}).get(field), DIGITS.get(field, 1)) for _, scene, field in COLUMNS]
    return f"| {name} | {' | '.join(cells)} |" if any(cells) else ""


def _told(value: Any, digits: int) -> str:
    if value is None:
        return ""
    return pair(value) if isinstance(value, dict) else cell(value, digits)


def _rules(result: dict[str, Any]) -> str:
    rules = result["rules"]
    name = result.get("again", {}).get("configuration")
    again = f", and more than `{name}` differed from itself when it was measured again, at the end" if name else ""
    least = ", ".join(f"{amount:g} {unit}" for unit, amount in rules["least"].items())
    return (
        f"A difference counts where it is more than {rules['relative'] * 100:g} % of the smaller number, and more than "
        f"{least}{again}. On the whole a configuration is better where the respects in which it is better are at least "
        f"{rules['majority']:g} times those in which it is worse. What it takes of the machine is told besides."
    )


def _conclusion(conclusion: Conclusion) -> list[str]:
    lines = [f"### {conclusion.title}", "", *(f"{sentence}  " for sentence in conclusion.sentences)]
    lines[-1] = lines[-1].rstrip()
    for table in conclusion.tables:
        lines += ["", *table]
    return [*lines, ""]


def _targets_sentence(result: dict[str, Any]) -> str:
    counts = {met: sum(check["met"] is met for check in result["targets"]) for met in (True, False, None)}
    if not counts[True] and not counts[False]:
        return "None of them was measured."
    unknown = f"; {counts[None]} were not measured" if counts[None] else ""
    if not counts[False]:
        return f"All {counts[True]} that were measured are met{unknown}."
    return f"{counts[True]} are met, {counts[False]} are missed{unknown}."


def _targets(result: dict[str, Any]) -> list[str]:
    lines = ["### Are the stream server's targets met?", "", _targets_sentence(result), ""]
    for met, words in ((False, "Missed"), (True, "Met")):
        checks = [check for check in result["targets"] if check["met"] is met]
        if checks:
            lines += [f"| {words} | measured | target | peers |", "|---|---:|---:|---:|", *map(_check, checks), ""]
    return lines


def _check(check: dict[str, Any]) -> str:
    digits = 4 if "cores" in check["field"] else 1
    limit = f"{'≥' if check['sense'] == '>=' else '≤'} {cell(check['limit'], digits)}"
    limit += f" ({check['of']})" if check["of"] else ""
    peers = ", ".join(cell(value, digits) for value in check["peers"].values())
    what = f"{check['size']}, {check['link']}, {check['scene']}: {check['field'].replace('|', ' ')}"
    return f"| {what} | {cell(check['measured'], digits)} | {limit} | {peers} |"

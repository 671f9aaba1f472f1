"""docs/comparison.md: its generated sections come from a run's numbers, and the rest stays as it is written."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from support.bench_runs import parts, rows, run_of

from bench.desktop import __main__ as program
from bench.desktop.network.link import LINKS
from bench.desktop.report import data, page
from bench.desktop.report.bar_chart import Bar, draw
from bench.desktop.report.charts import CHARTS, charts
from bench.desktop.report.data import reduce, to_json
from bench.desktop.report.target_table import FIELD_NAMES, target_section
from bench.desktop.report.targets import FULL_HD, HD, TARGETS
from bench.desktop.servers.configurations import CONFIGURATIONS

COMMITTED = (page.DOCS / page.PAGE).read_text(encoding="utf-8")


def everything() -> dict[str, Any]:
    """Return a run with all configurations, each slower than the one before."""
    return run_of(**{name.replace("-", "_"): 1.0 + i / 7 for i, name in enumerate(CONFIGURATIONS)})


def generated(result: dict[str, Any]) -> str:
    """Return the generated sections of a run."""
    return "\n".join(match[0] for match in page.SECTION.finditer(page.fill(COMMITTED, result)))


# -- the data -----------------------------------------------------------------------------------------------------


def test_the_data_has_what_the_page_shows_with_a_row_per_line() -> None:
    result = run_of(stream=1.0, tigervnc='é "quoted"', selkies=1.5)
    result["again"] = {"configuration": "stream", "versions": {}, "command": "x", "rows": rows(1.5)}
    text = to_json(result)
    assert json.loads(text) == reduce(result)
    assert max(line.count('"scene"') for line in text.splitlines()) == 1
    assert to_json(json.loads(text)) == text
    assert generated(json.loads(text)) == generated(result)
    assert charts(json.loads(text)) == charts(result)


def test_the_parts_of_a_run_are_in_the_data_and_on_the_page() -> None:
    result = everything() | parts()
    text = to_json(result)
    assert json.loads(text) == reduce(result)
    assert to_json(json.loads(text)) == text
    assert max(line.count('"fps"') for line in text.splitlines()) == 1
    assert "event_ms" not in text
    page_of_it = generated(json.loads(text))
    assert page_of_it == generated(result)
    for title in ("The server alone", "The browser alone", "Sound", "A class that begins at once", "Desktops at rest"):
        assert f"\n### {title}\n" in page_of_it
    assert "| stream 1920x1080 video | 59.0 | 20.1/31.2 |" in page_of_it
    assert "| stream, 20 at once | 3.00/4.00 | 3.50/4.50 | 5.00 | 200 | 0.50 | 20 | 1 |" in page_of_it
    assert "| selkies: It is missing. |" in page_of_it
    assert "This run measured none of them." in generated(everything())


def test_parts_of_another_run_are_added_with_its_date() -> None:
    other = {**run_of(), "date": "2026-03-04T05:06:07+00:00", "sound": parts()["sound"]}
    result = data.with_parts(everything(), other)
    text = to_json(result)
    assert json.loads(text) == reduce(result) and to_json(json.loads(text)) == text
    page_of_it = generated(json.loads(text))
    sound = page_of_it.partition("\n### Sound\n")[2]
    assert "Another run: 2026-03-04 05:06:07 UTC" in sound and "| stream loopback video | 20.1/31.2 |" in sound
    assert page_of_it.startswith(generated(everything()).partition("This run measured none")[0])


def test_the_data_has_every_field_of_a_column_a_chart_and_a_target() -> None:
    shown = {(scene, field) for _, scene, field in page.COLUMNS + page.OTHER_COLUMNS}
    shown |= {(scene, field) for *_, scene, field in CHARTS}
    shown |= {(target.scene, target.field.partition("|")[0]) for target in TARGETS}
    assert not [(scene, field) for scene, field in shown if field not in data.FIELDS[scene]]


# -- the page -----------------------------------------------------------------------------------------------------


def test_only_the_generated_sections_change() -> None:
    filled = page.fill(COMMITTED, everything())
    assert filled != COMMITTED
    assert page.handwritten(filled) == page.handwritten(COMMITTED)
    assert page.fill(filled, everything()) == filled
    with pytest.raises(ValueError, match="no section for results"):
        page.fill(COMMITTED.replace("generated: results", "results"), everything())


NAMES = {*CONFIGURATIONS, *LINKS, HD, FULL_HD, "H.264", "x11vnc", "X11"}


def test_without_a_run_no_number_is_generated() -> None:
    result = run_of(**{name.replace("-", "_"): "It is missing." for name in CONFIGURATIONS})
    result |= {"date": "", "seconds": "", "machine": dict.fromkeys(result["machine"], ""), "links": {}}
    result["machine"]["load_before"] = float("nan")
    for each in result["configurations"].values():
        each["versions"] = {}
    text = generated(result)
    for name in sorted(NAMES, key=len, reverse=True):
        text = text.replace(name, "")
    assert re.findall(r".*\d.*", text) == []
    assert "None of the targets was measured." in text


def test_a_page_of_everything_has_every_part() -> None:
    text = generated(everything())
    for name in CONFIGURATIONS:
        assert re.search(rf"^\| `{name}` \| .* \| (noVNC|its page) ←.*— .* \| x 1.2 \|$", text, re.MULTILINE), name
        assert len(re.findall(rf"^\| {name} \| \d", text, re.MULTILINE)) == 7, name
    assert len(charts(everything())) == len(CHARTS)
    assert all(f"]({name})" in text for name in charts(everything()))
    assert "quick run" not in text
    assert "nan" not in text and "None" not in text


def test_a_configuration_without_numbers_has_its_reason() -> None:
    result = run_of(stream=1.0, selkies="No network.")
    assert re.search(r"^\| `selkies` .* not measured: No network. \|$", generated(result), re.MULTILINE)
    result["configurations"]["stream"]["error"] = "It ended."
    assert re.search(r"^\| `stream` .* measured in part: It ended. \|$", generated(result), re.MULTILINE)


def test_the_targets_are_counted_and_percentiles_share_a_line() -> None:
    assert target_section(run_of(tigervnc=1.0)["configurations"]) == ["None of the targets was measured."]
    lines = target_section(run_of(stream=3.0)["configurations"])
    assert re.fullmatch(r"\d+ of \d+ targets are met\. \d+ were not measured\.", lines[0])
    lines = target_section(run_of(stream=1.0, tigervnc=0.9, selkies=2.1)["configurations"])
    assert re.fullmatch(rf"\d+ of {len(TARGETS)} targets are met\.", lines[0])
    assert f"| {HD}, loopback, video: frames per second | 60.0 | ≥ 58.0 | -, 28.6 | met |" in lines
    assert f"| {HD}, loopback, click: ms, p50/p95 | 11.0/13.0 | ≤ 9.9/11.7 (1 x tigervnc) |  | **missed** |" in lines
    assert f"| {HD}, loopback, click: ms, p50/p95 | 11.0/13.0 | ≤ 11.6/13.7 (0.5 x selkies) |  | met |" in lines
    assert {target.field.replace("p95", "p50") for target in TARGETS} == set(FIELD_NAMES)


# -- what is committed --------------------------------------------------------------------------------------------


def committed_run() -> dict[str, Any]:
    """Return the committed results."""
    result: dict[str, Any] = json.loads((page.DOCS / page.DATA).read_text(encoding="utf-8"))
    return result


def test_the_committed_page_is_the_committed_numbers() -> None:
    result = committed_run()
    files = {page.PAGE: page.fill(COMMITTED, result), page.DATA: to_json(result), **charts(result)}
    assert {path.relative_to(page.DOCS).as_posix() for path in page.DOCS.glob("comparison/*")} == set(charts(result))
    for name, text in files.items():
        assert (page.DOCS / name).read_text(encoding="utf-8") == text, f"{name}: run scripts/bench --report"


def test_the_conclusions_are_about_the_committed_run() -> None:
    conclusions = page.handwritten(COMMITTED).partition("## Conclusions")[2].partition("\n## ")[0]
    assert page.date_of(committed_run()) in conclusions
    tables = set(re.findall(r"\d+(?:\.\d+)?", generated(committed_run())))
    conclusions = re.sub(r"`[^`]*`|\d+x\d+|2 Mbit/s|1 fps|2026[-\d: ]*UTC|p95", "", conclusions)
    for number in re.findall(r"\d+(?:\.\d+)?", conclusions):
        assert number in tables, f"{number} is in no table"


# -- the command --------------------------------------------------------------------------------------------------


def test_the_command_updates_the_page_and_reports_a_file_without_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, docs = tmp_path / "bench.json", tmp_path / "docs"
    write = page.write
    monkeypatch.setattr(page, "write", lambda result: write(result, docs))
    for content in ("{}", "no JSON", '{"configurations": {}}'):
        file.write_text(content)
        assert program.main(["--report", str(file)]) == 1
        assert "Cannot write the comparison from" in capsys.readouterr().err
    file.write_text(json.dumps(run_of(stream=1.0, tigervnc=2.0)))
    assert program.main(["--report", str(file)]) == 1  # there is no page yet
    (docs / "comparison").mkdir(parents=True)
    (docs / "comparison" / "old.svg").touch()
    (docs / page.PAGE).write_text(COMMITTED)
    capsys.readouterr()
    assert program.main(["--report", str(file)]) == 0
    assert "review them" in capsys.readouterr().err
    assert "\n| tigervnc | 22.0/26.0 | 30.0 |" in (docs / page.PAGE).read_text()
    assert json.loads((docs / page.DATA).read_text())["configurations"].keys() == {"stream", "tigervnc"}
    assert not (docs / "comparison" / "old.svg").exists()
    assert program.main(["--report", str(page.DOCS / page.DATA)]) == 0
    assert "review them" not in capsys.readouterr().err


def test_a_run_measures_its_first_configuration_again_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def measure(name: str, *_: object) -> dict[str, Any]:
        asked.append(name)
        found = {"versions": {}, "command": "", "rows": [] if name == "stream" else rows(1.0)}
        return found | ({"error": "It is missing."} if name == "stream" else {})

    monkeypatch.setattr(program, "measure_configuration", measure)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    file = tmp_path / "reports" / "bench.json"
    names = ["stream", "tigervnc", "x11vnc"]
    assert program.main([*names, "--output", str(file)]) == 0
    assert asked == [*names, "tigervnc"]
    result = json.loads(file.read_text())
    assert result["again"]["configuration"] == "tigervnc"
    assert "\n| tigervnc, again | " in generated(result)
    assert "not measured: It is missing." in generated(result)
    for arguments in (["x11vnc"], ["--quick", *names], ["stream", "x11vnc"]):
        assert program.main([*arguments, "--output", str(file)]) == 0
        assert "again" not in json.loads(file.read_text())
    assert "| 1280x720 loopback scroll | 60.0 |" in capsys.readouterr().out


def test_bars_are_as_long_as_their_numbers() -> None:
    picture = draw("A <title>", "ms", [Bar("one", 10.0, 20.0), Bar("two", 5.0), Bar("three", None)])
    root = ElementTree.fromstring(picture)
    space = "{http://www.w3.org/2000/svg}"
    widths = [float(each.attrib["width"]) for each in root.iter(f"{space}rect")]
    assert widths[0] == pytest.approx(2 * widths[1], abs=0.2)
    assert widths[1] == pytest.approx(2 * widths[2], abs=0.2)
    texts = [each.text for each in root.iter(f"{space}text")]
    assert "10.0 / 20.0" in texts and "5.0" in texts and "not measured" in texts
    assert draw("nothing", "", [Bar("a", None), Bar("b", 0.0)])

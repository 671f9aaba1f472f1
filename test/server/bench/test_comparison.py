"""The comparison's sentences follow from a run's numbers, in each direction, and all of the page comes from them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from support.bench_runs import DEFAULT, change, rows, run_of

from bench.desktop import __main__ as program
from bench.desktop.command_process import REPOSITORY
from bench.desktop.network.link import LINKS
from bench.desktop.report import page as comparison
from bench.desktop.report.bar_chart import Bar, draw
from bench.desktop.report.conclusions import QUESTIONS, conclusions
from bench.desktop.report.judging import COSTS, FELT, RULES, Aspect, compare, on_the_whole
from bench.desktop.report.targets import FULL_HD, HD
from bench.desktop.servers.configurations import CONFIGURATIONS


def answer(result: dict[str, Any], title: str) -> str:
    """Return what a run says to a question."""
    (found,) = [each for each in conclusions(result) if each.title == title]
    return " ".join(found.sentences)


# -- the rules ----------------------------------------------------------------------------------------------------

CLICKS = Aspect("click", (HD, "loopback", "click"), "click_ms|p50", "ms")
FRAMES = Aspect("frames", (HD, "loopback", "video"), "fps", "fps", more=True)


@pytest.mark.parametrize(
    ("aspect", "ours", "theirs", "word"),
    [
        (CLICKS, 10.0, 20.0, "better"),
        (CLICKS, 20.0, 10.0, "worse"),
        (CLICKS, 10.0, 11.9, "same"),  # far enough by the ratio, but under two milliseconds
        (CLICKS, 100.0, 109.0, "same"),  # far enough in milliseconds, but under a tenth
        (CLICKS, 100.0, 111.0, "better"),
        (FRAMES, 60.0, 30.0, "better"),
        (FRAMES, 30.0, 60.0, "worse"),
        (FRAMES, 60.0, 59.0, "same"),
        (FRAMES, 0.0, 0.5, "same"),
    ],
)
def test_a_difference_counts_by_ratio_and_by_amount(aspect: Aspect, ours: float, theirs: float, word: str) -> None:
    result = run_of(stream=1.0, tigervnc=1.0)
    for name, value in (("stream", ours), ("tigervnc", theirs)):
        for row in result["configurations"][name]["rows"]:
            if (row["size"], row["link"], row["scene"]) == aspect.where:
                row |= {"click_ms": {"p50": value}, "fps": value}
    (verdict,) = compare(result, "stream", "tigervnc", [aspect])
    assert verdict.word == word
    (mirrored,) = compare(result, "tigervnc", "stream", [aspect])
    assert {verdict.word, mirrored.word} in ({"better", "worse"}, {"same"})


@pytest.mark.parametrize(
    ("better", "worse", "whole"),
    [(0, 0, "same"), (1, 0, "better"), (3, 1, "better"), (2, 1, "mixed"), (1, 3, "worse"), (0, 2, "worse")],
)
def test_the_whole_is_the_majority(better: int, worse: int, whole: str) -> None:
    result = run_of(stream=1.0, tigervnc=1.0)
    ours, theirs = (result["configurations"][name]["rows"] for name in ("stream", "tigervnc"))
    for number, (one, other) in enumerate([pair for pair in zip(ours, theirs, strict=True) if "click_ms" in pair[0]]):
        one["click_ms"] = {"p50": 10.0}
        other["click_ms"] = {"p50": 90.0 if number < better else 1.0 if number < better + worse else 10.0}
    aspects = [
        Aspect("click", (size, link, scene), "click_ms|p50", "ms")
        for size, link in [(HD, link) for link in LINKS] + [(FULL_HD, "loopback")]
        for scene in ("click", "click-video")
    ]
    assert on_the_whole(result, compare(result, "stream", "tigervnc", aspects)) == whole
    assert on_the_whole(result, []) == "unknown"


def test_a_difference_counts_only_beyond_what_the_same_differs_from_itself() -> None:
    result = run_of(stream=1.0, tigervnc=1.4)
    assert {each.word for each in compare(result, "stream", "tigervnc", [CLICKS, FRAMES])} == {"better"}
    result["again"] = {"configuration": "stream", "versions": {}, "command": "", "rows": rows(1.5)}
    assert {each.word for each in compare(result, "stream", "tigervnc", [CLICKS, FRAMES])} == {"same"}
    assert "more than `stream` differed from itself" in comparison.page(result, [])
    assert json.loads(comparison.compact(result)) == json.loads(json.dumps(result))
    result["again"]["rows"] = []  # it could not be measured once more
    assert {each.word for each in compare(result, "stream", "tigervnc", [CLICKS, FRAMES])} == {"better"}


def test_every_aspect_finds_its_number() -> None:
    result = run_of(stream=1.0)
    for aspect in FELT + COSTS:
        assert aspect.value(result["configurations"], "stream") is not None, aspect.label
    assert {aspect.unit for aspect in FELT + COSTS} == set(RULES["least"])


# -- the sentences ------------------------------------------------------------------------------------------------

ASKED = [question for question in QUESTIONS if question.ours != DEFAULT]


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.title)
@pytest.mark.parametrize(
    ("whole", "slower", "words"),
    [("better", 0.5, "is better than"), ("worse", 2.0, "is worse than"), ("same", 1.01, "no difference that counts")],
)
def test_each_question_is_answered_in_either_direction(question: Any, whole: Any, slower: float, words: str) -> None:
    theirs = question.theirs or DEFAULT
    result = run_of(**{theirs.replace("-", "_"): 1.0, question.ours.replace("-", "_"): slower})
    said = answer(result, question.title)
    assert words in said
    assert question.answers[whole] in said
    others = set(question.answers.values()) - {question.answers[whole]}
    assert not [other for other in others if other in said]


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.title)
def test_what_is_better_here_and_worse_there_is_said_so(question: Any) -> None:
    theirs = question.theirs or DEFAULT
    result = run_of(**{theirs.replace("-", "_"): 1.0, question.ours.replace("-", "_"): 1.0})
    change(result, question.ours, ("scroll",), 2.0)
    change(result, question.ours, ("video",), 0.5)
    said = answer(result, question.title)
    assert question.answers["mixed"] in said
    assert "is better than" in said and "and worse in" in said


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.title)
def test_what_could_not_be_measured_is_named_with_its_reason(question: Any) -> None:
    theirs = question.theirs or DEFAULT
    result = run_of(**{theirs.replace("-", "_"): 1.0, question.ours.replace("-", "_"): "Its program is missing."})
    assert f"`{question.ours}` was not measured: Its program is missing." in answer(result, question.title)
    assert not any(words in answer(result, question.title) for words in question.answers.values())
    assert "was not part of this run" in answer(run_of(**{theirs.replace("-", "_"): 1.0}), question.title)


DEFAULT_TITLE = "Which is the default, and why?"
PEERS_TITLE = "Is the default better than what else can be installed?"


def test_the_default_is_supported_or_not_by_the_numbers() -> None:
    assert "the numbers support it" in answer(run_of(stream=1.0, tigervnc=2.0, x11vnc=1.0), DEFAULT_TITLE)
    said = answer(run_of(stream=1.0, tigervnc=0.5, x11vnc=0.9), DEFAULT_TITLE)
    assert "the numbers speak for `tigervnc` in its place" in said
    assert "support" not in said
    alone = answer(run_of(stream=1.0, tigervnc="No program."), DEFAULT_TITLE)
    assert "No other configuration of ours was measured" in alone
    unknown = answer(run_of(stream="No engine.", tigervnc=1.0), DEFAULT_TITLE)
    assert "`stream` was not measured: No engine." in unknown
    assert "say nothing for it or against it" in unknown


def test_the_default_is_what_the_run_says() -> None:
    result = run_of(stream=1.0, tigervnc=2.0) | {"default": "tigervnc"}
    assert "The default is `tigervnc`" in answer(result, DEFAULT_TITLE)
    assert "speak for `stream`" in answer(result, DEFAULT_TITLE)


def test_the_peers_are_told_beside_the_default() -> None:
    said = answer(run_of(stream=1.0, selkies=2.0, jupyter_remote_desktop_proxy=0.5), PEERS_TITLE)
    assert "`stream` is better than `selkies`" in said
    assert "`stream` is worse than `jupyter-remote-desktop-proxy`" in said
    assert "`selkies` was not measured: no network." in answer(run_of(stream=1.0, selkies="no network."), PEERS_TITLE)


def test_the_parameters_are_those_in_which_the_commands_differ() -> None:
    result = run_of(x11vnc=1.0, x11vnc_defaults=2.0)
    result["configurations"]["x11vnc"]["command"] = "x11vnc -display :N -wait 10 -noxrecord -rfbportv6 -1"
    result["configurations"]["x11vnc-defaults"]["command"] = "x11vnc -display :N -rfbportv6 -1"
    said = answer(result, "Which parameters for x11vnc?")
    assert said.endswith("The parameters in question are `-wait 10`, `-noxrecord`.")


def test_the_targets_are_counted() -> None:
    def said(**slower: float | str | None) -> str:
        return comparison.page(run_of(**slower), []).partition("targets met?** ")[2].partition("\n")[0]

    assert "None of them was measured" in said(tigervnc=1.0)
    assert re.fullmatch(r"\d+ are met, \d+ are missed; \d+ were not measured\.", said(stream=3.0))
    page = comparison.page(run_of(stream=3.0, tigervnc=1.0, selkies=1.0), [])
    assert "| Missed | measured |" in page
    assert "| 1280x720, loopback, video: fps | 20.0 | ≥ 58.0 | " in page


# -- the page -----------------------------------------------------------------------------------------------------

NAMES = {*CONFIGURATIONS, *LINKS, HD, FULL_HD, "H.264", "x11vnc", "X11", "p50", "p95", "95 of a hundred"}


def test_without_a_run_no_number_is_on_the_page() -> None:
    result = run_of(**{name.replace("-", "_"): "It is missing." for name in CONFIGURATIONS})
    result |= {"date": "", "seconds": "", "machine": dict.fromkeys(result["machine"], ""), "links": {}}
    result["machine"]["load_before"] = float("nan")
    result["rules"] = {"relative": float("nan"), "majority": float("nan"), "least": {}}
    result["targets"] = []
    for each in result["configurations"].values():
        each["versions"] = {}
    text = comparison.page(result, [])
    for name in sorted(NAMES, key=len, reverse=True):
        text = text.replace(name, "")
    assert re.findall(r".*\d.*", text) == []


def test_a_page_of_everything_has_every_part() -> None:
    files = comparison.files_of(
        run_of(**{name.replace("-", "_"): 1.0 + i / 7 for i, name in enumerate(CONFIGURATIONS)})
    )
    page = files[comparison.PAGE]
    for name in CONFIGURATIONS:
        assert re.search(rf"^{name} +(noVNC|its page) ◄─", page, re.MULTILINE), name
        assert f"\n| {name} | 11." in page or f"\n| {name} | 1" in page or f"\n| {name} | 2" in page
    for question in QUESTIONS:
        assert f"### {question.title}" in page or question.ours == DEFAULT
    pictures = [name for name in files if name.endswith(".svg")]
    assert len(pictures) == len(comparison.CHARTS)
    assert all(f"]({name})" in page for name in pictures)
    assert "quick run" not in page
    assert "nan" not in page and "None" not in page


def test_the_numbers_survive_being_made_compact() -> None:
    result = run_of(stream=1.0, tigervnc='é "quoted"', selkies=1.5)
    text = comparison.compact(result)
    assert json.loads(text) == json.loads(json.dumps(result))
    assert max(line.count('"scene"') for line in text.splitlines()) == 1
    assert comparison.files_of(json.loads(text)) == comparison.files_of(result)


def test_the_committed_page_is_the_committed_numbers() -> None:
    docs = REPOSITORY / "docs"
    if not (docs / comparison.DATA).exists():
        pytest.skip("no run is committed here")
    files = comparison.files_of(json.loads((docs / comparison.DATA).read_text(encoding="utf-8")))
    there = {path.relative_to(docs).as_posix() for path in docs.glob(f"{comparison.PICTURES}/*")}
    assert there == {name for name in files if "/" in name}
    for name, text in files.items():
        assert (docs / name).read_text(encoding="utf-8") == text, f"{name}: run scripts/bench --report"


def test_the_command_writes_the_page_and_tells_of_a_file_that_is_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, docs = tmp_path / "bench.json", tmp_path / "docs"
    write = comparison.write
    monkeypatch.setattr(comparison, "write", lambda result: write(result, docs))
    for content in ("{}", "no JSON", '{"configurations": {}}'):
        file.write_text(content)
        assert program.main(["--report", str(file)]) == 1
        assert "does not hold the results" in capsys.readouterr().err
    file.write_text(json.dumps(run_of(stream=1.0, tigervnc=2.0)))
    (docs / "comparison").mkdir(parents=True)
    (docs / "comparison" / "old.svg").touch()
    assert program.main(["--report", str(file)]) == 0
    assert (docs / comparison.PAGE).read_text().startswith("# The ways to a desktop")
    assert not (docs / "comparison" / "old.svg").exists()


def test_a_run_measures_its_first_configuration_again_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def measure(name: str, *_: object) -> dict[str, Any]:
        asked.append(name)
        found = {"versions": {}, "command": "", "rows": [] if name == "stream" else rows(1.0)}
        return found | ({"error": "It is missing."} if name == "stream" else {})

    monkeypatch.setattr(program, "measure_configuration", measure)
    monkeypatch.setattr(program.signal, "signal", lambda *_: None)
    file = tmp_path / "reports" / "bench.json"
    names = ["stream", "tigervnc", "x11vnc"]
    assert program.main([*names, "--output", str(file)]) == 0
    assert asked == [*names, "tigervnc"]
    result = json.loads(file.read_text())
    assert result["again"]["configuration"] == "tigervnc"
    assert comparison.files_of(result)[comparison.PAGE].count("It is missing.") >= 1
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

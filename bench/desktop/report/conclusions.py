"""Sentences that a run's numbers allow, each by a rule: what is better, worse, no different, or not known."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..servers.configurations import CONFIGURATIONS
from .judging import COSTS, FELT, Verdict, Whole, compare, count, on_the_whole

MOST = 3
"""Differences that a sentence names; the table has them all."""

TUNED, UNTUNED = "x11vnc", "x11vnc-defaults"


@dataclass(frozen=True)
class Question:
    """``ours`` beside ``theirs`` (empty: the default), and what follows from each answer on the whole."""

    title: str
    ours: str
    theirs: str
    answers: Mapping[Whole, str]


@dataclass
class Conclusion:
    """A question's title, its sentences, and the tables of what differs below them."""

    title: str
    sentences: list[str]
    tables: list[list[str]] = field(default_factory=list)
    short: str = ""

    @property
    def in_short(self) -> str:
        """The answer alone."""
        return self.short or " ".join(self.sentences)


WEBSOCKIFY: Mapping[Whole, str] = {
    "better": "websockify costs nothing that is felt.",
    "worse": "websockify costs that, and can be done without.",
    "same": "What websockify costs is not felt.",
    "mixed": "websockify costs something here and gains something there.",
}

QUESTIONS: list[Question] = [
    Question(
        "Which parameters for x11vnc?",
        TUNED,
        UNTUNED,
        {
            "better": "The numbers speak for our parameters.",
            "worse": "The numbers speak against our parameters: x11vnc as it comes is better.",
            "same": "Our parameters make no difference.",
            "mixed": "Our parameters gain something and lose something.",
        },
    ),
    Question("What does websockify cost before Xvnc?", "tigervnc-websockify", "tigervnc", WEBSOCKIFY),
    Question("What does websockify cost before x11vnc?", "x11vnc-websockify", "x11vnc", WEBSOCKIFY),
    Question(
        "Is libvncserver's own WebSocket worth it?",
        "x11vnc-native",
        "x11vnc",
        {
            "better": "It is better than our bridge's plain socket.",
            "worse": "Our bridge's plain socket is better.",
            "same": "It makes no difference.",
            "mixed": "It gains something and loses something.",
        },
    ),
    Question(
        "What does x11vnc on an Xvfb cost, against Xvnc?",
        "x11vnc",
        "tigervnc",
        {
            "better": "Two processes cost nothing here: x11vnc is the better one.",
            "worse": "To look at another X server costs that: where both are there, Xvnc is the better choice.",
            "same": "To look at another X server costs nothing that is felt.",
            "mixed": "Neither of the two is better on the whole.",
        },
    ),
    Question(
        "Does Xdummy differ from Xvfb?",
        "x11vnc-xdummy",
        "x11vnc",
        {
            "better": "Xdummy is the better display server below x11vnc.",
            "worse": "Xvfb is the better display server below x11vnc.",
            "same": "It makes no difference below x11vnc.",
            "mixed": "It gains something and loses something.",
        },
    ),
    *[
        Question(
            f"Should RDP be preferred{words}?",
            "rdp",
            theirs,
            {
                "better": "RDP should be preferred.",
                "worse": "RDP should not be preferred.",
                "same": "Nothing that is felt speaks for RDP, nor against it.",
                "mixed": "RDP is better here and worse there: the numbers prefer neither.",
            },
        )
        for words, theirs in ((" to the default", ""), (" to TigerVNC", "tigervnc"))
    ],
    Question(
        "What does Wayland bring?",
        "wayland",
        "stream",
        {
            "better": "The same server is better on Wayland than on Xvfb.",
            "worse": "The same server is better on Xvfb than on Wayland.",
            "same": "For what is felt it makes no difference.",
            "mixed": "It gains something and loses something.",
        },
    ),
    Question(
        "Wayland with wayvnc, or with our own server?",
        "wayvnc",
        "wayland",
        {
            "better": "wayvnc is the better server for Wayland.",
            "worse": "Our own server is the better one for Wayland.",
            "same": "They don't differ in what is felt.",
            "mixed": "Neither is better on the whole.",
        },
    ),
]


def conclusions(result: dict[str, Any]) -> list[Conclusion]:
    """Return every question with what the run answers."""
    found = [default_conclusion(result), peers_conclusion(result)]
    for question in QUESTIONS:
        theirs = question.theirs or result["default"]
        if theirs != question.ours:
            found.append(_answer(result, question, theirs))
    return found


def missing(result: dict[str, Any], name: str) -> str | None:
    """Return the sentence that says why a configuration has no numbers, or ``None`` where it has some."""
    configuration = result["configurations"].get(name)
    if configuration is None:
        return f"`{name}` was not part of this run."
    if not configuration["rows"]:
        return f"`{name}` was not measured: {configuration.get('error', 'it gave no numbers.')}"
    return None


def _answer(result: dict[str, Any], question: Question, theirs: str) -> Conclusion:
    unknown = [words for name in (question.ours, theirs) if (words := missing(result, name))]
    if unknown:
        return Conclusion(question.title, unknown)
    felt = compare(result, question.ours, theirs, FELT)
    whole = on_the_whole(result, felt)
    if whole == "unknown":
        return Conclusion(question.title, [f"Nothing was measured of both `{question.ours}` and `{theirs}`."])
    costs = compare(result, question.ours, theirs, COSTS)
    sentences = [beside(question.ours, theirs, felt, whole), question.answers[whole], cost_sentence(result, costs)]
    if (question.ours, theirs) == (TUNED, UNTUNED):
        sentences.append(parameters(result))
    numbers = f"better in {count(felt, 'better')} of {len(felt)} respects, worse in {count(felt, 'worse')}"
    short = f"{question.answers[whole]} (`{question.ours}` beside `{theirs}`: {numbers}.)"
    lines = table(question.ours, theirs, felt + costs)
    return Conclusion(question.title, [each for each in sentences if each], [lines], short)


def beside(ours: str, theirs: str, verdicts: Sequence[Verdict], whole: Whole) -> str:
    """Return the sentence that sums a comparison up, with the largest differences."""
    better, worse = (largest(verdicts, word) for word in ("better", "worse"))
    if whole == "same":
        return f"Between `{ours}` and `{theirs}` there is no difference that counts as one."
    if whole == "mixed":
        return f"`{ours}` is better than `{theirs}` in {better}; and worse in {worse}."
    named, other, opposite = (better, worse, "worse") if whole == "better" else (worse, better, "better")
    return f"`{ours}` is {whole} than `{theirs}` in {named}{f'; but {opposite} in {other}' if other else ''}."


def largest(verdicts: Sequence[Verdict], word: str) -> str:
    """Name the largest differences of one kind, and how many there are besides."""
    found = sorted((each for each in verdicts if each.word == word), key=lambda each: -each.ratio)
    names = [f"{each.aspect.full_label} ({told(each.ours, each.aspect.unit)} against "
             f"{told(each.theirs, each.aspect.unit)})" for each in found[:MOST]]  # fmt: skip
    return ", ".join(names) + (f" and {len(found) - MOST} more" if len(found) > MOST else "")


def cost_sentence(result: dict[str, Any], verdicts: Sequence[Verdict]) -> str:
    """Return what it takes of the machine and the link, beside the other."""
    more, less = (largest(verdicts, word) for word in ("worse", "better"))
    if not verdicts:
        return ""
    if not more and not less:
        return "It takes as much of the machine and the link."
    return f"It takes {'; and '.join(f'{w}: {what}' for w, what in (('more', more), ('less', less)) if what)}."


def parameters(result: dict[str, Any]) -> str:
    """Return which parameters x11vnc's commands had that differ."""
    tuned, untuned = (_switches(result["configurations"][name].get("command", "")) for name in (TUNED, UNTUNED))
    ours = [f"`{each}`" for each in tuned if each not in untuned]
    return f"The parameters in question are {', '.join(ours)}." if ours else ""


def _switches(command: str) -> list[str]:
    """Split a command into its switches, each with the words that follow it."""
    switches: list[str] = []
    for word in shlex.split(command)[1:]:
        if word.startswith("-") and not word[1:].isdigit():
            switches.append(word)
        elif switches:
            switches[-1] += f" {word}"
    return switches


def told(value: float, unit: str) -> str:
    """Return a number with its unit, with as many digits as make sense."""
    digits = 3 if unit == "cores" else 0 if value >= 100 or unit == "ms to wait" else 1
    return f"{value:.{digits}f} {unit.removeprefix('CPU ').removesuffix(' to wait').removesuffix(' a frame')}"


def table(ours: str, theirs: str, verdicts: Sequence[Verdict]) -> list[str]:
    """Return the lines of a table of everything that was measured of both."""
    lines = [f"| | {ours} | {theirs} | |", "|---|---:|---:|---|"]
    words = {"better": "better", "worse": "worse", "same": ""}
    for each in verdicts:
        unit = each.aspect.unit
        lines.append(
            f"| {each.aspect.full_label} | {told(each.ours, unit)} | {told(each.theirs, unit)} | {words[each.word]} |"
        )
    return lines


# -- the default, and the peers -----------------------------------------------------------------------------------


def default_conclusion(result: dict[str, Any]) -> Conclusion:
    """Is what ``auto`` takes the best of ours?"""
    default, title = result["default"], "Which is the default, and why?"
    sentences = [f"The default is `{default}`: `auto` takes it on the machine of this run."]
    if words := missing(result, default):
        return Conclusion(title, [*sentences, words, "So the numbers say nothing for it or against it."])
    others = [each.name for each in CONFIGURATIONS.values() if each.backend and each.name != default]
    lines, ahead, compared = _field(result, default, others)
    if not compared:
        return Conclusion(title, [*sentences, "No other configuration of ours was measured beside it."])
    if ahead:
        best = max(ahead, key=lambda name: ahead[name])
        sentences.append(f"But `{best}` is better than it on the whole: the numbers speak for `{best}` in its place.")
    else:
        sentences.append("No other configuration of ours is better on the whole: the numbers support it.")
    short = " ".join(sentences)
    for other in compared:
        if not CONFIGURATIONS[other].variant:
            felt = compare(result, default, other, FELT)
            sentences.append(beside(default, other, felt, on_the_whole(result, felt)))
    return Conclusion(title, sentences, [lines], short)


def peers_conclusion(result: dict[str, Any]) -> Conclusion:
    """Is the default better than what else can be installed?"""
    default, title = result["default"], "Is the default better than what else can be installed?"
    if words := missing(result, default):
        return Conclusion(title, [words])
    peers = [each.name for each in CONFIGURATIONS.values() if not each.backend]
    lines, _, compared = _field(result, default, peers)
    sentences, short = [], []
    for peer in peers:
        if words := missing(result, peer):
            sentences.append(words)
            short.append(words)
        elif peer in compared:
            felt = compare(result, default, peer, FELT)
            whole = on_the_whole(result, felt)
            sentences.append(beside(default, peer, felt, whole))
            short.append(f"Beside `{peer}` it is {WORDS[whole]} on the whole.")
    return Conclusion(title, sentences, [lines] if compared else [], " ".join(short))


def _field(result: dict[str, Any], name: str, others: Sequence[str]) -> tuple[list[str], dict[str, int], list[str]]:
    """Hold a configuration against others: a table; those better on the whole, and by how much; those compared."""
    lines = [f"| `{name}` beside | better in | worse in | no different in | on the whole |", "|---|---:|---:|---:|---|"]
    ahead: dict[str, int] = {}
    compared = []
    for other in others:
        felt = compare(result, name, other, FELT)
        whole = on_the_whole(result, felt)
        if whole == "unknown":
            continue
        compared.append(other)
        numbers = [count(felt, word) for word in ("better", "worse", "same")]
        lines.append(f"| {other} | {' | '.join(map(str, numbers))} | {WORDS[whole]} |")
        if whole == "worse":
            ahead[other] = numbers[1] - numbers[0]
    return lines, ahead, compared


WORDS: Mapping[Whole, str] = {
    "better": "better",
    "worse": "worse",
    "same": "no different",
    "mixed": "better here and worse there",
}

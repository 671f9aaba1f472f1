"""The command of a desktop entry: its value ``Exec`` as an argv (Desktop Entry Specification 1.5, "The Exec key").

No shell reads it, neither here nor later. A field code becomes whole arguments, whatever is in the name of a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

MAX_WORDS = 200
MAX_LENGTH = 16 * 1024
"""The words and characters of a command, at the most."""

STRING_ESCAPES = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
"""The escapes of all values of the type string; others stay as they are."""

QUOTED_ESCAPES = '"`$\\'
"""Characters that a backslash stands before in a quoted argument."""

UNQUOTED = frozenset("\"'\\")
"""Characters that an argument without quotes may not have. Others of that kind are harmless without a shell."""

FILE_CODES = "fFuU"
DEPRECATED_CODES = "dDnNvm"
"""Codes that stand for nothing any more."""


class BadCommand(ValueError):
    """The value is not a command."""


class Word(NamedTuple):
    """One argument without its escapes; field codes in it count only if it isn't ``quoted``."""

    text: str
    quoted: bool


class Details(NamedTuple):
    """What field codes stand for: the entry's name, icon and file, and the file to open or ``None``."""

    name: str
    icon: str
    entry: str
    file: Path | None = None


def expand(value: str, details: Details) -> tuple[str, ...]:
    """Return the argv of an entry's ``Exec``; raise `BadCommand` if it isn't valid."""
    codes = _codes(details)
    argv = [argument for word in split(value) for argument in _arguments(word, codes)]
    if not argv or not argv[0]:
        raise BadCommand("there is no program")
    return tuple(argv)


def opens_files(value: str) -> bool:
    """Return whether a command has a place for a file; a code within quotes is none (its meaning is undefined)."""
    try:
        pieces = [piece for word in split(value) if not word.quoted for piece in _pieces(word.text)]
    except BadCommand:
        return False
    return any(is_code and code in FILE_CODES for code, is_code in pieces)


def split(value: str) -> list[Word]:
    """Return the words of a command, in quotes or between spaces; raise `BadCommand` if it isn't valid."""
    if len(value) > MAX_LENGTH:
        raise BadCommand("it is too long")
    if "\0" in value:
        raise BadCommand("it has a NUL")
    words, text = [], unescape(value)
    at = 0
    while at < len(text):
        if text[at] in " \t\n\r":
            at += 1
            continue
        word, at = _quoted(text, at + 1) if text[at] == '"' else _plain(text, at)
        words.append(word)
        if len(words) > MAX_WORDS:
            raise BadCommand("it has too many words")
    return words


def unescape(value: str) -> str:
    """Return a value of the type string without its escapes."""
    parts, at = [], 0
    while (found := value.find("\\", at)) >= 0 and found + 1 < len(value):
        following = value[found + 1]
        parts += [value[at:found], STRING_ESCAPES.get(following, "\\" + following)]
        at = found + 2
    return "".join([*parts, value[at:]])


def _quoted(text: str, at: int) -> tuple[Word, int]:
    """Return the argument that begins after a quotation mark, and the place after its end."""
    found = []
    while at < len(text) and text[at] != '"':
        if text[at] == "\\" and text[at + 1 : at + 2] and text[at + 1] in QUOTED_ESCAPES:
            at += 1
        found.append(text[at])
        at += 1
    if at == len(text):
        raise BadCommand("a quotation mark is missing")
    if text[at + 1 : at + 2].strip():
        raise BadCommand("an argument is quoted in part")
    return Word("".join(found), quoted=True), at + 1


def _plain(text: str, at: int) -> tuple[Word, int]:
    end = next((place for place in range(at, len(text)) if text[place] in " \t\n\r"), len(text))
    if UNQUOTED.intersection(text[at:end]):
        raise BadCommand("an argument is quoted in part")
    return Word(text[at:end], quoted=False), end


def _codes(details: Details) -> Mapping[str, list[str]]:
    """Return the arguments that each code stands for, where it is an argument of its own."""
    file = details.file
    path = [] if file is None else [str(file)]
    uri = [] if file is None else [file.as_uri()]
    icon = ["--icon", details.icon] if details.icon else []
    codes = {"f": path, "F": path, "u": uri, "U": uri, "i": icon, "c": [details.name], "k": [details.entry]}
    return {**codes, **{code: [] for code in DEPRECATED_CODES}}


def _arguments(word: Word, codes: Mapping[str, list[str]]) -> list[str]:
    pieces = list(_pieces(word.text))
    for code, is_code in pieces:
        if is_code and code != "%" and code not in codes:
            raise BadCommand(f"%{code} is no field code")
    if word.quoted:
        return ["".join(_within_quotes(piece, is_code) for piece, is_code in pieces)]
    if len(pieces) == 1 and pieces[0][1] and pieces[0][0] != "%":
        return codes[pieces[0][0]]
    return ["".join(_joined(piece, codes) if is_code else piece for piece, is_code in pieces)]


def _within_quotes(piece: str, is_code: bool) -> str:
    """Return nothing for a code but a percent sign: a file's name may not get into what a shell reads, as in sh -c."""
    return piece if not is_code or piece == "%" else ""


def _joined(code: str, codes: Mapping[str, list[str]]) -> str:
    return "%" if code == "%" else " ".join(codes[code])


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of an argument, and whether each is a code; ``%`` is the code of a percent sign."""
    at = 0
    while (found := text.find("%", at)) >= 0:
        if found > at:
            yield text[at:found], False
        if found + 1 == len(text):
            raise BadCommand("a percent sign is at the end")
        yield text[found + 1], True
        at = found + 2
    if at < len(text) or not text:
        yield text[at:], False

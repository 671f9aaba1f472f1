"""Commands of desktop entries become argument lists, whatever is in them and in the names of files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_vnc_proxy.runner.menu_entries import quoted
from jupyter_vnc_proxy.server.applications.command import BadCommand, Details, expand, opens_files, split

ARGUMENTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
FILES = ARGUMENTS.map(lambda name: Path("/", "tree", name.replace("/", "_") or "x"))
DETAILS = Details("My Editor", "my-icon", "/usr/share/applications/my.desktop")
FILE = Path("/tree/a b")


def written(argument: str) -> str:
    """Return an argument as an entry has it: quoted, and with the escapes of strings."""
    escaped = quoted(argument).replace("\\", r"\\")
    for character, escape in (("\n", r"\n"), ("\t", r"\t"), ("\r", r"\r")):
        escaped = escaped.replace(character, escape)
    return escaped


@given(st.lists(ARGUMENTS, min_size=1, max_size=8))
def test_what_is_quoted_as_the_specification_says_is_read_back(arguments: list[str]) -> None:
    arguments[0] = arguments[0] or "program"
    assert expand(" ".join(map(written, arguments)), DETAILS) == tuple(arguments)


@given(FILES, st.sampled_from("fFuU"))
def test_a_file_is_one_argument_whatever_its_name(file: Path, code: str) -> None:
    argv = expand(f"editor -o %{code} --end", DETAILS._replace(file=file))
    assert argv == ("editor", "-o", file.as_uri() if code in "uU" else str(file), "--end")


@given(FILES, st.text(alphabet="ab%fFuUick \\\"'$`;&|<>()\n\t", max_size=40))
def test_the_name_of_a_file_is_never_read(file: Path, value: str) -> None:
    file = file.with_name("$(touch x) `%f` " + file.name.replace("/", "_"))
    try:
        words = split(value)
        argv = expand(value, DETAILS._replace(file=file))
    except BadCommand:
        return
    assert len(argv) <= 2 * len(words)
    for word in words:
        assert not word.quoted or "%" in word.text or word.text in argv
    for argument in argv:
        if "touch" in argument:
            assert str(file) in argument or file.as_uri() in argument
    assert not any("touch" in each for each in expand(f'sh -c "{"%f %u %U %F"}"', DETAILS._replace(file=file)))


@given(st.text(max_size=200))
def test_any_text_is_a_command_or_refused(value: str) -> None:
    opens_files(value)
    try:
        argv = expand(value, DETAILS)
    except BadCommand:
        return
    assert argv
    assert all("\0" not in each for each in argv)


@pytest.mark.parametrize(
    ("value", "argv"),
    [
        ("mousepad %U", ("mousepad", "file:///tree/a%20b")),
        ("app %i --title=%c %k %d%D%n%N%v%m", ("app", "--icon", "my-icon", "--title=My Editor", DETAILS.entry, "")),
        ("app %d", ("app",)),
        ("app --file=%f", ("app", "--file=/tree/a b")),
        ("app 100%%", ("app", "100%")),
        (r'app "a \\\\ \\" \\$ \\` b"', ("app", 'a \\ " $ ` b')),
        (r"app a\sb\tc", ("app", "a", "b", "c")),
        ('app ""', ("app", "")),
        ("app x; touch y && z | w > v", ("app", "x;", "touch", "y", "&&", "z", "|", "w", ">", "v")),
        ('sh -c "cat %f"', ("sh", "-c", "cat ")),
    ],
)
def test_commands_of_real_entries(value: str, argv: tuple[str, ...]) -> None:
    assert expand(value, DETAILS._replace(file=FILE)) == argv


@pytest.mark.parametrize(
    "value",
    [
        "",
        "   ",
        '"',
        'app "a',
        'app a"b"',
        'app "a"b',
        "app 'a b'",
        r"app a\\ b",
        "app %x",
        "app %",
        "%f",
        '""',
        "a\0b",
    ],
)
def test_what_is_no_command_is_refused(value: str) -> None:
    with pytest.raises(BadCommand):
        expand(value, DETAILS)


@pytest.mark.parametrize("value", ["x" * 20_000, "a " * 300])
def test_commands_are_limited(value: str) -> None:
    with pytest.raises(BadCommand):
        expand(value, DETAILS)


def test_only_a_code_outside_of_quotes_has_a_place_for_a_file() -> None:
    assert [opens_files(each) for each in ("a %f", "a --x=%U", "a", "a %i", "a %%f", 'a "%f"', 'a "')] == [
        *(True, True, False, False, False, False, False)
    ]

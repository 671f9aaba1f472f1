"""The options of a desktop: names, sizes, and their forms in argv, JSON, REST, traits and environment."""

from __future__ import annotations

import json
import re
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_vnc_proxy.cli import parse
from jupyter_vnc_proxy.commands.desktop_options import read_desktop_options
from jupyter_vnc_proxy.errors import InvalidOption
from jupyter_vnc_proxy.options import (
    BODY_FIELDS,
    MAX_SIDE,
    MIN_SIDE,
    OPTIONS,
    DesktopOptions,
    Geometry,
    check_name,
    environment_texts,
    read_body_fields,
    read_texts,
)
from jupyter_vnc_proxy.server.app import VncProxy

SIDES = st.integers(MIN_SIDE, MAX_SIDE)
GEOMETRIES = st.builds(Geometry, SIDES, SIDES)
WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
CHOICES = st.builds(
    DesktopOptions,
    backend=st.sampled_from(["auto", "tigervnc", "x11vnc"]),
    transport=st.sampled_from(["direct", "websockify", "native"]),
    session=WORDS,
    session_command=st.lists(WORDS, max_size=4).map(tuple),
    geometry=GEOMETRIES,
    start_timeout=st.integers(1, 1000).map(float),
    extra=st.dictionaries(st.from_regex(r"[a-z][a-z_]{0,9}", fullmatch=True), WORDS, max_size=2),
)


@given(GEOMETRIES)
def test_a_geometry_is_read_back_as_it_is_written(geometry: Geometry) -> None:
    assert Geometry.parse(str(geometry)) == geometry


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "1280", "1280x", "x720", "1280X720", "1280x720x24", " 1280x720", "1280x720\n", "+1280x720"),
        *("1280*720", "-1x720", "1e3x720", "1280.0x720", "0x1280x720", "999999x720", "١٢٨٠x720", "1280×720"),  # noqa: RUF001
        *("0x0", "63x720", "1280x63", "8193x720", "1280x8193", "99999x99999"),
    ],
)
def test_what_is_no_size_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InvalidOption) as raised:
        Geometry.parse(text)
    assert raised.value.code == "bad-geometry"
    assert raised.value.message.endswith(".")
    assert "\n" not in raised.value.message


@given(st.text(max_size=20))
def test_any_text_is_a_size_within_the_limits_or_refused(text: str) -> None:
    try:
        width, height = Geometry.parse(text)
    except InvalidOption:
        return
    assert MIN_SIDE <= width <= MAX_SIDE
    assert MIN_SIDE <= height <= MAX_SIDE


@given(st.integers(), st.integers())
def test_a_size_is_taken_exactly_within_the_limits(width: int, height: int) -> None:
    fits = all(MIN_SIDE <= side <= MAX_SIDE for side in (width, height))
    if fits:
        assert Geometry.checked(width, height) == (width, height)
    else:
        with pytest.raises(InvalidOption):
            Geometry.checked(width, height)


@given(st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,31}\Z"))
def test_a_good_name_is_taken_as_it_is(name: str) -> None:
    assert check_name(name) == name


@given(st.text(max_size=40))
def test_a_name_is_safe_as_a_directory_and_in_an_address_or_refused(name: str) -> None:
    try:
        check_name(name)
    except InvalidOption as error:
        assert error.code == "bad-name"
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", name) is None
    else:
        assert name.isascii()
        assert 1 <= len(name) <= 32
        assert not set(name) & set("/\\%?# \n\0")
        assert not name.startswith((".", "-"))


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\n", ".hidden", "-dash", "a" * 33, "ä", "a b", "a%2f"]
)
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidOption):
        check_name(name)


@given(CHOICES)
def test_options_survive_the_state_file(options: DesktopOptions) -> None:
    assert DesktopOptions.from_json(json.loads(json.dumps(options.to_json()))) == options


@given(CHOICES)
def test_options_survive_the_way_to_another_process(options: DesktopOptions) -> None:
    assert DesktopOptions.from_text(options.to_text()) == options
    assert read_desktop_options(parse(["run"]), options) == options


@pytest.mark.parametrize("text", ["", "[", "[]", "1", "{}", "[" * 100_000])
def test_what_is_no_text_of_options_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption):
        DesktopOptions.from_text(text)


def test_every_option_can_be_given_on_the_command_line() -> None:
    words = ["run", "--backend=x11vnc", "--transport=native", "--session=mate", "--geometry=800x600"]
    words += ["--start-timeout=7.5", "--option=a=1", "--option=b=", "--", "xterm", "--", "-e"]
    assert read_desktop_options(parse(words), DesktopOptions()) == DesktopOptions(
        *("x11vnc", "native", "mate", ("xterm", "--", "-e"), Geometry(800, 600), 7.5), extra={"a": "1", "b": ""}
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from([*DesktopOptions().to_json(), "other"]), JSON))
def test_any_other_json_is_refused_or_makes_options(data: dict[str, object]) -> None:
    try:
        options = DesktopOptions.from_json(data)
    except InvalidOption:
        return
    assert isinstance(options.geometry, Geometry)
    assert all(isinstance(word, str) for word in options.session_command)


def test_a_copy_differs_only_where_it_was_asked_to() -> None:
    options = DesktopOptions(session="xfce")
    assert options.replaced(backend="x11vnc") == DesktopOptions(session="xfce", backend="x11vnc")
    assert options.backend == "auto"


def test_the_table_has_every_option_and_each_is_a_trait() -> None:
    assert {option.name for option in OPTIONS} == {field.name for field in fields(DesktopOptions)}
    assert {option.trait for option in OPTIONS} <= set(VncProxy.class_trait_names(config=True))


def test_an_option_is_the_same_from_a_body_and_from_the_environment() -> None:
    asked = {"backend": "x11vnc", "transport": "native", "session": "xfce", "geometry": "800x600"}
    expected = {**asked, "geometry": Geometry(800, 600)}
    environment = {f"JUPYTER_VNC_{name.upper()}": text for name, text in asked.items()}
    assert read_body_fields(asked) == read_texts(environment_texts(environment)) == expected
    assert read_body_fields({"options": {"xserver": "xdummy"}}) == {"extra": {"xserver": "xdummy"}}
    assert {**dict.fromkeys(asked, str), "options": dict} == BODY_FIELDS


def test_an_empty_variable_counts_as_unset() -> None:
    assert environment_texts({"JUPYTER_VNC_BACKEND": "", "JUPYTER_VNC_START_TIMEOUT": "9"}) == {}


def test_a_traits_default_is_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert VncProxy().desktop_options() == DesktopOptions()
    for name, text in {"BACKEND": "x11vnc", "TRANSPORT": "native", "SESSION": "xfce", "GEOMETRY": "800x600"}.items():
        monkeypatch.setenv(f"JUPYTER_VNC_{name}", text)
    wanted = DesktopOptions(backend="x11vnc", transport="native", session="xfce", geometry=Geometry(800, 600))
    assert VncProxy().desktop_options() == wanted
    assert VncProxy(backend="tigervnc").desktop_options() == wanted.replaced(backend="tigervnc")

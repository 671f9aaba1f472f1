"""The generated documents match the code."""

from __future__ import annotations

import argparse

import pytest
from traitlets import Float, Int

from jupyter_vnc_proxy.commands import COMMANDS, load
from scripts import document_browsers, document_command_line, document_configuration


def test_configuration_md_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_VNC_BACKEND", "x11vnc")  # must not change the document
    written = document_configuration.FILE.read_text(encoding="utf-8")
    assert written == document_configuration.render(), "run scripts/document_configuration.py"


def test_command_line_md_is_up_to_date() -> None:
    written = document_command_line.FILE.read_text(encoding="utf-8")
    assert written == document_command_line.render(written), "run scripts/document_command_line.py"


def test_browsers_md_has_a_row_for_each_ability() -> None:
    written = document_browsers.FILE.read_text(encoding="utf-8")
    rows = [line.split(" | ")[0].removeprefix("| ") for line in written.splitlines() if line.startswith("| ")]
    assert tuple(rows[1:]) == document_browsers.ABILITIES, "run scripts/test engines and scripts/document_browsers.py"


def test_the_table_of_browsers_needs_the_results_of_all_tests() -> None:
    written = document_browsers.FILE.read_text(encoding="utf-8")
    notes = {engine: dict.fromkeys(document_browsers.ABILITIES, engine) for engine in document_browsers.ENGINES}
    assert "| Reconnect | chromium | firefox | webkit |" in document_browsers.render(written, notes)
    del notes["webkit"]["Reconnect"]
    with pytest.raises(ValueError, match=r"webkit has not run all tests.*Reconnect"):
        document_browsers.render(written, notes)


def test_every_trait_states_its_default_and_a_number_its_unit_and_the_meaning_of_zero() -> None:
    for trait in document_configuration.traits():
        assert "Default: " in trait.help, trait.name
        if isinstance(trait, Float):
            assert "in seconds" in trait.help, trait.name
        if isinstance(trait, (Float, Int)):
            assert " 0: " in trait.help, trait.name
            assert trait.help.endswith(f" Default: {trait.default_value:g}."), trait.name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_of_a_command_has_help(name: str) -> None:
    parser = argparse.ArgumentParser(add_help=False)
    load(name).add_arguments(parser)
    assert [action.dest for action in parser._actions if not action.help] == []

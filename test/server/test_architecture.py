"""Who may import whom: the arrows between the modules, read from the source."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import jupyter_vnc_proxy
from jupyter_vnc_proxy.commands import COMMANDS, load

PACKAGE = Path(jupyter_vnc_proxy.__file__).parent

MODULES = {
    file.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__"): file
    for file in PACKAGE.rglob("*.py")
    if "labextension" not in file.parts
}


def imports(name: str) -> tuple[set[str], set[str]]:
    """Return what a module imports anywhere in it: our modules, and others' top-level packages."""
    own: set[str] = set()
    others: set[str] = set()
    package = MODULES[name].parent.relative_to(PACKAGE).parts
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            others |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            others.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1]
            module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            if module and module in MODULES:
                own.add(module)
            for alias in node.names:
                inner = f"{module}.{alias.name}".strip(".")
                if inner in MODULES:
                    own.add(inner)
    return own, others


def own(name: str) -> set[str]:
    return imports(name)[0]


def foreign(name: str) -> set[str]:
    return {package for package in imports(name)[1] if package not in sys.stdlib_module_names}


def reached(name: str) -> set[str]:
    """Return every module of ours that ``name`` imports, directly or through others."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for module in own(waiting.pop()) - seen:
            seen.add(module)
            waiting.append(module)
    return seen


ENTRANCES = {"app", "routes", "websocket", "serverproxy"}
JUPYTER = {"jupyter_server", "jupyter_core", "jupyter_events", "traitlets"}


def test_the_leaves_know_nothing_of_ours() -> None:
    for name in ("process", "errors", "environment", "installing", "activity", "relay", "reports", "switches"):
        assert own(name) == set(), name


def test_process_and_activity_need_nothing_but_python() -> None:
    for name in ("process", "activity", "errors", "options", "environment", "sessions", "runtime", "desktop"):
        assert foreign(name) == set(), name
    assert foreign("loading") == foreign("reports") == set()


def test_reasons_are_files_alone() -> None:
    assert own("reasons") == {"errors"}
    assert foreign("reasons") == set()


def test_activity_does_no_input_or_output() -> None:
    assert imports("activity")[1] == {"__future__"}


BELOW_BACKENDS = {"environment", "errors", "installing", "loading", "options", "process", "sway", "switches"}


def test_a_backend_starts_nothing() -> None:
    starters = {"subprocess", "asyncio", "signal", "multiprocessing", "socket", "tempfile"}
    for name in MODULES:
        if name.startswith("backends"):
            assert not imports(name)[1] & starters, name
            assert own(name) <= BELOW_BACKENDS | {other for other in MODULES if other.startswith("backends")}


def test_the_stream_knows_no_desktop_and_no_jupyter() -> None:
    for name in MODULES:
        if name.startswith("stream"):
            assert {each for each in own(name) if not each.startswith("stream")} <= {"display", "options"}, name
            assert not foreign(name) & {*JUPYTER, "tornado", "websockify"}, name


def test_the_runner_knows_no_server() -> None:
    assert not reached("runner") & {*ENTRANCES, "manager", "page_server", "cli"}
    for name in {"runner", *reached("runner")}:
        assert not foreign(name) & {*JUPYTER, "tornado", "websockify"}, name


def test_the_entrances_know_no_process() -> None:
    for name in ("routes", "websocket", "serverproxy", "page_server"):
        assert not own(name) & {"process", "runner"}, name
        assert not imports(name)[1] & {"subprocess", "signal"} or name == "page_server", name


def test_the_manager_knows_no_web_and_spawns_nothing_itself() -> None:
    assert not own("manager") & {*ENTRANCES, "page_server", "runner", "process", "relay"}
    assert not foreign("manager") & {*JUPYTER, "tornado"}
    assert "subprocess" not in imports("manager")[1]


def test_the_relay_knows_no_jupyter() -> None:
    assert foreign("relay") <= {"tornado"}


def test_the_page_server_works_without_jupyter_and_tornado() -> None:
    for name in {"page_server", *reached("page_server")}:
        assert not foreign(name) & {*JUPYTER, "tornado"}, name


def test_the_text_of_nginx_is_text_alone() -> None:
    assert own("nginx") == {"errors"}
    assert foreign("nginx") == set()
    assert not imports("nginx")[1] & {"subprocess", "asyncio", "os", "signal", "socket"}


def test_nothing_below_imports_an_entrance() -> None:
    for name in MODULES:
        if name not in ENTRANCES and name != "":
            assert not own(name) & {"app", "routes", "websocket", "serverproxy"} or name == "__init__", name


def test_only_one_module_turns_errors_into_jupyters_answers() -> None:
    assert [name for name in MODULES if "routes" in own(name)] == ["app"]


def test_what_decides_about_the_picture_does_no_input_or_output() -> None:
    for name in ("heat", "motion", "moves", "pacing", "protocol", "shown", "tiles"):
        assert not imports(f"stream.{name}")[1] & {"asyncio", "socket", "subprocess", "threading", "xcffib"}, name


def test_the_stream_server_knows_neither_x_nor_wayland() -> None:
    sources = {name for name in MODULES if name.startswith(("stream.x11", "stream.wayland"))}
    displays = {*sources, "stream.layout", "stream.input", "stream.clipboard", "display"}
    for name in ("server", "client", "viewer", "shared", "sizes", "sharing", "engine", "keyboard", "greeting"):
        assert not own(f"stream.{name}") & displays, name
    assert {name for name in MODULES if own(name) & sources} <= {*sources, "stream.__main__"}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_no_module_imports_itself_through_others(name: str) -> None:
    packages = {"backends"}  # a package's __init__ lists its own modules
    if name not in packages and not name.startswith("backends."):
        assert name not in reached(name)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_stays_readable(name: str) -> None:
    source = MODULES[name].read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 450
    assert ast.get_docstring(ast.parse(source)), "the first docstring says what it is"
    assert "from __future__ import annotations" in source


def test_a_command_is_imported_when_it_is_given_and_each_has_a_module() -> None:
    assert own("cli") == {"commands", "errors"}
    assert own("commands") == set()
    assert COMMANDS.keys() <= {name.removeprefix("commands.") for name in MODULES if name.startswith("commands.")}
    for name in COMMANDS:
        assert {"add_arguments", "run"} <= vars(load(name)).keys(), name


def test_the_doctor_knows_no_server_and_what_starts_desktops_knows_no_doctor() -> None:
    for name in MODULES:
        if name.startswith("doctor"):
            assert not reached(name) & {*ENTRANCES, "manager", "page_server", "cli", "runner"}, name
            assert not foreign(name) & {"tornado", "jupyter_server", "traitlets"}, name
    for name in ("runner", "manager", "page_server", "desktop"):
        assert not [module for module in reached(name) if module.startswith(("doctor", "commands"))], name


def test_a_report_leaves_only_what_the_redaction_lets_through() -> None:
    assert own("doctor.redaction") == set()

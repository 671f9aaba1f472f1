"""Which package may import which: the floors of docs/architecture.md, read from the source."""

from __future__ import annotations

import ast
import functools
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

GROUND = {"options", "errors", "_version", "plain_asyncio"}
"""Open to every package, and importing none."""

STREAM_MAY_IMPORT: dict[str, set[str]] = {
    "__main__": {"server", "status", "display_source", "x11", "wayland"},
    # One server for all connections, and what it does with each.
    "server": {
        "connection",
        "greeting",
        "pointer_location",
        "sizes",
        "clipboard",
        "video",
        "display_source",
        "picture",
        "status",
        "load",
        "errors",
    },
    "greeting": {"connection", "cursor"},
    "load": {"video"},
    "pointer_location": {"connection", "errors"},
    "sizes": {"connection", "picture"},
    "connection": {"client", "display_source", "cursor", "input"},
    "client": {"video", "picture"},
    # The displays, and the contract that they keep. A Wayland desktop's clipboard is Xwayland's.
    "wayland": {"x11", "display_source", "cursor", "clipboard", "input", "picture", "errors"},
    "x11": {"display_source", "cursor", "clipboard", "input", "picture", "errors"},
    "display_source": {"cursor", "clipboard", "input", "picture"},
    "cursor": {"picture", "picture.encoders"},
    # One subject each.
    "video": {"picture", "status"},
    "clipboard": set(),
    "input": {"errors"},
    "picture": {"picture.encoders"},
    "picture.encoders": set(),
    "status": set(),
    "errors": set(),
}
"""The same within ``stream``, by package, or by module at its root."""

BELOW_DESKTOPS = {"backends", "rfb", "system"}
BELOW_SERVER = {"doctor", "desktops", "sound", *BELOW_DESKTOPS}

MAY_IMPORT: dict[str, set[str]] = {
    "cli": {"commands"},
    "commands": {"proxy", "server", "assistants", "runner", "stream", *BELOW_SERVER},
    "proxy": {"server", "desktops", *BELOW_DESKTOPS},
    "server": BELOW_SERVER,
    "doctor": {"runner", "desktops", "sound", *BELOW_DESKTOPS},
    "assistants": {"automation", *BELOW_DESKTOPS},
    "automation": {"desktops", *BELOW_DESKTOPS},
    "runner": {"desktops", "sound", *BELOW_DESKTOPS},
    "desktops": BELOW_DESKTOPS,
    "backends": {"system"},
    "recording": {"stream", "desktops", "system"},
    "stream": {"rfb", "system"},
    "sound": {"system"},
    "rfb": set(),
    "system": set(),
    # Python's, Jupyter's and IPython's own entrances, which only lead to a package.
    "__init__": {"server", "automation"},
    "__main__": {"cli"},
    "serverproxy": {"proxy"},
}
"""From the top floor to the ground; each also imports itself and the ground."""


@functools.cache
def imports(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return what a module imports anywhere in it: our modules, and others' top-level packages.

    Of ``from .. import x``, x is a module of ours, or a name in the package's ``__init__``.
    """
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
            for alias in node.names:
                inner = f"{module}.{alias.name}".strip(".")
                own.add(inner if inner in MODULES else module or "__init__")
    return frozenset(own), frozenset(others)


def own(name: str) -> frozenset[str]:
    return imports(name)[0]


def foreign(name: str) -> set[str]:
    return {package for package in imports(name)[1] if package not in sys.stdlib_module_names}


def within(*packages: str) -> list[str]:
    """Return the modules of these packages."""
    return [name for name in MODULES if name.partition(".")[0] in packages]


def reached(name: str) -> set[str]:
    """Return every module of ours that ``name`` imports, directly or through others."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for module in own(waiting.pop()) - seen:
            seen.add(module)
            waiting.append(module)
    return seen


JUPYTER = {"jupyter_server", "jupyter_core", "jupyter_events", "traitlets"}


def test_every_package_has_its_floor() -> None:
    assert {name.partition(".")[0] for name in MODULES} == {*MAY_IMPORT, *GROUND}
    assert not [name for name in GROUND if own(name) - GROUND]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_what_lies_below_it_and_nothing_else(package: str) -> None:
    allowed = {package, *MAY_IMPORT[package], *GROUND}
    for name in within(package):
        above = {module for module in own(name) if module.partition(".")[0] not in allowed}
        assert not above, f"{name} imports {', '.join(sorted(above))}"


def stream_part(name: str) -> str:
    """Return the package within ``stream`` that a module belongs to, or the module if it lies at the root."""
    name = name.removeprefix("stream.")
    return max((part for part in STREAM_MAY_IMPORT if f"{name}.".startswith(f"{part}.")), key=len, default=name)


@pytest.mark.parametrize("part", STREAM_MAY_IMPORT)
def test_a_part_of_the_stream_imports_what_lies_below_it_and_nothing_else(part: str) -> None:
    order = list(STREAM_MAY_IMPORT)
    assert all(order.index(below) > order.index(part) for below in STREAM_MAY_IMPORT[part]), "the table goes down"
    for name in within("stream"):
        if stream_part(name) == part:
            inner = {stream_part(module) for module in own(name) if module.startswith("stream.")}
            above = inner - {part, *STREAM_MAY_IMPORT[part]}
            assert not above, f"{name} imports {', '.join(sorted(above))}"


def test_every_part_of_the_stream_has_its_place() -> None:
    assert {stream_part(name) for name in within("stream")} == {"stream", *STREAM_MAY_IMPORT}


def test_no_module_imports_the_package_by_its_absolute_name() -> None:
    assert not [name for name in MODULES if "jupyter_vnc_proxy" in imports(name)[1]]


def test_only_the_server_knows_tornado_and_jupyter() -> None:
    for name in MODULES:
        if name.partition(".")[0] not in {"server", "proxy"}:
            # The doctor reads Jupyter's own directories, which jupyter_core names.
            assert not foreign(name) & {*JUPYTER, "tornado"} - (
                {"jupyter_core"} if name == "doctor.jupyter" else set()
            ), name
        if name != "proxy.serverproxy":
            assert "jupyter_server_proxy" not in foreign(name), name


def test_the_page_server_works_without_jupyter_and_tornado() -> None:
    for name in {"proxy.page_server", *reached("proxy.page_server")}:
        assert not foreign(name) & {*JUPYTER, "tornado"}, name


def test_the_runner_and_what_it_imports_need_nothing_but_python_and_x() -> None:
    for name in {"runner.runner", *reached("runner.runner")}:
        assert foreign(name) <= {"xcffib", "PIL"}, name


def test_what_reads_bytes_as_rfb_needs_nothing_but_python() -> None:
    for name in within("rfb"):
        assert foreign(name) == set(), name
        assert not imports(name)[1] & {"asyncio", "subprocess", "threading"}, name


def test_only_the_server_for_assistants_imports_mcp() -> None:
    for name in MODULES:
        assert "mcp" not in foreign(name) or name.startswith("assistants."), name


def test_only_the_packages_for_x_import_xcffib() -> None:
    for name in MODULES:
        clients = (
            "stream.x11.",
            "system.x_display",
            "system.x_connection",
            "system.randr.",
            "system.x_clients.",
            "doctor.selftest",
            "runner.root_window",
            "runner.scale.",
            "recording.",
            "runner.windows.watcher",
            "runner.applications.",
        )
        if not name.startswith((*clients, "backends.programs.rdp_client")):
            assert "xcffib" not in foreign(name), name


def test_processes_files_and_activity_need_nothing_but_python() -> None:
    alone = {"server.activity", "system.process", "system.environment", "desktops.desktop", "desktops.runtime"}
    for name in {*alone, "desktops.stop_reason", "runner.status_lines", "backends.sessions", "options", "errors"}:
        assert foreign(name) == set(), name
    assert imports("server.activity")[1] <= {"__future__", "collections"}


def test_a_backend_starts_nothing() -> None:
    starters = {"subprocess", "asyncio", "signal", "multiprocessing", "socket", "tempfile"}
    for name in within("backends"):
        if not name.startswith("backends.programs."):
            assert not imports(name)[1] & starters, name


def test_what_decides_about_the_picture_does_no_input_or_output() -> None:
    deciding = [*within_stream("picture"), *within_stream("video")]
    for name in deciding:
        if name not in ("stream.video.engine", "stream.video.engine_thread"):
            assert not imports(name)[1] & {"socket", "subprocess", "threading"}, name


def within_stream(package: str) -> list[str]:
    return [name for name in MODULES if name.startswith(f"stream.{package}.")]


def test_the_stream_server_knows_neither_x_nor_wayland() -> None:
    displays = {*within_stream("x11"), *within_stream("wayland")}
    assert {name for name in MODULES if own(name) & displays} <= {*displays, "stream.__main__", "recording.screen"}


SIGNALLING = {"kill", "killpg", "pidfd_send_signal", "send_signal", "terminate"}


def test_processes_are_signalled_only_where_their_identity_is_checked() -> None:
    for name, file in MODULES.items():
        if name not in {"system.process_identity", "system.process_groups"}:
            nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
            used = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
            used |= {node.name for node in nodes if isinstance(node, ast.alias)}
            assert not used & SIGNALLING, name


def test_no_request_handler_knows_processes() -> None:
    for name in ("server.routes", "server.websocket", "proxy.serverproxy"):
        assert not imports(name)[1] & {"subprocess", "signal"}, name


def test_only_one_module_turns_errors_into_jupyters_answers() -> None:
    assert [name for name in MODULES if "server.routes" in own(name)] == ["server.app"]


def test_the_text_of_nginx_is_text_alone() -> None:
    assert own("proxy.nginx") == {"errors"}
    assert not imports("proxy.nginx")[1] & {"subprocess", "asyncio", "os", "signal", "socket"}


def test_a_report_leaves_only_what_the_redaction_lets_through() -> None:
    assert own("doctor.redaction") == {"doctor.secret_patterns"}
    assert own("doctor.secret_patterns") == set()


@pytest.mark.parametrize("name", sorted(MODULES))
def test_no_module_imports_itself_through_others(name: str) -> None:
    assert name not in reached(name)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_stays_readable(name: str) -> None:
    source = MODULES[name].read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 300
    assert ast.get_docstring(ast.parse(source)), "the first docstring says what it is"
    assert "from __future__ import annotations" in source


@pytest.mark.parametrize("folder", sorted({file.parent for file in MODULES.values()}))
def test_no_folder_is_a_heap(folder: Path) -> None:
    assert len(list(folder.glob("*.py"))) <= 16


def test_no_test_imports_a_test() -> None:
    tests = Path(__file__).parent
    for file in tests.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, file
                assert not (node.module or "").rpartition(".")[2].startswith(("test_", "conftest")), file


def test_a_command_is_imported_when_it_is_given_and_each_has_a_module() -> None:
    assert own("cli") == {"commands", "errors"}
    assert own("commands") == set()
    assert COMMANDS.keys() <= {name.removeprefix("commands.") for name in MODULES if name.startswith("commands.")}
    for name in COMMANDS:
        assert {"add_arguments", "run"} <= vars(load(name)).keys(), name

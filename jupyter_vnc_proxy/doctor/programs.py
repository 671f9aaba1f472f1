"""Checks the backends and sessions: which can run, in which version, and which programs the others lack."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence

from ..backends import (
    AUTO,
    AnyBackend,
    Module,
    Program,
    all_backends,
    commands_for,
    describe_missing,
    missing_programs,
)
from ..backends.fields import fields_from_environment
from ..backends.sessions import DESKTOPS, installed_sessions
from ..backends.x_servers import TIGERVNC_PACKAGES, grows
from ..options import DesktopOptions
from ..runner.diagnosis import library_missing
from ..system.environment import search_path
from ..system.own_python import own_python_code
from ..system.packages import install_command, install_commands
from .findings import Finding
from .versions import output, versions

BACKENDS = "Backends"
SESSIONS = "Sessions"

IMPORT_TIMEOUT_SECONDS = 20.0
"""Time limit for importing a module with its libraries from a slow disk."""


def backends() -> list[Finding]:
    """Return a finding for each backend; its facts include the usable transports."""
    every = all_backends()
    found = {each.name: [(program, program.find()) for program in _programs(each)] for each in every.values()}
    known = versions(path for programs in found.values() for program, path in programs if path and _is_file(program))
    return [_backend(backend, found[name], known) for name, backend in every.items()]


def _is_file(program: Program) -> bool:
    return not isinstance(program, Module)


def _programs(backend: AnyBackend) -> list[Program]:
    found: list[Program] = []
    for transport in backend.transports:
        found += [each for each in backend.programs(_options(backend, transport)) if each not in found]
    return found


def _options(backend: AnyBackend, transport: str) -> DesktopOptions:
    extra = fields_from_environment((backend,), os.environ)
    return DesktopOptions(backend=backend.name, transport=transport, extra=extra)


def _backend(backend: AnyBackend, programs: Sequence[tuple[Program, str | None]], known: dict[str, str]) -> Finding:
    lacking = {each: missing_programs(backend, _options(backend, each)) for each in backend.transports}
    transports = {transport: not lacking[transport] for transport in backend.transports}
    missing = min(lacking.values(), key=lambda each: (any(program.obstacle for program in each), len(each)))
    facts = {
        "title": backend.title,
        "usable": any(transports.values()),
        "transports": transports,
        "programs": {each.names[0]: known.get(path, path) if path else None for each, path in programs},
    }
    topic = f"backend-{backend.name}"
    if missing:
        message = f"{backend.title} cannot run: {describe_missing(missing)}"
        return Finding(BACKENDS, topic, "note", message, tuple(commands_for(missing)), facts)
    for module in (each for each, _ in programs if isinstance(each, Module)):
        broken = _import_error(module.names[0])
        if broken:
            return _broken(backend, module, broken, facts)
    present = ", ".join(f"{known.get(path, path)}" for _, path in programs if path in known)
    rest = [name for name, usable in transports.items() if not usable]
    partly = f" The transport {', '.join(rest)} is not available." if rest else ""
    return Finding(
        BACKENDS, topic, "ok", f"{backend.title} can run{f' ({present})' if present else ''}.{partly}", (), facts
    )


def _import_error(module: str) -> str | None:
    """Return Python's error message if importing ``module`` fails, or ``None``.

    Runs in a separate process, because a failed import may leave half-loaded libraries behind.
    """
    code = f"try:\n import {module}\nexcept Exception as error:\n print('failed:', type(error).__name__ + ':', error)"
    said = output(own_python_code(code), IMPORT_TIMEOUT_SECONDS)
    if said is None:
        return f"{module} could not be imported in time"
    failed = [line for line in said.splitlines() if line.startswith("failed: ")]
    return failed[-1].removeprefix("failed: ") if failed else None


def _broken(backend: AnyBackend, module: Program, error: str, facts: dict[str, object]) -> Finding:
    explained = library_missing(error)
    why, fixes = explained if explained else (f"{module.names[0]} cannot be imported ({error}).", ())
    facts = {**facts, "usable": False, "import_error": error}
    return Finding(BACKENDS, f"backend-{backend.name}", "note", f"{backend.title} cannot run: {why}", fixes, facts)


def auto(findings: Iterable[Finding]) -> Finding:
    """Return the finding about the backend ``auto``, given the ``findings`` of all backends."""
    usable = {each.topic.removeprefix("backend-") for each in findings if each.facts.get("usable")}
    chosen = next((name for name in AUTO if name in usable), None)
    facts = {"backend": chosen, "usable": sorted(usable)}
    if chosen:
        return Finding(BACKENDS, "backend-auto", "ok", f"The default backend is {chosen}.", (), facts)
    if usable:
        named = ", ".join(sorted(usable))
        message = f"There is no default backend; desktops can start only with: {named}."
        return Finding(
            BACKENDS, "backend-auto", "problem", message, (f"export JUPYTER_VNC_BACKEND={min(usable)}",), facts
        )
    message = "No backend can run on this machine, so no desktop can start."
    return Finding(BACKENDS, "backend-auto", "problem", message, _simplest_fixes(), facts)


def _simplest_fixes() -> tuple[str, ...]:
    """Return commands that install the first backend of `AUTO` that lacks nothing but the distribution's packages."""
    every = all_backends()
    for name in AUTO:
        missing = missing_programs(every[name], _options(every[name], every[name].transports[0]))
        if missing and all(program.required_packages() for program in missing):
            return tuple(commands_for(missing))
    return ()


def display(findings: Iterable[Finding]) -> list[Finding]:
    """Return a note if the preferred backend has to show a display that can't grow, given ``findings`` of backends."""
    preferred = next(each for each in findings if each.topic == f"backend-{AUTO[0]}")
    if not preferred.facts["usable"] or grows():
        return []
    message = (
        f"The display of {preferred.facts['title']} is Xvfb, which keeps its largest size in memory. "
        "TigerVNC's Xvnc grows and shrinks with the screen, to any size."
    )
    return [Finding(BACKENDS, "display", "note", message, tuple(install_commands(TIGERVNC_PACKAGES)))]


def sessions() -> list[Finding]:
    """Return a finding for each installed session, or a problem if there is none."""
    installed = installed_sessions()
    if not installed:
        message = "No desktop environment, window manager or terminal is installed, so no desktop can start."
        return [Finding(SESSIONS, "session", "problem", message, tuple(install_commands(DESKTOPS[0].packages)))]
    path = search_path(os.environ.get("PATH", ""))
    programs = {each.name: shutil.which(each.argv[0], path=path) or each.argv[0] for each in installed}
    known = versions(programs.values())
    findings = []
    for index, session in enumerate(installed):
        version = known.get(programs[session.name])
        first = " It is the default." if index == 0 else ""
        message = f"{session.title} is installed{f' ({version})' if version else ''}.{first}"
        facts = {"title": session.title, "default": index == 0, "version": version}
        findings.append(Finding(SESSIONS, f"session-{session.name}", "ok", message, (), facts))
    if installed[0].name not in {each.name for each in DESKTOPS} | {"xstartup"}:
        message = "No desktop environment is installed, so desktops run only a window manager or a terminal."
        fixes = tuple(install_commands(DESKTOPS[0].packages))
        findings.append(Finding(SESSIONS, "desktop-environment", "note", message, fixes))
    absent = [each for each in DESKTOPS if each.name not in {session.name for session in installed}]
    if absent:
        message = f"Other desktop environments: {', '.join(each.title for each in absent)}."
        commands = {each.name: install_command(each.packages) for each in absent}
        fixes = tuple(filter(None, commands.values()))
        findings.append(Finding(SESSIONS, "sessions-absent", "ok", message, fixes, {"commands": commands}))
    return findings

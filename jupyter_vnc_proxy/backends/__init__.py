"""The backends: built in, or added by other packages.

A package adds one through an entry point in the group ``jupyter_vnc_proxy.backends``: a class or function that returns
a `Backend`, or a `MethodBackend` as written before there were plans.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ..errors import InvalidOption, VncError
from ..options import DesktopOptions, environment_texts, read_texts
from .base import Backend, BackendBase, Field, Paths, Plan, Program, Step
from .compatibility import NO_PATHS, AnyBackend, MethodBackend, plan_of
from .fields import check_values, fields_from_environment, unknown_field
from .missing import command_for, commands_for, describe_missing
from .module import Module
from .rdp import RdpBackend
from .stream import StreamBackend
from .tigervnc import XVNC, TigervncBackend
from .wayland import WaylandBackend
from .x11vnc import X11vncBackend

GROUP = "jupyter_vnc_proxy.backends"

AUTO = ("stream", "tigervnc", "x11vnc")
"""The backends that ``auto`` chooses from, the preferred one first."""

SIMPLEST_PACKAGES: Mapping[str, str] = XVNC.packages
"""The packages of the backend that needs the fewest: one program, and no Python module (installer → names)."""

BUILT_IN: dict[str, Callable[[], Backend]] = {
    "rdp": RdpBackend,
    "stream": StreamBackend,
    "tigervnc": TigervncBackend,
    "wayland": WaylandBackend,
    "x11vnc": X11vncBackend,
}

__all__ = [
    "AUTO",
    "BUILT_IN",
    "GROUP",
    "SIMPLEST_PACKAGES",
    "AnyBackend",
    "Backend",
    "Field",
    "MethodBackend",
    "Module",
    "Paths",
    "Plan",
    "Program",
    "Step",
    "TigervncBackend",
    "X11vncBackend",
    "all_backends",
    "choose",
    "command_for",
    "commands_for",
    "describe_missing",
    "environment_options",
    "has_own_session",
    "missing_programs",
    "pick",
    "plan_of",
    "select",
]


def all_backends() -> dict[str, AnyBackend]:
    """Return every backend by name, without those that can't be loaded."""
    from importlib.metadata import entry_points  # takes 25 ms, needed for other packages' backends only

    found: dict[str, AnyBackend] = {name: make() for name, make in BUILT_IN.items()}
    for entry in entry_points(group=GROUP):
        try:
            backend = entry.load()()
        except Exception:  # another package's module may raise anything
            continue
        if isinstance(backend, (Backend, MethodBackend)):
            found.setdefault(backend.name, backend)
    return found


def environment_options(environment: Mapping[str, str]) -> DesktopOptions:
    """Return the options that the environment sets, the backends' own included; raise `InvalidOption` for a bad one."""
    extra = fields_from_environment(all_backends().values(), environment)
    return DesktopOptions(extra=extra, **read_texts(environment_texts(environment)))


def missing_programs(backend: BackendBase, options: DesktopOptions) -> list[Program]:
    """Return the programs that ``backend`` needs and this machine lacks."""
    return [program for program in backend.programs(options) if program.find() is None]


def choose(options: DesktopOptions) -> AnyBackend:
    """Return the backend that ``options`` name, after validating its options.

    Raise `InvalidOption` for an unknown name, transport or option. A named backend is returned even if its programs
    are missing; for ``auto`` without a usable backend, the one that lacks least is returned.
    """
    return select(options)[0]


def select(options: DesktopOptions) -> tuple[AnyBackend, list[str]]:
    """Return the backend as `choose` does, and sentences on why ``auto`` passed over the preferred one."""
    backend, notes = pick(options)
    own = [field.name for field in backend.fields]
    for name in options.extra:  # an administrator may have configured another backend's options too
        if name not in own and all(name != field.name for each in all_backends().values() for field in each.fields):
            raise unknown_field(name, backend.name, own)
    check_values(backend, options.extra)
    return backend, notes


def has_own_session(options: DesktopOptions) -> bool:
    """Return whether the backend that ``options`` name starts a session itself; raise as `choose` does.

    The one that ``auto`` chooses does not.
    """
    if options.backend == "auto":
        return False
    backend, _ = pick(options)
    try:
        return any(step.session for step in plan_of(backend, options, NO_PATHS).steps)
    except VncError:  # options that only a start needs, such as the host of a session elsewhere, are missing
        return True


def pick(options: DesktopOptions) -> tuple[AnyBackend, list[str]]:
    """Return the same as `select`, without validating the backend's own options."""
    if options.backend == "auto":
        return _best(options)
    if options.backend in BUILT_IN:
        backend: AnyBackend = BUILT_IN[options.backend]()
    else:
        backends = all_backends()
        if options.backend not in backends:
            names = ", ".join(["auto", *backends])
            raise InvalidOption(
                f"There is no backend {options.backend!r}; choose one of {names}.", code="unknown-backend"
            )
        backend = backends[options.backend]
    if options.transport not in backend.transports:
        raise _bad_transport(options.transport, backend.transports)
    return backend, []


def _best(options: DesktopOptions) -> tuple[Backend, list[str]]:
    candidates = [make() for make in map(BUILT_IN.__getitem__, AUTO)]
    fitting = [each for each in candidates if options.transport in each.transports]
    if not fitting:
        raise _bad_transport(options.transport, {t for each in candidates for t in each.transports})
    missing = []
    for backend in fitting:
        missing.append(missing_programs(backend, options))
        if not missing[-1]:
            return backend, [_passed_over(fitting[0], missing[0], backend)] if missing[0] else []
    return min(zip(fitting, missing, strict=True), key=lambda pair: len(pair[1]))[0], []


def _passed_over(preferred: Backend, missing: Iterable[Program], taken: Backend) -> str:
    command = command_for(missing)
    fix = f" To fix it: {command}" if command else ""
    return f"{taken.title} is used instead of {preferred.title}: {describe_missing(missing)}{fix}"


def _bad_transport(transport: str, known: Iterable[str]) -> InvalidOption:
    return InvalidOption(
        f"There is no transport {transport!r} here; choose one of {', '.join(sorted(known))}.",
        code="unknown-transport",
    )

"""The backends: built in, and those that other packages add.

A package adds one through an entry point in the group ``jupyter_vnc_proxy.backends`` that names a class or
function returning a `Backend`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..errors import InvalidOption
from ..options import DesktopOptions
from .base import Backend, Field, Paths, Program, Step
from .fields import check_values, unknown_field
from .missing import command_for, commands_for, lacks
from .rdp import RdpBackend
from .stream import StreamBackend
from .tigervnc import TigervncBackend
from .wayland import WaylandBackend
from .x11vnc import X11vncBackend

GROUP = "jupyter_vnc_proxy.backends"

AUTO = ("stream", "tigervnc", "x11vnc")
"""In this order ``auto`` looks for one that can run."""

BUILT_IN: dict[str, Callable[[], Backend]] = {
    "rdp": RdpBackend,
    "stream": StreamBackend,
    "tigervnc": TigervncBackend,
    "wayland": WaylandBackend,
    "x11vnc": X11vncBackend,
}

__all__ = [
    "AUTO",
    "Backend",
    "Field",
    "Paths",
    "Program",
    "Step",
    "all_backends",
    "choose",
    "command_for",
    "commands_for",
    "lacks",
    "missing_programs",
    "pick",
    "select",
]


def all_backends() -> dict[str, Backend]:
    """Return every backend by name; one that can't be loaded is left out."""
    from importlib.metadata import entry_points  # 25 ms that only a third party's backend is worth

    found: dict[str, Backend] = {name: make() for name, make in BUILT_IN.items()}
    for entry in entry_points(group=GROUP):
        try:
            backend = entry.load()()
        except Exception:  # whatever a third party's module raises
            continue
        if isinstance(backend, Backend):
            found.setdefault(backend.name, backend)
    return found


def missing_programs(backend: Backend, options: DesktopOptions) -> list[Program]:
    """Return the programs that ``backend`` needs and this machine lacks."""
    return [program for program in backend.programs(options) if program.find() is None]


def choose(options: DesktopOptions) -> Backend:
    """Return the backend that ``options`` name, and see that it can take them.

    Raise `InvalidOption` for a name, transport or option that doesn't exist. Whether its programs are there is not
    asked of a backend that was named; for ``auto`` with none usable the one that lacks least is returned.
    """
    return select(options)[0]


def select(options: DesktopOptions) -> tuple[Backend, list[str]]:
    """Return what `choose` does, and sentences that say why ``auto`` did not take the best."""
    backend, notes = pick(options)
    own = [field.name for field in backend.fields]
    for name in options.extra:  # one of another backend may be configured for that one's desktops
        if name not in own and all(name != field.name for each in all_backends().values() for field in each.fields):
            raise unknown_field(name, backend.name, own)
    check_values(backend, options.extra)
    return backend, notes


def pick(options: DesktopOptions) -> tuple[Backend, list[str]]:
    """Return what `select` does, with no look at the options of the backend's own."""
    if options.backend == "auto":
        return _best(options)
    if options.backend in BUILT_IN:
        backend: Backend = BUILT_IN[options.backend]()
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


def _passed_over(best: Backend, missing: Iterable[Program], taken: Backend) -> str:
    command = command_for(missing)
    mend = f" To mend it: {command}" if command else ""
    return f"{taken.title} runs in place of {best.title}: {lacks(missing)}{mend}"


def _bad_transport(transport: str, known: Iterable[str]) -> InvalidOption:
    return InvalidOption(
        f"There is no transport {transport!r} here; choose one of {', '.join(sorted(known))}.",
        code="unknown-transport",
    )

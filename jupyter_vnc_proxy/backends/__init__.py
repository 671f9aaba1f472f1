"""The backends: built in, and those that other packages add.

A package adds one through an entry point in the group ``jupyter_vnc_proxy.backends`` that names a class or
function returning a `Backend`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..errors import InvalidOption
from ..options import DesktopOptions
from .base import Backend, Field, Paths, Program, Step
from .extra import check_values, unknown_field
from .rdp import RdpBackend
from .stream import StreamBackend
from .tigervnc import TigervncBackend
from .wayvnc import WayvncBackend
from .x11vnc import X11vncBackend

GROUP = "jupyter_vnc_proxy.backends"

AUTO = ("tigervnc", "x11vnc")
"""In this order ``auto`` looks for one that can run."""

BUILT_IN: dict[str, Callable[[], Backend]] = {
    "rdp": RdpBackend,
    "stream": StreamBackend,
    "tigervnc": TigervncBackend,
    "wayland": WayvncBackend,
    "x11vnc": X11vncBackend,
}

VARIANTS: dict[tuple[str, str], Callable[[], Backend]] = {("wayland", "wayvnc"): WayvncBackend}
"""Transports of a backend that are made by another class than the rest."""

__all__ = ["AUTO", "Backend", "Field", "Paths", "Program", "Step", "all_backends", "choose", "missing_programs", "pick"]


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
    asked of a backend that was named.
    """
    backend = pick(options)
    own = [field.name for field in backend.fields]
    for name in options.extra:  # one of another backend may be configured for that one's desktops
        if name not in own and all(name != field.name for each in all_backends().values() for field in each.fields):
            raise unknown_field(name, backend.name, own)
    check_values(backend, options.extra)
    return backend


def pick(options: DesktopOptions) -> Backend:
    """Return the backend that ``options`` name, or for ``auto`` the best that can run with this transport.

    Raise `InvalidOption` for a name or transport that doesn't exist. For ``auto`` with none usable the first is
    returned.
    """
    if options.backend in BUILT_IN:
        backend: Backend = BUILT_IN[options.backend]()
    elif options.backend == "auto":
        candidates = [make() for make in map(BUILT_IN.__getitem__, AUTO)]
        fitting = [each for each in candidates if options.transport in each.transports]
        if not fitting:
            raise _bad_transport(options.transport, {t for each in candidates for t in each.transports})
        usable = (each for each in fitting if not missing_programs(each, options))
        return next(usable, fitting[0])
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
    return VARIANTS.get((backend.name, options.transport), lambda: backend)()


def _bad_transport(transport: str, known: Iterable[str]) -> InvalidOption:
    return InvalidOption(
        f"There is no transport {transport!r} here; choose one of {', '.join(sorted(known))}.",
        code="unknown-transport",
    )

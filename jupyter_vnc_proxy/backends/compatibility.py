"""Backends written before `Backend.plan`: one method for each answer that a `Plan` now gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from ..options import DesktopOptions
from .base import RFB_SOCKET, Backend, BackendBase, Paths, Plan, Step
from .fields import check_commands

NO_PATHS = Paths(Path(), Path(RFB_SOCKET), Path("Xauthority"))
"""For the methods that get no paths: their answers do not depend on any."""


@runtime_checkable
class MethodBackend(BackendBase, Protocol):
    """The contract of backends before there were plans; each method overrides one field of the `Plan`."""

    def steps(self, options: DesktopOptions, paths: Paths) -> Iterable[Step]:
        """Return the processes to start, without the session."""

    def resize(self, options: DesktopOptions) -> Literal["rfb", "rest"]:
        """Return `Plan.resize`."""

    def speaks(self, options: DesktopOptions) -> Literal["rfb", "websocket"]:
        """Return `Plan.speaks`."""

    def raw_socket(self, options: DesktopOptions) -> str:
        """Return `Plan.raw_socket`."""


AnyBackend = Backend | MethodBackend


class PlanMethods:
    """The older methods, answered from the plan: subclasses in other packages override them and call ``super()``."""

    def plan(self, options: DesktopOptions, paths: Paths) -> Plan:
        """Return the plan; a backend overrides this."""
        raise NotImplementedError

    def steps(self, options: DesktopOptions, paths: Paths) -> Iterable[Step]:
        """Return the plan's processes."""
        return list(self.plan(options, paths).steps)

    def resize(self, options: DesktopOptions) -> Literal["rfb", "rest"]:
        """Return `Plan.resize`."""
        return self.plan(options, NO_PATHS).resize

    def speaks(self, options: DesktopOptions) -> Literal["rfb", "websocket"]:
        """Return `Plan.speaks`."""
        return self.plan(options, NO_PATHS).speaks

    def raw_socket(self, options: DesktopOptions) -> str:
        """Return `Plan.raw_socket`."""
        return self.plan(options, NO_PATHS).raw_socket


def plan_of(backend: AnyBackend, options: DesktopOptions, paths: Paths) -> Plan:
    """Return the plan of a backend of either form; a method of the older form wins over the plan's field.

    Raise `InvalidOption` if it shows a secret to other users.
    """
    plan = backend.plan(options, paths) if isinstance(backend, Backend) else Plan(steps=())
    answers: dict[str, Any] = {}
    for name in ("steps", "resize", "speaks", "raw_socket"):
        method = getattr(backend, name, None)
        if method is not None and getattr(method, "__func__", None) is not getattr(PlanMethods, name):
            answers[name] = tuple(method(options, paths)) if name == "steps" else method(options)
    plan = replace(plan, **answers)
    check_commands(backend, options, plan.steps)
    return plan

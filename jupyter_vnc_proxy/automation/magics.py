"""IPython's magics: ``%desktop`` starts and shows a desktop, ``%%desktop`` runs a cell's commands on it."""

from __future__ import annotations

import argparse
import ast
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, Protocol

from ..errors import Conflict, InvalidOption, UnknownDesktop, VncError
from .desktop import Desktop
from .view import live_view, still

VERBS = (
    *("activate", "click", "close_window", "drag", "get_clipboard", "move", "place", "press", "run", "screenshot"),
    *("scroll", "set_clipboard", "size", "type", "wait_for_window", "wait_still", "windows"),
)
"""The methods of `Desktop` that a cell's commands call by their names alone."""

NAME = "desktop"
"""The variable that has the desktop."""

SETTLE_SECONDS = 0.3
SETTLE_TIMEOUT_SECONDS = 3.0
"""The picture is taken when it has been still for the first time, or at the latest after the second."""


class InteractiveShell(Protocol):
    """What is used of IPython's shell."""

    user_ns: dict[str, Any]

    def register_magic_function(self, func: Callable[..., Any], magic_kind: str, magic_name: str) -> None:
        """Register a magic."""

    def transform_cell(self, raw_cell: str) -> str:
        """Return a cell as plain Python."""


class _Parser(argparse.ArgumentParser):
    """Raises errors instead of ending the kernel."""

    def error(self, message: str) -> NoReturn:
        raise InvalidOption(f"{message}\n{self.format_usage()}")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        raise InvalidOption(message or self.format_help())


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="%desktop", add_help=False, allow_abbrev=False)
    parser.add_argument("name", nargs="?", default="default", help="the desktop's name")
    parser.add_argument("--backend")
    parser.add_argument("--session")
    parser.add_argument("--geometry", metavar="WxH")
    parser.add_argument("--picture", action="store_true", help="show a picture instead of a live view")
    parser.add_argument("--quiet", action="store_true", help="show nothing")
    parser.add_argument("--stop", action="store_true", help="stop the desktop")
    return parser


class Magics:
    """The magics of one kernel, and the desktops that it has used."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._desktops: dict[str, Desktop] = {}

    def desktop(self, line: str, cell: str | None = None) -> Any:
        """Start a desktop and show it; with a cell, run its commands on it, and show what it looks like then.

        %desktop [NAME] [--backend B] [--session S] [--geometry WxH] [--picture | --quiet | --stop]

        In ``%%desktop``, the cell is Python with the methods of the desktop as functions: ``click(10, 20)``,
        ``type("text")``, ``press("ctrl+s")``. The variable ``desktop`` has the desktop, there and in later cells.
        """
        arguments = _parser().parse_args(shlex.split(line))
        if arguments.stop:
            self._stop(arguments.name)
            return None
        desktop = self._desktop(arguments)
        self._shell.user_ns[NAME] = desktop
        result = None if cell is None else self._run(desktop, cell)
        if not arguments.quiet:
            _show(desktop, live=cell is None and not arguments.picture)
        return result

    def _desktop(self, arguments: argparse.Namespace) -> Desktop:
        """Return a desktop that runs, starting it if need be; options are for one that does not exist."""
        name = arguments.name
        if name in self._desktops and self._desktops[name].model()["phase"] == "running":
            return self._desktops[name]
        try:
            desktop = Desktop.connect(name)
        except UnknownDesktop:
            given = {each: getattr(arguments, each) for each in ("backend", "session", "geometry")}
            desktop = Desktop.start(name, **given)
        except Conflict:  # it is stopped
            desktop = Desktop.start(name)
        self._forget(name)
        self._desktops[name] = desktop
        return desktop

    def _stop(self, name: str) -> None:
        desktop = self._desktops.get(name) or Desktop.connect(name)
        desktop.stop()
        self._forget(name)

    def _forget(self, name: str) -> None:
        if (desktop := self._desktops.pop(name, None)) is not None:
            desktop.close()

    def _run(self, desktop: Desktop, cell: str) -> Any:
        """Run a cell in the user's namespace; return the value of its last line if that is an expression."""
        source = self._shell.transform_cell(cell)
        body = ast.parse(source, "<desktop>").body
        last = None
        if body and isinstance(end := body[-1], ast.Expr):
            last = ast.Expression(end.value)
            body.pop()
        namespace = self._shell.user_ns
        with _verbs(desktop, namespace):
            exec(compile(ast.Module(body, []), "<desktop>", "exec"), namespace)
            return None if last is None else eval(compile(last, "<desktop>", "eval"), namespace)


@contextmanager
def _verbs(desktop: Desktop, namespace: dict[str, Any]) -> Iterator[None]:
    """Let a namespace have the desktop's verbs; what they hide, such as ``type``, is back afterwards."""
    verbs = {name: getattr(desktop, name) for name in VERBS}
    hidden = {name: namespace[name] for name in VERBS if name in namespace}
    namespace.update(verbs)
    try:
        yield
    finally:
        for name, verb in verbs.items():
            if namespace.get(name) == verb:
                del namespace[name]
        for name, value in hidden.items():
            namespace.setdefault(name, value)


def _show(desktop: Desktop, live: bool) -> None:
    from IPython.display import display

    try:
        desktop.wait_still(SETTLE_SECONDS, timeout=SETTLE_TIMEOUT_SECONDS)
    except Conflict:
        raise
    except VncError:
        pass  # it moves on; the picture is that of a moment
    image = desktop.screenshot()
    bundle = live_view(desktop.name, image) if live else still(desktop.name, image)
    display(bundle, raw=True)  # type: ignore[no-untyped-call]


def register(shell: InteractiveShell) -> None:
    """Register the magics in a shell."""
    shell.register_magic_function(Magics(shell).desktop, "line_cell", NAME)

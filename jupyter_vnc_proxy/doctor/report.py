"""The diagnostic report, to share with support: the findings, a desktop's state, and the ends of its logs."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable

from .._version import __version__
from ..desktops.desktop import Desktop
from ..desktops.runtime import desktop_path, runtime_directory
from ..errors import InvalidOption, UnknownDesktop
from ..options import check_name
from ..system.packages import distribution
from .checks import run_checks
from .findings import Finding
from .private_options import public_options, with_options
from .redaction import Redaction, local_redaction

LOG_LINES = 40
"""Number of last lines of each log."""

PUBLIC_STATE = (
    "phase",
    "step",
    "backend",
    "transport",
    "session",
    "display",
    "geometry",
    "resize",
    "resize_through",
    "speaks",
    "raw_socket",
    "x_screenshots",
    "full_chroma",
    "monitors_through",
    "monitors_socket",
    "scaling",
    "scale",
    "sound",
    "created",
    "encoder",
    "notes",
)
"""The fields of a desktop's state that are printed. `options` are printed too, without their private values."""


def report(runtime_dir: str = "", name: str = "", redaction: Redaction | None = None) -> str:
    """Return the redacted report, with the desktop ``name`` unless it is empty. Blocks for about a second.

    Raise `UnknownDesktop` if there is no such desktop, `InvalidOption` if the name is invalid. Tokens, cookies, home
    directories, and the names of users and hosts are redacted.
    """
    desktop = _named(runtime_dir, check_name(name)) if name else None
    lines = [
        f"jupyter-vnc-proxy {__version__}, Python {platform.python_version()}",
        f"{distribution().get('PRETTY_NAME', 'an unknown system')}, Linux {platform.release()} {platform.machine()}",
        *_findings(run_checks(runtime_dir)),
        *(_desktop(desktop) if desktop else []),
    ]
    redaction = with_options(redaction or local_redaction(), desktop.state().options if desktop else {})
    return redaction.clean("\n".join(lines) + "\n")


def _named(runtime_dir: str, name: str) -> Desktop | None:
    try:
        desktop = Desktop(desktop_path(runtime_directory(runtime_dir), name))
    except InvalidOption:  # the runtime directory is unusable, which the findings report
        return None
    if not desktop.exists():
        raise UnknownDesktop(f"There is no desktop named {name!r}.")
    return desktop


def _findings(findings: Iterable[Finding]) -> Iterable[str]:
    group = ""
    for each in findings:
        if each.group != group:
            group = each.group
            yield from ("", group)
        yield f"  {each.status:7}  {each.message}"
        if each.status in ("warning", "problem"):
            yield from (f"             {key}: {value}" for key, value in each.facts.items())


def _desktop(desktop: Desktop) -> Iterable[str]:
    state = desktop.state()
    yield from ("", f"Desktop {desktop.name}")
    for name in PUBLIC_STATE:
        yield f"  {name}: {json.dumps(getattr(state, name))}"
    yield f"  options: {json.dumps(public_options(state.options))}"
    if state.error:
        yield from (f"  error.{key}: {json.dumps(value)}" for key, value in state.error.items() if key != "log")
    for part in desktop.log_parts():
        yield from ("", f"Log of {part}")
        yield from (f"  {line}" for line in desktop.log(part, LOG_LINES))

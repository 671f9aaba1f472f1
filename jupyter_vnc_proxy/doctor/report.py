"""The diagnostic report, to share with support: the findings, a desktop's state, and the ends of its logs."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .._version import __version__
from ..desktops.desktop import Desktop
from ..desktops.runtime import desktop_path, runtime_directory
from ..errors import InvalidOption, UnknownDesktop
from ..options import OPTIONS, check_name
from ..system.packages import distribution
from .checks import run_checks
from .findings import Finding
from .redaction import Redaction, local_redaction

LOG_LINES = 40
"""Number of last lines of each log."""


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
    redaction = redaction or local_redaction()
    if desktop is not None:
        redaction = redaction.with_secrets(_private_values(desktop.state().options))
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
    state = asdict(desktop.state())
    error = state.pop("error")
    state["options"] = _public_options(state["options"])
    yield from ("", f"Desktop {desktop.name}")
    yield from (f"  {key}: {json.dumps(value)}" for key, value in state.items())
    if error:
        yield from (f"  error.{key}: {json.dumps(value)}" for key, value in error.items() if key != "log")
    for part in desktop.log_parts():
        yield from ("", f"Log of {part}")
        yield from (f"  {line}" for line in desktop.log(part, LOG_LINES))


def _public_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return a desktop's options without what may be secret: words of a command, and values of a backend's options."""
    public = {each.name: options[each.name] for each in OPTIONS if each.name in options}
    if public.get("session_command"):
        public["session_command"] = [Path(str(public["session_command"][0])).name]
    if "extra" in public:
        public["extra"] = {name: "set" if value else "unset" for name, value in dict(public["extra"]).items()}
    return public


def _private_values(options: Mapping[str, Any]) -> list[str]:
    """Return the values that `_public_options` leaves out, which may stand in the logs too."""
    words = [str(word) for word in options.get("session_command") or ()][1:]
    return [*words, *(str(value) for value in dict(options.get("extra") or {}).values())]

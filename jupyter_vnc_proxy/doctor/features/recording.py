"""Checks whether desktops can be recorded."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from ...desktops.recordings.requirements import MODULES, install_command, missing_modules
from ..findings import Finding

GROUP, TOPIC = "Recording", "recording"


def recording() -> Finding:
    """Check for the modules that encode; without them, desktops run as well."""
    if missing := missing_modules():
        message = f"Desktops can't be recorded: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing."
        return Finding(GROUP, TOPIC, "note", message, (install_command(),), {"missing": missing})
    found = {name: _version(name) for name in MODULES}
    named = " and ".join(f"{name} {number}" for name, number in found.items())
    return Finding(GROUP, TOPIC, "ok", f"Desktops can be recorded, with {named}.", (), found)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "of an unknown version"

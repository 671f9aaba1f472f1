"""Checks whether Jupyter loads the server extension and the labextension, from its configuration files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from .._version import __version__
from .findings import Finding

GROUP = "Jupyter"
EXTENSION = "jupyter_vnc_proxy"
LABEXTENSION = "jupyter-vnc-proxy"


def jupyter() -> list[Finding]:
    """Check both extensions and the installed packages."""
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    config = [Path(each) for each in jupyter_config_path()]
    return [
        _packages(),
        _server_extension(config),
        _labextension([Path(each) for each in jupyter_path("labextensions")], config),
    ]


def _packages() -> Finding:
    names = ("jupyter-server", "jupyterlab", "notebook", "jupyter-server-proxy", "websockify", "pcmflux", "pixelflux")
    found = {name: _version(name) for name in names}
    named = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    message = f"jupyter-vnc-proxy {__version__} with {named}."
    return Finding(GROUP, "packages", "ok", message, (), {"jupyter-vnc-proxy": __version__, **found})


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _server_extension(config: Iterable[Path]) -> Finding:
    enabled: dict[str, Any] = {}
    for directory in reversed(list(config)):  # the first directory overrides the others
        for file in [
            *sorted(directory.glob("jupyter_server_config.d/*.json")),
            directory / "jupyter_server_config.json",
        ]:
            enabled.update(_dictionary(_dictionary(_read(file).get("ServerApp")).get("jpserver_extensions")))
    if enabled.get(EXTENSION):
        return Finding(GROUP, "server-extension", "ok", "The server extension is enabled.", (), {"enabled": True})
    fixes = (f"jupyter server extension enable {EXTENSION}",)
    message = "The server extension is not enabled; the panel uses jupyter-server-proxy, which has only one desktop."
    return Finding(GROUP, "server-extension", "warning", message, fixes, {"enabled": False})


def _labextension(directories: Iterable[Path], config: Iterable[Path]) -> Finding:
    topic = "labextension"
    found = next(
        (each / LABEXTENSION for each in directories if (each / LABEXTENSION / "package.json").is_file()), None
    )
    if found is None:
        message = "JupyterLab does not find the labextension, so its launcher has no desktop."
        return Finding(GROUP, topic, "warning", message, ("pip install --force-reinstall --no-deps jupyter-vnc-proxy",))
    number = str(_read(found / "package.json").get("version", ""))
    facts = {"path": str(found), "version": number}
    disabled: dict[str, Any] = {}
    for directory in reversed(list(config)):
        listed = _read(directory / "labconfig" / "page_config.json").get("disabledExtensions")
        disabled.update(dict.fromkeys(listed, True) if isinstance(listed, list) else _dictionary(listed))
    off = [name for name, value in disabled.items() if value and name.partition(":")[0] == LABEXTENSION]
    if off:
        fixes = tuple(f"jupyter labextension enable {name}" for name in off)
        return Finding(GROUP, topic, "warning", f"The labextension is disabled: {', '.join(off)}.", fixes, facts)
    if not _same(number, __version__):
        message = f"The labextension has version {number}, the server extension {__version__}."
        return Finding(GROUP, topic, "warning", message, ("pip install --upgrade jupyter-vnc-proxy",), facts)
    return Finding(GROUP, topic, "ok", f"JupyterLab finds the labextension {number}.", (), facts)


def _same(number: str, installed: str) -> bool:
    """Compare versions as pip does: package.json's ``1.0.0-rc.1`` is ``1.0.0rc1``."""
    try:
        return Version(number) == Version(installed)
    except InvalidVersion:
        return False


def _read(file: Path) -> dict[str, Any]:
    try:
        return _dictionary(json.loads(file.read_bytes()))
    except (OSError, ValueError):
        return {}


def _dictionary(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

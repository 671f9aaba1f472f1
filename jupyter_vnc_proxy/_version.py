"""The version of the installed distribution. package.json defines it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("jupyter-vnc-proxy")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0.0.0"

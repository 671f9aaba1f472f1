"""The machine: processes, environment, displays, packages."""

from __future__ import annotations

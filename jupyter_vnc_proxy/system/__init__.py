"""The machine: processes, environment, X displays, packages."""

from __future__ import annotations

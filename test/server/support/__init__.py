"""Code that tests share: clients, servers, displays, processes; no tests."""

from __future__ import annotations

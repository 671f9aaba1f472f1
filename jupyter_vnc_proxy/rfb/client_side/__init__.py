"""The protocol as clients read and write it: of any server, without input or output."""

from __future__ import annotations

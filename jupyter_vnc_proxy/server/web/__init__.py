"""The HTTP surface: one table of addresses, from which the server extension and the page server both answer."""

from __future__ import annotations

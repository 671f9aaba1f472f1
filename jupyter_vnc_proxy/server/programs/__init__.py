"""The programs that control a desktop, as its viewers see them."""

from __future__ import annotations

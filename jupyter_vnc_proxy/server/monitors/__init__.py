"""Several monitors of one desktop, each shown by a viewer of its own."""

from __future__ import annotations

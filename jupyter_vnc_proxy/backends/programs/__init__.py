"""Programs of ours that a backend starts, and the configurations of others; knows nothing of backends."""

from __future__ import annotations

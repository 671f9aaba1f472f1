"""Programs that others of the same user start in the session of a desktop: `request` asks the runner for one."""

from __future__ import annotations

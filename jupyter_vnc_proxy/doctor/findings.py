"""The result of a check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["ok", "note", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    ``topic`` is a stable kebab-case identifier, ``group`` a heading. ``status`` is ``ok``; ``note``, worth knowing;
    ``warning``, a feature does not work; or ``problem``, no desktop can start. ``message`` is a sentence, ``fixes`` are
    alternative commands that fix it, and ``facts`` are data for programs.
    """

    group: str
    topic: str
    status: Status
    message: str
    fixes: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the finding as JSON."""
        return {
            "group": self.group,
            "topic": self.topic,
            "status": self.status,
            "message": self.message,
            "fixes": list(self.fixes),
            "facts": dict(self.facts),
        }

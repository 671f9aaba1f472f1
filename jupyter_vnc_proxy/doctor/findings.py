"""What a look at something found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["ok", "note", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    ``topic`` is a stable kebab-case name for programs, ``group`` the heading it stands under. ``status``: ``ok`` as it
    should be; ``note`` worth knowing; ``warning`` something that people want does not work; ``problem`` this way no
    desktop starts. ``message`` is a plain sentence; ``fixes`` are commands of which one mends it; ``facts`` are for
    programs.
    """

    group: str
    topic: str
    status: Status
    message: str
    fixes: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "group": self.group,
            "topic": self.topic,
            "status": self.status,
            "message": self.message,
            "fixes": list(self.fixes),
            "facts": dict(self.facts),
        }

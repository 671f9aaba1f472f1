"""Which applications the administrator lets users open alone."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass

SUFFIX = ".desktop"
"""The end of an id, which patterns need not have."""


@dataclass(frozen=True)
class ApplicationSelection:
    """The administrator's choice; ids are patterns (fnmatch), with or without ``.desktop``.

    ``allow`` and ``categories``: if there are any, only those; ``deny`` overrides both.
    """

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    def admits(self, entry: str, categories: Iterable[str]) -> bool:
        """Return whether an application with an id and ``categories`` is one of those."""
        if _matches(entry, self.deny) or (self.allow and not _matches(entry, self.allow)):
            return False
        return not self.categories or not set(self.categories).isdisjoint(categories)


def _matches(entry: str, patterns: Iterable[str]) -> bool:
    names = (entry, entry.removesuffix(SUFFIX))
    return any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in patterns)

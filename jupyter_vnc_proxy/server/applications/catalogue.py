"""The applications that can be opened alone, as their entries and the administrator say. Its functions block."""

from __future__ import annotations

from ...backends.sessions import choose_session
from ...errors import VncError
from ...options import DesktopOptions
from . import entries
from .entries import Application
from .selection import ApplicationSelection

SESSION_CATEGORIES = frozenset({"Settings", "Screensaver", "X-Xfce-Toplevel", "X-XFCE-SettingsDialog"})
"""Categories of entries that are about a session, which an application that is alone has not."""


def find(selection: ApplicationSelection, entry: str, language: str = "") -> Application | None:
    """Return the application with an id, ``None`` if there is none or it isn't selected."""
    found = entries.find(entry, language)
    return found if found is not None and selection.admits(entry, found.entry.getCategories()) else None


def shown(selection: ApplicationSelection, defaults: DesktopOptions, language: str = "") -> list[Application]:
    """Return the selected applications that menus show, by name; menus of the session that ``defaults`` start."""
    names = desktop_names(defaults)
    found = [
        each
        for each in entries.find_all(language)
        if _is_shown(each, names) and selection.admits(each.id, each.entry.getCategories())
    ]
    return sorted(found, key=lambda each: (each.name.casefold(), each.id))


def desktop_names(defaults: DesktopOptions) -> frozenset[str]:
    """Return the names that desktop entries have for the session of usual desktops, as in XDG_CURRENT_DESKTOP."""
    try:
        session = choose_session(defaults)
    except VncError:
        return frozenset()
    return frozenset(filter(None, session.current_desktop.split(":")))


def _is_shown(application: Application, names: frozenset[str]) -> bool:
    """Return whether menus have an entry, and it isn't about the session."""
    entry = application.entry
    only = entry.getOnlyShowIn()
    if entry.getNoDisplay() or (only and names.isdisjoint(only)) or not names.isdisjoint(entry.getNotShowIn()):
        return False
    return SESSION_CATEGORIES.isdisjoint(entry.getCategories())

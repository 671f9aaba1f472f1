"""Variables that replace the system's libraries, modules and data in the session's own programs, and their cure.

A user's LD_LIBRARY_PATH with another libglib is right for the user's programs and fatal for the session's. So each
program of the system that *we* start gets the same variables, changed as little as possible: the system's directories
first in a search path, and without entries that replace a part of the system.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from .libraries import is_of_system, shadowed_libraries, system_library_directories, unlike

LIBRARY_PATH = "LD_LIBRARY_PATH"

PRELOADS = {"LD_PRELOAD": " :", "LD_AUDIT": ":"}
"""Variables that name libraries, with the characters that separate them (ld.so(8))."""

DATA_PATHS = {
    "XDG_CONFIG_DIRS": ("/etc/xdg",),
    "XDG_DATA_DIRS": ("/usr/local/share", "/usr/share"),
}
"""Search paths for data, with the system's directories, which must not be missing (XDG Base Directories)."""

DATA_PATH = "XDG_DATA_DIRS"
SCHEMAS = "glib-2.0/schemas/gschemas.compiled"
"""A program of GTK's ends if the first schemas of a name in `DATA_PATH` are of another version."""

MODULE_PATHS = (
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "GCONV_PATH",
    "GDK_PIXBUF_MODULEDIR",
    "GDK_PIXBUF_MODULE_FILE",
    "GIO_EXTRA_MODULES",
    "GIO_MODULE_DIR",
    "GI_TYPELIB_PATH",
    "GSETTINGS_SCHEMA_DIR",
    "GST_PLUGIN_PATH",
    "GST_PLUGIN_SYSTEM_PATH",
    "GTK_DATA_PREFIX",
    "GTK_EXE_PREFIX",
    "GTK_IM_MODULE_FILE",
    "GTK_PATH",
    "LIBGL_DRIVERS_PATH",
    "PYTHONHOME",  # also in programs that contain Python, such as file managers with python3-nautilus or -caja
    "QML2_IMPORT_PATH",
    "QML_IMPORT_PATH",
    "QT_PLUGIN_PATH",
    "QT_QPA_PLATFORM_PLUGIN_PATH",
    "QT_XKB_CONFIG_ROOT",
    "XKB_CONFIG_ROOT",
    "XLOCALEDIR",
)
"""Variables that name modules, plug-ins and tables, which a program loads in place of its own."""

SCRIPT_PATHS = {"PERL5LIB": "Perl", "PERLLIB": "Perl", "PYTHONPATH": "Python"}
"""Variables that name modules, with their language. Few sessions have a part in these languages."""


class Shadow(NamedTuple):
    """An entry of a variable that replaces a part of the system, and what it replaces; empty if that is unknown."""

    variable: str
    entry: str
    replaces: str

    def __str__(self) -> str:
        return f"{self.variable} has {self.entry}{f', which replaces {self.replaces}' if self.replaces else ''}"


def shadows(environment: Mapping[str, str], scripts: bool = False) -> list[Shadow]:
    """Return the entries of ``environment`` that `for_system_programs` moves or removes."""
    return list(_shadows(environment, (*MODULE_PATHS, *SCRIPT_PATHS) if scripts else MODULE_PATHS))


def _shadows(environment: Mapping[str, str], module_paths: Iterable[str]) -> Iterator[Shadow]:
    for entry in _entries(environment.get(LIBRARY_PATH, "")):
        if not is_of_system(entry) and (libraries := shadowed_libraries(entry)):
            more = f" and {len(libraries) - 3} more" if len(libraries) > 3 else ""
            yield Shadow(LIBRARY_PATH, entry, ", ".join(libraries[:3]) + more)
    for variable, separators in PRELOADS.items():
        for entry in _words(environment.get(variable, ""), separators):
            if not _is_harmless(entry):
                yield Shadow(variable, entry, "")
    for entry in _entries(environment.get(DATA_PATH, "")):
        if not is_of_system(entry) and os.path.exists(os.path.join(entry, SCHEMAS)):
            yield Shadow(DATA_PATH, entry, SCHEMAS)
    for variable in module_paths:
        for entry in _entries(environment.get(variable, "")):
            if not is_of_system(entry):
                yield Shadow(variable, entry, "")


def for_system_programs(environment: Mapping[str, str], scripts: bool = False) -> dict[str, str]:
    """Return ``environment`` as a program of the system needs it, so that it loads the system's own parts.

    ``scripts``: the program, or one that it starts, is written in Python or Perl. Without it, `SCRIPT_PATHS` stay, for
    the user's programs.
    """
    changed = dict(environment)
    shadowing = shadows(environment, scripts)
    for variable, system in DATA_PATHS.items():
        if entries := _entries(environment.get(variable, "")):
            changed[variable] = os.pathsep.join([*entries, *_missing(system, entries)])
    for variable in sorted({each.variable for each in shadowing}):
        separators = PRELOADS.get(variable, os.pathsep)
        moved = [each.entry for each in shadowing if each.variable == variable]
        kept = unlike(_words(changed[variable], separators), moved)
        if variable == LIBRARY_PATH:  # what the system lacks is still found
            system = system_library_directories()
            kept = [*system, *unlike(_entries(environment[variable]), system)]
        elif variable == DATA_PATH:
            kept = [*kept, *moved]
        changed[variable] = os.pathsep.join(kept)
        if not kept:
            del changed[variable]
    return changed


def changes(environment: Mapping[str, str], changed: Mapping[str, str]) -> dict[str, str | None]:
    """Return what turns ``changed`` into ``environment``: a value for each variable, or ``None`` to unset it."""
    names = sorted({*environment, *changed})
    return {each: environment.get(each) for each in names if environment.get(each) != changed.get(each)}


def _missing(system: Iterable[str], entries: Iterable[str]) -> list[str]:
    return unlike(system, (each.rstrip("/") for each in entries))


def _is_harmless(entry: str) -> bool:
    return is_of_system(entry) or (os.sep not in entry and not entry.startswith("$"))  # a name is searched for


def _entries(value: str) -> list[str]:
    return _words(value, os.pathsep)


def _words(value: str, separators: str) -> list[str]:
    for each in separators:
        value = value.replace(each, os.pathsep)
    return [each for each in value.split(os.pathsep) if each]

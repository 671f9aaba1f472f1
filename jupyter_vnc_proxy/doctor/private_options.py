"""Which of a desktop's options a report prints, and which values it must not contain anywhere."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..backends import all_backends
from ..backends.fields import fields_from_environment
from .redaction import Redaction

PUBLIC_VALUE = re.compile(r"[A-Za-z0-9][\w.+-]{0,63}")
"""A name or a number, as an option that is printed has; anything else is said to be set."""

PUBLIC_OPTIONS = ("backend", "transport", "session", "geometry", "start_timeout")
"""The options that are printed with their values."""

ASSIGNMENT = re.compile(r"-*/?[\w.+-]+[=:]")
"""Begins a word such as ``--host=…``, ``NAME=…`` or ``/v:…``, whose rest is a value."""

SWITCH = re.compile(r"--?[A-Za-z]{1,3}|--[a-z]+(?:-[a-z]+)*")
"""A switch without a value."""

HOST = re.compile(r"(?:[^\s@/]*@)?(?:\[([0-9A-Fa-f:.]+)\]|((?=[^\s:]*[A-Za-z])[\w-]+(?:\.[\w-]+)*))(?::\d+)?")
"""A host, perhaps with a user before it and a port behind it."""


def public_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options for a report: of a command, the program's name; of a backend's own, whether they are set."""
    public = {name: _public(options[name]) for name in PUBLIC_OPTIONS if name in options}
    if "extra" in options:
        public["extra"] = {name: "set" if value else "unset" for name, value in _mapping(options["extra"]).items()}
    if "session_command" in options:
        public["session_command"] = [_public(Path(word).name) for word in _words(options["session_command"])[:1]]
    return public


def with_options(redaction: Redaction, options: Mapping[str, Any]) -> Redaction:
    """Return ``redaction`` extended by the values that `public_options` leaves out, for findings, errors and logs."""
    fields = [field for backend in all_backends().values() for field in backend.fields]
    choices = {choice for field in fields for choice in (*field.choices, field.default)}
    values = {**fields_from_environment(all_backends().values(), os.environ), **_mapping(options.get("extra"))}
    own = {value for value in values.values() if value not in choices}
    hosts = {each for name, value in values.items() if "host" in name for each in _host(value)}
    words = _words(options.get("session_command"))
    private = {value for word in words[1:] for value in _values(word)}
    hosts |= {each for value in private if "." in value for each in _host(value)}
    return redaction.with_secrets(own | private).with_hosts(hosts)


def _public(value: object) -> object:
    """Return a number or a name; ``"set"`` for what a report can't print without knowing what it is."""
    if isinstance(value, (int, float)) or value in ("", None):
        return value
    return value if isinstance(value, str) and PUBLIC_VALUE.fullmatch(value) else "set"


def _mapping(value: object) -> dict[str, str]:
    return {str(name): str(each) for name, each in value.items()} if isinstance(value, Mapping) else {}


def _words(value: object) -> list[str]:
    return [str(word) for word in value] if isinstance(value, Iterable) and not isinstance(value, str) else []


def _values(word: str) -> set[str]:
    """Return what may be secret in a word of a command: not switches, nor programs such as ``startxfce4``."""
    if SWITCH.fullmatch(word) or shutil.which(word):
        return set()
    assigned = ASSIGNMENT.match(word)
    return {word, word[assigned.end() :]} if assigned else {word}


def _host(value: str) -> set[str]:
    match = HOST.fullmatch(value)
    return {match[1] or match[2]} if match else set()

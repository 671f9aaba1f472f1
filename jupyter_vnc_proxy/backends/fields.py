"""Options that only one backend has: their JSON for forms, their sources, and the validation of their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypedDict

from ..errors import InvalidOption
from ..options import ENVIRONMENT_PREFIX, DesktopOptions
from .base import BackendBase, Field, Step

MAX_VALUE_LENGTH = 256
"""Characters of a value, at the most."""

MIN_SECRET_LENGTH = 4
"""Characters of a secret that is looked for within words; a shorter one is only compared with whole words."""


class RequiredKeys(TypedDict):
    """The keys that every field has."""

    name: str
    label: str
    description: str
    required: bool


class FieldModel(RequiredKeys, total=False):
    """A field as JSON, for forms; ``default`` is the value if nothing is chosen, and is not shown if it is a secret."""

    choices: list[str]
    default: str
    pattern: str
    secret: bool


def field_models(backend: BackendBase, configured: Mapping[str, str]) -> list[FieldModel]:
    """Return a backend's fields as JSON; ``configured`` values override their defaults."""
    return [_model(field, configured.get(field.name) or field.default) for field in backend.fields]


def _model(field: Field, default: str) -> FieldModel:
    model: FieldModel = {
        "name": field.name,
        "label": field.label,
        "description": field.description,
        "required": field.required and not default,
    }
    if field.choices:
        model["choices"] = list(field.choices)
    if default and not field.secret:
        model["default"] = default
    if field.pattern:
        model["pattern"] = field.pattern
    if field.secret:
        model["secret"] = True
    return model


def secret_values(backend: BackendBase, options: DesktopOptions) -> list[str]:
    """Return the values of the backend's secret fields."""
    return [value for field in backend.fields if field.secret and (value := field.value(options))]


def check_commands(backend: BackendBase, options: DesktopOptions, steps: Iterable[Step]) -> None:
    """Raise `InvalidOption` if a secret value stands in the argv of a process, which all users can read."""
    words = [word for step in steps for word in step.argv]
    for field in backend.fields:
        value = field.value(options) if field.secret else ""
        if not value:
            continue
        if value in words or (len(value) >= MIN_SECRET_LENGTH and any(value in word for word in words)):
            raise InvalidOption(
                f"The backend {backend.name} would show the option {field.name!r} on a command line, to all users.",
                code="secret-on-command-line",
            )


def fields_from_environment(backends: Iterable[BackendBase], environment: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that environment variables set: a prefix and the name in capitals (``JUPYTER_VNC_XSERVER``)."""
    names = {field.name for backend in backends for field in backend.fields}
    values = {name: environment.get(ENVIRONMENT_PREFIX + name.upper(), "") for name in sorted(names)}
    return {name: value for name, value in values.items() if value}


def merged(backend: BackendBase, configured: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the values for one desktop: ``given`` overrides those ``configured`` for all.

    Raise `InvalidOption` for a given name that is not a field of this backend.
    """
    names = [field.name for field in backend.fields]
    for name in given:
        if name not in names:
            raise unknown_field(name, backend.name, names)
    return {name: value for name in names if (value := given.get(name) or configured.get(name))}


def unknown_field(name: str, backend: str, names: Iterable[str]) -> InvalidOption:
    """Return the error for a field that a backend doesn't have."""
    available = ", ".join(names)
    return InvalidOption(
        f"The backend {backend} has no option {name!r}; " + (f"it has: {available}." if available else "it has none."),
        code="unknown-option",
    )


def check_values(backend: BackendBase, extra: Mapping[str, str]) -> None:
    """Raise `InvalidOption` if a required value is missing or a value is not allowed."""
    for field in backend.fields:
        value = extra.get(field.name) or field.default
        if value:
            _check(field, value)
        elif field.required:
            raise InvalidOption(
                f"The backend {backend.name} needs the option {field.name!r}: {field.description}",
                code="missing-option",
            )


def _check(field: Field, value: str) -> None:
    if field.choices and value not in field.choices:
        raise _bad(field, f"choose one of {', '.join(field.choices)}")
    if len(value) > MAX_VALUE_LENGTH or not value.isprintable():
        raise _bad(field, f"it has at most {MAX_VALUE_LENGTH} characters, on one line")
    if field.pattern and re.fullmatch(field.pattern, value, re.ASCII) is None:
        raise _bad(field, field.description.rstrip("."))
    if field.check is not None:
        try:
            field.check(value)
        except ValueError as error:
            if field.secret:  # the error may quote it
                raise _bad(field, field.description.rstrip(".")) from None
            raise _bad(field, str(error).rstrip(".")) from error


def _bad(field: Field, reason: str) -> InvalidOption:
    return InvalidOption(f"The option {field.name!r} can't have this value: {reason}.", code="bad-option")

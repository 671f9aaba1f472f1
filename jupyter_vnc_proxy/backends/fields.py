"""The options of a backend's own: what may be asked, and what is wrong with what was asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypedDict

from ..errors import InvalidOption
from .base import Backend, Field

LONGEST = 256
"""Characters that a value may have."""

ENVIRONMENT = "JUPYTER_VNC_"
"""Begins the names of the environment variables; a field's name in capitals follows."""


class FieldBasis(TypedDict):
    """What every field has."""

    name: str
    label: str
    description: str
    required: bool


class FieldModel(FieldBasis, total=False):
    """A field as JSON, for forms; ``default`` is what counts where nothing is chosen."""

    choices: list[str]
    default: str
    pattern: str


def field_models(backend: Backend, configured: Mapping[str, str]) -> list[FieldModel]:
    """Return a backend's fields as JSON; what is ``configured`` stands in place of their defaults."""
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
    if default:
        model["default"] = default
    if field.pattern:
        model["pattern"] = field.pattern
    return model


def from_environment(backends: Iterable[Backend], environment: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that environment variables set, as in ``JUPYTER_VNC_XSERVER``."""
    names = {field.name for backend in backends for field in backend.fields}
    values = {name: environment.get(ENVIRONMENT + name.upper(), "") for name in sorted(names)}
    return {name: value for name, value in values.items() if value}


def merged(backend: Backend, configured: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return what counts for one desktop: ``given`` wins over what is ``configured`` for all.

    Raise `InvalidOption` for what is given and no field of this backend.
    """
    names = [field.name for field in backend.fields]
    for name in given:
        if name not in names:
            raise unknown_field(name, backend.name, names)
    return {name: value for name in names if (value := given.get(name) or configured.get(name))}


def unknown_field(name: str, backend: str, names: Iterable[str]) -> InvalidOption:
    """Return the error for a field that a backend doesn't have."""
    there = ", ".join(names)
    return InvalidOption(
        f"The backend {backend} has no option {name!r}; " + (f"there are: {there}." if there else "it has none."),
        code="unknown-option",
    )


def check_values(backend: Backend, extra: Mapping[str, str]) -> None:
    """Raise `InvalidOption` where a field's value is missing or no value that it can have."""
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
    if len(value) > LONGEST or not value.isprintable():
        raise _bad(field, f"it has at most {LONGEST} characters, on one line")
    if field.pattern and re.fullmatch(field.pattern, value, re.ASCII) is None:
        raise _bad(field, field.description.rstrip("."))
    if field.check is not None:
        try:
            field.check(value)
        except ValueError as error:
            raise _bad(field, str(error).rstrip(".")) from error


def _bad(field: Field, words: str) -> InvalidOption:
    return InvalidOption(f"The option {field.name!r} can't have this value: {words}.", code="bad-option")

"""The routes of the REST API, and its OpenAPI specification."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker

import jupyter_vnc_proxy
from jupyter_vnc_proxy.server.access import Sharing
from jupyter_vnc_proxy.server.metrics import DesktopMetrics
from jupyter_vnc_proxy.server.routes import handlers
from jupyter_vnc_proxy.server.websocket import SocketLimits

VERBS = ("get", "post", "put", "patch", "delete")

SPECIFICATION = yaml.safe_load((Path(jupyter_vnc_proxy.__file__).parent / "server" / "rest-api.yml").read_text())


def complaints(schema: dict[str, Any], value: Any) -> list[str]:
    """Return how ``value`` violates ``schema``, whose references point into the specification."""
    rooted = {**schema, "components": SPECIFICATION["components"]}
    return [error.message for error in Draft202012Validator(rooted, format_checker=FormatChecker()).iter_errors(value)]


def routes() -> list[tuple[str, str]]:
    """Return every route as (verb, path), its patterns filled in."""
    found = []
    for pattern, handler, _ in handlers(None, DesktopMetrics(None), SocketLimits(), Sharing()):  # type: ignore[arg-type]
        filled = pattern.replace("([^/]+)", "default", 1).replace("([^/]+)", "some-id").replace("/.*", "/nonsense")
        choices = [filled]
        if "(start|" in pattern:
            base, _, actions = filled.partition("(")
            choices = [base + action for action in actions.rstrip(")").split("|")]
        for choice in choices:
            found += [(verb.upper(), choice) for verb in VERBS if verb in vars(handler)]
    return found


ROUTES = routes()

"""The routes of the REST API, and its OpenAPI specification."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker

import jupyter_vnc_proxy
from jupyter_vnc_proxy.server.web.api_table import ENDPOINTS

SPECIFICATION = yaml.safe_load((Path(jupyter_vnc_proxy.__file__).parent / "server" / "rest-api.yml").read_text())


def complaints(schema: dict[str, Any], value: Any) -> list[str]:
    """Return how ``value`` violates ``schema``, whose references point into the specification."""
    rooted = {**schema, "components": SPECIFICATION["components"]}
    return [error.message for error in Draft202012Validator(rooted, format_checker=FormatChecker()).iter_errors(value)]


def filled(path: str) -> str:
    """Return an address of the table with its placeholders filled in."""
    return path.replace("{name}", "default").replace("{id}", "nothing")


ROUTES: list[tuple[str, str]] = [(each.verb, filled(each.path)) for each in ENDPOINTS]
"""Every (verb, address) of the REST API."""

ACTIONS: dict[tuple[str, str], str | None] = {(each.verb, filled(each.path)): each.action for each in ENDPOINTS}
"""What the authorizer is to be asked for each."""

PAGE_ROUTES = [
    ("GET", "/desktops"),
    ("GET", "/desktops/"),
    ("GET", "/desktops/index.html"),
    ("GET", "/desktops/page.js"),
]
"""The addresses of the page."""

PROXY_ROUTES = [
    *(("GET", path) for path in ("/vnc", "/vnc/", "/vnc/index.html", "/vnc/page.js", "/vnc/nonsense")),
    *((each.verb, "/vnc" + filled(each.path)) for each in ENDPOINTS),
    *((verb, "/vnc/") for verb in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS")),
]
"""The addresses of jupyter-server-proxy's entry."""

NO_ADDRESS = [(verb, "/api/desktops/default/nonsense") for verb in ("GET", "POST", "DELETE")]
"""What is below a desktop, but is nothing."""

"""The table of the REST API: every address, and what a user needs to be allowed there.

The server extension makes its routes of this table, and the page server of jupyter-server-proxy its dispatch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ...options import BODY_FIELDS
from ..endpoints import DESKTOPS_PATH, REPORT_PATH, UPLOAD_PATH
from . import operations
from .operations import Operation

Action = Literal["read", "write", "execute"]
"""What Jupyter's authorizer is asked for, on the resource ``vnc``."""


@dataclass(frozen=True)
class Endpoint:
    """One operation.

    ``path`` is relative to the base URL, with ``{name}`` for a desktop's name and ``{id}`` for another identifier.
    ``action`` is None if the handler decides itself. ``fields`` are the body's. ``call`` is None if a handler of its
    own answers: the socket, the report, and what concerns viewers.
    """

    operation: str
    """As in rest-api.yml."""

    verb: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    action: Action | None
    call: Operation | None = None
    fields: Mapping[str, type] = field(default_factory=dict)
    status: int = 200
    on_page_server: bool = False
    """Whether the page server answers it too."""


DESKTOP = DESKTOPS_PATH + "/{name}"
CLIPBOARD = DESKTOP + "/clipboard/{id}"
COPIED_FILES = CLIPBOARD + "/files"
MONITOR = DESKTOP + "/monitors/{id}"
SOUND = DESKTOP + "/sound"
APPLICATIONS = DESKTOP + "/applications"
OPEN_FILE = DESKTOP + "/open"
NEW_DESKTOP: dict[str, type] = {"name": str, **BODY_FIELDS}
SIZE = {"width": int, "height": int}
SCALE = {"percent": int}

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("listDesktops", "GET", DESKTOPS_PATH, "read", operations.list_desktops, on_page_server=True),
    Endpoint("createDesktop", "POST", DESKTOPS_PATH, "execute", operations.create, NEW_DESKTOP, 201),
    Endpoint("listBackends", "GET", DESKTOPS_PATH + "/backends", "read", operations.backends),
    Endpoint("getDesktop", "GET", DESKTOP, "read", operations.get, on_page_server=True),
    Endpoint("deleteDesktop", "DELETE", DESKTOP, "execute", operations.delete, status=204),
    Endpoint("startDesktop", "POST", DESKTOP + "/start", "execute", operations.start, on_page_server=True),
    Endpoint("stopDesktop", "POST", DESKTOP + "/stop", "execute", operations.stop),
    Endpoint("restartDesktop", "POST", DESKTOP + "/restart", "execute", operations.restart),
    Endpoint("keepDesktop", "POST", DESKTOP + "/keep", "execute", operations.keep),
    Endpoint("resizeDesktop", "POST", DESKTOP + "/resize", "execute", operations.resize, SIZE, on_page_server=True),
    Endpoint("scaleDesktop", "POST", DESKTOP + "/scale", "execute", operations.scale, SCALE, on_page_server=True),
    # A log has what programs print, and the report has logs; a screenshot shows what a viewer with `read` sees anyway.
    Endpoint("getLog", "GET", DESKTOP + "/log", "execute", operations.log, on_page_server=True),
    Endpoint("getScreenshot", "GET", DESKTOP + "/screenshot", "read", operations.screenshot),
    Endpoint("openSocket", "GET", DESKTOP + "/rfb", "execute", on_page_server=True),
    Endpoint("getReport", "GET", REPORT_PATH, "execute"),
)

SHARING_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("createTicket", "POST", DESKTOP + "/ticket", None),
    Endpoint("listConnections", "GET", DESKTOP + "/connections", "read"),
    Endpoint("closeConnection", "DELETE", DESKTOP + "/connections/{id}", "execute"),
    Endpoint("takeControl", "POST", DESKTOP + "/control", "execute"),
    Endpoint("listInvitations", "GET", DESKTOP + "/invitations", "execute"),
    Endpoint("createInvitation", "POST", DESKTOP + "/invitations", "execute"),
    Endpoint("deleteInvitation", "DELETE", DESKTOP + "/invitations/{id}", "execute"),
    # Of one connection, whose rights decide. A GET could be read by any page of the same origin.
    Endpoint("readClipboard", "POST", CLIPBOARD, None),
    Endpoint("writeClipboard", "PUT", CLIPBOARD, None, status=204),
    Endpoint("claimMonitor", "PUT", MONITOR, None),
    Endpoint("openSoundSocket", "GET", SOUND, None),
    Endpoint("listCopiedFiles", "POST", COPIED_FILES, None),
    # About files of Jupyter's tree, for which a user needs a right on the resource `contents` too.
    Endpoint("listApplications", "GET", APPLICATIONS, "execute"),
    Endpoint("openFile", "POST", OPEN_FILE, "execute", status=204),
    Endpoint("discardUpload", "DELETE", UPLOAD_PATH, "execute", status=204),
)
"""The addresses about viewers and files, which handlers of their own answer."""


def pattern(path: str) -> str:
    """Return a regular expression with one group for each placeholder of ``path``."""
    return re.sub(r"\{\w+\}", "([^/]+)", path)


def find(endpoints: tuple[Endpoint, ...], path: str) -> tuple[Mapping[str, Endpoint], str]:
    """Return the endpoints of a path by verb, and the desktop's name (still quoted) or ``""``.

    The first path that matches counts, as in Jupyter's routes. No endpoints: there is no such path.
    """
    for each in endpoints:
        match = re.fullmatch(pattern(each.path), path)
        if match is not None:
            same: dict[str, Endpoint] = {other.verb: other for other in endpoints if other.path == each.path}
            return same, match[1] if match.re.groups else ""
    return {}, ""

"""Renders an nginx configuration that serves our page and a running desktop's WebSocket without Jupyter.

The page uses the same paths as with the server extension. nginx responds with the desktop's state at the time when
the configuration was written, and proxies the WebSocket.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import InvalidOption

DEFAULT_PORT = 8888

MEDIA_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
"""By suffix of the page's files; the path of nginx's own list depends on the distribution."""

TEMP_PATHS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
"""At startup nginx creates a directory for each, by default in a system directory (ngx_http_core_module)."""

WEBSOCKET_TIMEOUT = "1d"
"""How long a WebSocket may be silent (nginx's syntax); a desktop that does not change sends nothing."""


class Address(NamedTuple):
    """The IP address and port on which nginx listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``ADDRESS:PORT``, ``[IPv6]:PORT`` or ``PORT``; raise `InvalidOption` for anything else."""
        host, colon, port = text.rpartition(":")
        host = {"": "" if colon else "127.0.0.1", "localhost": "127.0.0.1"}.get(host, host)
        try:
            address = ipaddress.ip_address(host[1:-1] if host.startswith("[") and host.endswith("]") else host)
        except ValueError:
            address = None
        bare_ipv6 = address is not None and address.version == 6 and not host.startswith("[")
        if address is None or bare_ipv6 or not port.isascii() or not port.isdecimal() or not 0 < int(port) < 65536:
            raise InvalidOption(
                f"{text!r} is not an address such as 127.0.0.1:{DEFAULT_PORT} or [::1]:{DEFAULT_PORT}.",
                code="bad-address",
            )
        return cls(str(address), int(port))

    @property
    def is_loopback(self) -> bool:
        """Whether only users of this machine can connect to it."""
        return ipaddress.ip_address(self.host).is_loopback

    def url(self, desktop: str) -> str:
        """Return the page's URL for a browser on this machine."""
        anywhere = ipaddress.ip_address(self.host).is_unspecified
        return f"http://{Address('127.0.0.1', self.port) if anywhere else self}/vnc/?desktop={desktop}"


@dataclass(frozen=True)
class Site:
    """The site that nginx serves.

    ``page`` is the directory of the built page, ``socket`` a unix socket that speaks WebSocket, ``model`` the desktop's
    REST model, and ``private`` a directory for nginx's own files. ``user`` is the user of nginx's workers, which only
    root may choose.
    """

    listen: Address
    page: Path
    socket: Path
    private: Path
    model: Mapping[str, Any]
    user: str | None = None


def render_configuration(site: Site) -> str:
    """Return the text of ``nginx.conf``; raise `InvalidOption` for a path that nginx's syntax cannot express."""
    name, model = str(site.model["name"]), dict(site.model)
    # There is no REST API to resize or scale the desktop, so only the RFB client may.
    model |= {"resize": "rfb", "scaling": False, "stops_at": None}
    private = site.private
    lines = [
        f"# Serves the desktop {name} at {site.listen.url(name)}",
        "# There is no password: anyone who can connect to this port controls the desktop.",
        *([f"user {_quoted(site.user)};"] if site.user else []),
        "daemon off;",
        "worker_processes 1;",
        f"pid {_quoted(private / 'pid')};",
        f"error_log {_quoted(private / 'error.log')} info;",
        "events {",
        "    worker_connections 256;",
        "}",
        "http {",
        f"    access_log {_quoted(private / 'access.log')};",
        *(f"    {each}_temp_path {_quoted(private / each)};" for each in TEMP_PATHS),
        "    server_tokens off;",
        "    types {",
        *(f"        {media} {suffix};" for suffix, media in MEDIA_TYPES.items()),
        "    }",
        "    upstream desktop {",
        f"        server {_quoted(f'unix:{site.socket}')};",
        "    }",
        *_other_hosts_server(site.listen),
        "    server {",
        f"        listen {site.listen};",
        *([f"        server_name {_server_names(site.listen)};"] if site.listen.is_loopback else []),
        "        absolute_redirect off;",
        "        # Pages of other origins may neither open the WebSocket nor embed this page.",
        "        set $foreign $http_origin;",
        '        if ($http_origin = "http://$http_host") {',
        '            set $foreign "";',
        "        }",
        "        if ($foreign) {",
        "            return 403;",
        "        }",
        "        add_header Content-Security-Policy \"frame-ancestors 'self'\";",
        "        add_header Cache-Control no-cache;",
        "        location = / {",
        f"            return 302 /vnc/?desktop={name};",
        "        }",
        "        location /vnc/ {",
        f"            alias {_quoted(f'{site.page}/')};",
        "        }",
        *_json_location("/api/desktops", [model]),
        *_json_location(f"/api/desktops/{name}", model),
        *_json_location(f"/api/desktops/{name}/start", model),
        f"        location = /api/desktops/{name}/rfb {{",
        "            proxy_pass http://desktop/;",
        "            proxy_http_version 1.1;",
        "            proxy_set_header Host $http_host;",
        "            proxy_set_header Upgrade $http_upgrade;",
        "            proxy_set_header Connection upgrade;",
        f"            proxy_read_timeout {WEBSOCKET_TIMEOUT};",
        f"            proxy_send_timeout {WEBSOCKET_TIMEOUT};",
        "        }",
        "    }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _other_hosts_server(listen: Address) -> list[str]:
    """Return the server that rejects other host names, which protects against DNS rebinding."""
    if not listen.is_loopback:
        return []
    return ["    server {", f"        listen {listen} default_server;", "        return 403;", "    }"]


def _server_names(listen: Address) -> str:
    return f"localhost {f'[{listen.host}]' if ':' in listen.host else listen.host}"


def _json_location(path: str, value: Any) -> list[str]:
    """Return a location that responds with ``value`` as JSON to any method."""
    # nginx would expand a dollar sign as a variable; JSON can escape it.
    text = json.dumps(value).replace("$", "\\u0024")
    return [
        f"        location = {path} {{",
        "            default_type application/json;",
        f"            return 200 {_in_quotes(text)};",
        "        }",
    ]


def _quoted(value: Path | str) -> str:
    """Quote a path or name for nginx; raise `InvalidOption` if nginx's syntax cannot express it."""
    text = str(value)
    if "$" in text or not text.isprintable():
        raise InvalidOption(
            f"nginx does not support {text!r}, which contains a dollar sign or a control character.", code="bad-path"
        )
    return _in_quotes(text)


def _in_quotes(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

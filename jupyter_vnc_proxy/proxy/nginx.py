"""An nginx configuration that serves our page and a running desktop's socket, with no Jupyter in the way.

The page finds what it asks for at the server extension's addresses: nginx answers with what was known of the desktop
when the configuration was written, and passes the WebSocket on.
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

FILES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
"""Media types of the page's files by their suffix; nginx's own list may be anywhere."""

TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
"""nginx makes a directory for each when it starts, in the system's own unless told (ngx_http_core_module)."""

SOCKET_TIMEOUT = "1d"
"""How long a WebSocket may be silent; a desktop on which nothing moves sends nothing."""


class Address(NamedTuple):
    """Where nginx listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``ADDRESS:PORT``, ``[IPv6]:PORT`` or ``PORT``; raise `InvalidOption` where it is neither."""
        host, colon, port = text.rpartition(":")
        host = {"": "" if colon else "127.0.0.1", "localhost": "127.0.0.1"}.get(host, host)
        try:
            address = ipaddress.ip_address(host[1:-1] if host.startswith("[") and host.endswith("]") else host)
        except ValueError:
            address = None
        bare_ipv6 = address is not None and address.version == 6 and not host.startswith("[")
        if address is None or bare_ipv6 or not port.isascii() or not port.isdecimal() or not 0 < int(port) < 65536:
            raise InvalidOption(
                f"{text!r} is no address to listen on, as in 127.0.0.1:{DEFAULT_PORT} or [::1]:{DEFAULT_PORT}.",
                code="bad-address",
            )
        return cls(str(address), int(port))

    @property
    def is_loopback(self) -> bool:
        """Whether nobody but this machine's own users can reach it."""
        return ipaddress.ip_address(self.host).is_loopback

    def url(self, desktop: str) -> str:
        """Return the page's address, for a browser on this machine."""
        anywhere = ipaddress.ip_address(self.host).is_unspecified
        return f"http://{Address('127.0.0.1', self.port) if anywhere else self}/vnc/?desktop={desktop}"


@dataclass(frozen=True)
class Site:
    """What is served: ``page`` is the built page's directory, ``socket`` speaks WebSocket, ``model`` is the desktop's.

    ``private`` is a directory of ours for nginx's own files; ``user`` whom its workers run as, where it may choose.
    """

    listen: Address
    page: Path
    socket: Path
    private: Path
    model: Mapping[str, Any]
    user: str | None = None


def configuration(site: Site) -> str:
    """Return the text of ``nginx.conf``; raise `InvalidOption` for a path that nginx can't be told."""
    name, model = str(site.model["name"]), dict(site.model)
    # Nobody would answer a request for another size: only the RFB client itself may ask for one.
    model |= {"resize": "rfb", "stops_at": None}
    private = site.private
    lines = [
        f"# Serves the desktop {name} at {site.listen.url(name)}",
        "# No password: whoever reaches the port has the desktop.",
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
        *(f"    {each}_temp_path {_quoted(private / each)};" for each in TEMPORARY),
        "    server_tokens off;",
        "    types {",
        *(f"        {media} {suffix};" for suffix, media in FILES.items()),
        "    }",
        "    upstream desktop {",
        f"        server {_quoted(f'unix:{site.socket}')};",
        "    }",
        *_strangers(site.listen),
        "    server {",
        f"        listen {site.listen};",
        *([f"        server_name {_names(site.listen)};"] if site.listen.is_loopback else []),
        "        absolute_redirect off;",
        "        # A page from elsewhere may neither open the socket nor show this one within itself.",
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
        *_answer("/api/desktops", [model]),
        *_answer(f"/api/desktops/{name}", model),
        *_answer(f"/api/desktops/{name}/start", model),
        f"        location = /api/desktops/{name}/rfb {{",
        "            proxy_pass http://desktop/;",
        "            proxy_http_version 1.1;",
        "            proxy_set_header Host $http_host;",
        "            proxy_set_header Upgrade $http_upgrade;",
        "            proxy_set_header Connection upgrade;",
        f"            proxy_read_timeout {SOCKET_TIMEOUT};",
        f"            proxy_send_timeout {SOCKET_TIMEOUT};",
        "        }",
        "    }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _strangers(listen: Address) -> list[str]:
    """Return the server for requests under names that aren't ours: a page elsewhere can have its name lead here."""
    if not listen.is_loopback:
        return []
    return ["    server {", f"        listen {listen} default_server;", "        return 403;", "    }"]


def _names(listen: Address) -> str:
    return f"localhost {f'[{listen.host}]' if ':' in listen.host else listen.host}"


def _answer(path: str, value: Any) -> list[str]:
    """Return the location that gives ``value`` as JSON, whatever the request's method."""
    # nginx would take a dollar for a variable's; JSON can do without it.
    text = json.dumps(value).replace("$", "\\u0024")
    return [
        f"        location = {path} {{",
        "            default_type application/json;",
        f"            return 200 {_in_quotes(text)};",
        "        }",
    ]


def _quoted(value: Path | str) -> str:
    """Return a path or a name as a word of nginx's language; raise `InvalidOption` where it has no word for it."""
    text = str(value)
    if "$" in text or not text.isprintable():
        raise InvalidOption(
            f"nginx can't be told of {text!r}: it has a dollar or a control character.", code="bad-path"
        )
    return _in_quotes(text)


def _in_quotes(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

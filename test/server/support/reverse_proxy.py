"""nginx as people put it in front of Jupyter: one address for each kind of configuration.

``python -m support.reverse_proxy PORT`` runs one for the browser's tests, in front of a server on that port:
it prints the addresses as a line of JSON, and ends when standard input does.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from jupyter_vnc_proxy.system.environment import search_path
from support.servers import free_port
from support.waiting import wait_until

NGINX = shutil.which("nginx", path=search_path(os.environ.get("PATH", ""))) or "nginx"

IMPATIENCE_SECONDS = 3
"""Seconds without a byte after which the address ``impatient`` closes a desktop's connection."""

KEEPS_HOST = "proxy_set_header Host $http_host;"
UPGRADES = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $upgrade_or_close;"

KINDS = {
    "transparent": f"{KEEPS_HOST} {UPGRADES}",
    "other_host": f"proxy_set_header Host localhost:1; {UPGRADES}",
    "no_upgrade": KEEPS_HOST,
    "impatient": f"{KEEPS_HOST} {UPGRADES}",
}
"""The directives of each kind of address."""

OF_SOCKETS = {"impatient": f"proxy_read_timeout {IMPATIENCE_SECONDS}s;"}
"""Further ones for the desktops' sockets: a busy server may answer other requests later."""

CONFIGURATION = """
daemon off;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  map $http_upgrade $upgrade_or_close {{ default upgrade; "" close; }}
  {servers}
}}
"""

SERVER = """
  server {{
    listen 127.0.0.1:{port};
    proxy_http_version 1.1;
    location / {{ proxy_pass http://127.0.0.1:{target}; {directives} }}
    location ~ /rfb$ {{ proxy_pass http://127.0.0.1:{target}; {directives} {of_sockets} }}
  }}
"""


class ReverseProxy:
    """One nginx in front of the server on the port ``target``; ``urls`` has its addresses by `KINDS`."""

    def __init__(self, directory: Path, target: int) -> None:
        ports = {kind: free_port() for kind in KINDS}
        self.urls = {kind: f"http://127.0.0.1:{port}/" for kind, port in ports.items()}
        servers = [
            SERVER.format(port=ports[kind], target=target, directives=text, of_sockets=OF_SOCKETS.get(kind, ""))
            for kind, text in KINDS.items()
        ]
        file = directory / "nginx.conf"
        file.write_text(CONFIGURATION.format(directory=directory, servers="".join(servers)))
        self._log = (directory / "output").open("w")
        argv = [NGINX, "-c", os.fspath(file), "-p", os.fspath(directory), "-e", os.fspath(directory / "error.log")]
        self._process = subprocess.Popen(argv, stdout=self._log, stderr=subprocess.STDOUT)
        wait_until((directory / "nginx.pid").exists, what="nginx listens")

    def close(self) -> None:
        """End nginx."""
        self._process.terminate()
        self._process.wait(10)
        self._log.close()


def main(target: int) -> None:
    """Run until standard input ends."""
    with tempfile.TemporaryDirectory() as directory:
        proxy = ReverseProxy(Path(directory), target)
        try:
            print(json.dumps(proxy.urls), flush=True)
            sys.stdin.read()
        finally:
            proxy.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""A JupyterHub on loopback: its proxy, its users' servers, and what each user's browser and scripts can reach.

``python -m support.hub DIRECTORY`` runs one for the browser's tests: it prints its address and the directory of the
users' desktops as a line of JSON, and ends when standard input does.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from support.servers import free_port

REPOSITORY = Path(__file__).parents[3]
PROXY = REPOSITORY / "node_modules" / ".bin" / "configurable-http-proxy"

START_TIMEOUT = 180.0
"""Seconds until the hub or a user's server must have started: each imports much, on a busy machine in a minute."""

CONFIGURATION = """
import os, sys
c = get_config()
c.JupyterHub.bind_url = {url!r}
c.JupyterHub.hub_bind_url = {hub_url!r}
c.JupyterHub.db_url = "sqlite:///hub.sqlite"
c.JupyterHub.cookie_secret_file = "cookie_secret"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.allow_named_servers = True
c.JupyterHub.cleanup_servers = False
c.JupyterHub.last_activity_interval = c.JupyterHub.activity_resolution = 1
c.JupyterHub.spawner_class = "simple"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.api_url = {proxy_api_url!r}
c.ConfigurableHTTPProxy.pid_file = "proxy.pid"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root"]
c.Spawner.environment = {environment!r}
os.makedirs({run!r}, mode=0o700, exist_ok=True)
c.Spawner.environment["JUPYTER_VNC_RUNTIME_DIR"] = lambda spawner: {run!r} + "/" + spawner.user.name
c.Spawner.http_timeout = c.Spawner.start_timeout = {start_timeout!r}
c.JupyterHub.services = [dict(name="admin", api_token={token!r})]
c.JupyterHub.load_roles = [
    dict(name="admin-service", services=["admin"],
         scopes=["admin:users", "admin:servers", "access:servers", "tokens", "shares", "read:hub",
                 "list:users", "read:users:activity", "read:servers"]),
    dict(name="user", scopes=["self", "shares!user"]),
]
"""


class Hub:
    """A JupyterHub with one domain for all users; a user's server has TigerVNC desktops with an idle session."""

    def __init__(self, directory: Path, traits: dict[str, Any] | None = None) -> None:
        self.directory = directory
        port, hub_port, proxy_port = free_port(), free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}/"
        self.token = secrets.token_hex(16)
        homes = directory / "homes"
        homes.mkdir(parents=True)
        config = homes.parent / "config"
        config.mkdir()
        settings = {"backend": "tigervnc", "session_command": ["sleep", "1000"], **(traits or {})}
        (config / "jupyter_server_config.json").write_text(json.dumps({"VncProxy": settings}))
        # On the command line, this would replace jupyter-server 2.7's whole list of extensions.
        (config / "jupyter_server_config.d").mkdir()
        (config / "jupyter_server_config.d" / "lsp.json").write_text(
            json.dumps({"ServerApp": {"jpserver_extensions": {"jupyter_lsp": False}}})
        )
        environment = {
            "JUPYTER_CONFIG_PATH": os.fspath(config),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        }
        (directory / "jupyterhub_config.py").write_text(
            CONFIGURATION.format(
                url=self.url,
                hub_url=f"http://127.0.0.1:{hub_port}/",
                proxy_api_url=f"http://127.0.0.1:{proxy_port}/",
                proxy=os.fspath(PROXY),
                homes=os.fspath(homes),
                environment=environment,
                token=self.token,
                run=os.fspath(directory / "run"),
                start_timeout=int(START_TIMEOUT),
            )
        )
        self._log = (directory / "hub.log").open("w")
        self.start()

    def start(self) -> None:
        """Start the hub and its proxy; after `stop`, users' servers still run."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", os.fspath(self.directory / "jupyterhub_config.py")],
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait_until(lambda: requests.get(self.url + "hub/api/", timeout=5).ok, "the hub")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the hub and its proxy, and leave the users' servers alone."""
        self.process.terminate()
        self.process.wait(30)

    def home(self, user: str) -> Path:
        """Return the home directory of a user."""
        return self.directory / "homes" / user

    def configure(self, user: str, **traits: Any) -> None:
        """Set traits of ``c.VncProxy`` for the servers of one user that start from now on."""
        directory = self.home(user) / ".jupyter"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "jupyter_server_config.json").write_text(json.dumps({"VncProxy": traits}))

    def cull(self, idle_seconds: int) -> subprocess.Popen[bytes]:
        """Start the hub's idle culler; the caller ends it."""
        argv = [sys.executable, "-m", "jupyterhub_idle_culler", f"--url={self.url}hub/api"]
        return subprocess.Popen(
            [*argv, f"--timeout={idle_seconds}", "--cull-every=1"],
            env={**os.environ, "JUPYTERHUB_API_TOKEN": self.token},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def _wait_until(self, condition: Any, what: str) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            with contextlib.suppress(requests.ConnectionError, requests.Timeout):
                if condition():
                    return
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(f"{what} did not start:\n{self.log()[-4000:]}")
            time.sleep(0.1)

    def log(self) -> str:
        """Return what the hub and its users' servers wrote."""
        return (self.directory / "hub.log").read_text()

    def api(self, method: str, path: str, body: Any = None, token: str | None = None) -> requests.Response:
        """Send a request to the hub's REST API, as the administrator unless another token is given."""
        headers = {"Authorization": f"token {token or self.token}"}
        return requests.request(method, f"{self.url}hub/api/{path}", json=body, headers=headers, timeout=60)

    def start_server(self, user: str, server: str = "") -> User:
        """Start a user's server, and return the user once it responds."""
        self.api("POST", f"users/{quote(user)}")
        path = f"users/{quote(user)}/servers/{quote(server)}" if server else f"users/{quote(user)}/server"
        assert self.api("POST", path).status_code in (201, 202)
        self._wait_until(
            lambda: self.api("GET", f"users/{quote(user)}").json().get("servers", {}).get(server, {}).get("ready"),
            f"the server of {user}",
        )
        token = self.api("POST", f"users/{quote(user)}/tokens", {"note": "test"}).json()["token"]
        return User(self, user, token, server)

    def runtime_directory(self, user: str) -> Path:
        """Return the directory of a user's desktops: all users of this hub are one user of the system."""
        return self.directory / "run" / user

    def close(self) -> None:
        """End the hub, its proxy and its users' servers."""
        with contextlib.suppress(requests.RequestException), ThreadPoolExecutor() as pool:
            for user in self.api("GET", "users?state=active").json():
                for server in user["servers"]:
                    pool.submit(self.api, "DELETE", f"users/{quote(user['name'])}/servers/{quote(server)}")
        self.stop()
        self._log.close()


class User:
    """A user of a hub, with a token of his own."""

    def __init__(self, hub: Hub, name: str, token: str, server: str) -> None:
        self.hub, self.name, self.token = hub, name, token
        self.url = f"{hub.url}user/{quote(name, safe='@~')}/" + (f"{quote(server)}/" if server else "")

    def browser(self) -> requests.Session:
        """Return a session with the cookies of a browser in which the user has logged in and opened his server."""
        session = requests.Session()
        login = session.get(self.hub.url + "hub/login", timeout=30)
        assert login.ok
        form = {"username": self.name, "password": "x", "_xsrf": session.cookies.get("_xsrf", path="/hub/") or ""}
        # The redirect would start the user's default server.
        logged_in = session.post(self.hub.url + "hub/login", data=form, timeout=30, allow_redirects=False)
        assert logged_in.status_code == 302, logged_in.text
        assert session.get(self.url + "api/status", timeout=30).ok or session.get(self.url + "lab", timeout=30).ok
        return session


def main(directory: Path) -> None:
    """Run a hub until standard input ends."""
    hub = Hub(directory, {"backend": "auto", "session_command": ["openbox"]})
    try:
        print(json.dumps({"url": hub.url, "run": os.fspath(hub.runtime_directory(""))}), flush=True)
        sys.stdin.read()
    finally:
        hub.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

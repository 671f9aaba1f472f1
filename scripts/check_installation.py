"""Checks an installation as its user: Jupyter starts, serves a desktop over a WebSocket, and the self-test passes.

    python check_installation.py [--url URL] [--screenshot FILE] [-- COMMAND...]

Runs with the Python that has the package, in an image, a chroot or an environment; needs no other file of this
repository. COMMAND starts the server at URL; the default is a Jupyter server on a free port of the loopback. Prints a
line for each check, and exits with 1 at the first that fails.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from tornado.httpclient import HTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

SERVER_START_SECONDS = 120.0
"""Time limit for Jupyter's first answer, on a machine that reads everything from a cold disk."""

DESKTOP_START_SECONDS = 60.0
PAINT_SECONDS = 60.0
REST_SECONDS = 4.0
SERVER_STOP_SECONDS = 30.0
REQUEST_SECONDS = 30.0
SELF_TEST_SECONDS = 180.0
POLL_SECONDS = 0.2

NAME = "check"
BANNER = b"RFB 003.008\n"

EMPTY_SCREEN_COLOURS = 16
"""Colours of a screen on which no session has painted yet, at the most."""


class CheckError(Exception):
    """A check failed; the text says how."""


class Server:
    """A running Jupyter server, and its REST API."""

    def __init__(self, command: list[str], url: str) -> None:
        token = secrets.token_urlsafe()
        self.url = url.rstrip("/")
        self.headers = {"Authorization": f"token {token}"}
        self.process = subprocess.Popen(command, env={**os.environ, "JUPYTER_TOKEN": token}, stdin=subprocess.DEVNULL)

    def request(self, method: str, path: str, body: object = None) -> bytes:
        """Return the body of the answer; raise `HTTPClientError` or `OSError`."""
        data = None if method in ("GET", "DELETE") else json.dumps(body or {})
        client = HTTPClient()
        try:
            request = HTTPRequest(
                self.url + path,
                method,
                self.headers,
                body=data,
                request_timeout=REQUEST_SECONDS,
                follow_redirects=False,
            )
            return client.fetch(request).body
        finally:
            client.close()

    def wait_until_up(self) -> None:
        """Wait for the first answer."""

        def answers() -> bool:
            if self.process.poll() is not None:
                raise CheckError(f"the server ended with {self.process.returncode}")
            try:
                self.request("GET", "/api/status")
            except HTTPClientError:
                raise
            except OSError:
                return False
            return True

        wait_for(answers, SERVER_START_SECONDS, "Jupyter does not answer")

    def stop(self) -> None:
        """End the server as a container's runtime does; raise `CheckError` if it does not end in time."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(SERVER_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise CheckError("Jupyter does not end after SIGTERM") from None


def wait_for(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Poll ``condition`` until it holds; raise `CheckError` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise CheckError(f"{otherwise} after {seconds:g} s")
        time.sleep(POLL_SECONDS)


def check_desktop(server: Server, screenshot: Path | None) -> str:
    """Start a desktop, connect to it and take a screenshot; return what was found."""
    server.request("POST", "/api/desktops", {"name": NAME})
    model: dict[str, Any] = {}

    def running() -> bool:
        model.update(json.loads(server.request("GET", f"/api/desktops/{NAME}")))
        if model["phase"] == "failed":
            raise CheckError(f"the desktop failed: {model['error']}")
        return bool(model["phase"] == "running")

    try:
        server.request("POST", f"/api/desktops/{NAME}/start")
    except HTTPClientError as error:
        reason = error.response.body.decode() if error.response else str(error)
        raise CheckError(f"the desktop does not start: {reason}") from None
    wait_for(running, DESKTOP_START_SECONDS, "the desktop is not running")
    banner = asyncio.run(first_message(server))
    if banner != BANNER:
        raise CheckError(f"the WebSocket began with {banner!r}")
    screen = Screen(server)
    wait_for(screen.painted, PAINT_SECONDS, "the screen is empty, or changes still")
    if screenshot:
        screenshot.write_bytes(screen.picture)
    return f"{model['backend']} with {model['session']} on {model['display']}"


class Screen:
    """A desktop's picture, as seen from time to time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._changed = time.monotonic()
        self.picture = b""

    def painted(self) -> bool:
        """Return whether the screen has several colours, and has not changed for a while."""
        picture = self._server.request("GET", f"/api/desktops/{NAME}/screenshot")
        with Image.open(io.BytesIO(picture)) as image:
            empty = image.convert("RGB").getcolors(EMPTY_SCREEN_COLOURS) is not None
        if empty or picture != self.picture:
            self.picture, self._changed = picture, time.monotonic()
        return time.monotonic() - self._changed > REST_SECONDS


async def first_message(server: Server) -> bytes | str | None:
    """Return the first message on the desktop's WebSocket."""
    url = "ws" + server.url.removeprefix("http") + f"/api/desktops/{NAME}/rfb"
    connection = await asyncio.wait_for(websocket_connect(HTTPRequest(url, headers=server.headers)), REQUEST_SECONDS)
    try:
        return await asyncio.wait_for(connection.read_message(), REQUEST_SECONDS)
    finally:
        connection.close()


def self_test() -> str:
    """Run the doctor with its self-test; return what it says of it."""
    doctor = [sys.executable, "-m", "jupyter_vnc_proxy", "doctor", "--self-test", "--json"]
    done = subprocess.run(doctor, capture_output=True, text=True, timeout=SELF_TEST_SECONDS)
    try:
        findings = json.loads(done.stdout)["findings"]
    except ValueError:
        raise CheckError(f"jupyter vnc doctor failed: {done.stderr or done.stdout}") from None
    problems = [each["message"] for each in findings if each["status"] == "problem"]
    if done.returncode or problems:
        raise CheckError(f"jupyter vnc doctor exits with {done.returncode}: {' '.join(problems)}")
    return str(next(each["message"] for each in findings if each["topic"].startswith("self-test-")))


def free_url() -> str:
    """Return the URL of a port of the loopback on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def parse_arguments() -> argparse.Namespace:
    """Return the arguments, with the defaults of ``url`` and ``command``."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--url", help="where the server answers (default: a free port of the loopback)")
    parser.add_argument("--screenshot", type=Path, help="write the desktop's picture to this PNG file")
    parser.add_argument("command", nargs="*", help="starts the server")
    arguments = parser.parse_args()
    arguments.url = arguments.url or free_url()
    port = arguments.url.rpartition(":")[2].strip("/")
    options = ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.open_browser=False"]
    arguments.command = arguments.command or [sys.executable, "-m", "jupyter_server", *options]
    return arguments


def main() -> int:
    """Run the checks."""
    arguments = parse_arguments()
    if os.getuid() == 0:
        print("✗ run this as a user other than root", file=sys.stderr)
        return 2
    print(f"✓ user {os.getuid()}", flush=True)
    server = Server(arguments.command, arguments.url)
    try:
        server.wait_until_up()
        print("✓ Jupyter answers", flush=True)
        print(f"✓ a desktop over the WebSocket: {check_desktop(server, arguments.screenshot)}", flush=True)
        server.stop()
        print("✓ Jupyter ended", flush=True)
        print(f"✓ self-test: {self_test()}")
    except (CheckError, HTTPClientError, OSError, subprocess.SubprocessError) as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    finally:
        if server.process.poll() is None:
            server.process.kill()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

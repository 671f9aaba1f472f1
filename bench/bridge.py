"""Compares the bridge with jupyter-server-proxy and websockify: throughput, and memory with a stalled browser.

    python bench/bridge.py [--megabytes 600] [--json FILE]

A fake VNC server in this process sends zeros through a Jupyter server to a WebSocket client:

* throughput: the client reads as fast as it can; MB/s from the first byte to the last;
* stalled browser: the client stops reading while the server sends; the growth of the Jupyter server's resident memory
  (VmRSS) in MB, and the MB that the server could send.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.state import DesktopState

TOKEN = "bench"
MEGABYTE = 1 << 20
CHUNK = b"\0" * (256 * 1024)
STALL_SECONDS = 8.0


class FakeVncServer:
    """Listens on a Unix socket and sends ``size`` bytes to each client; ``pushed`` counts those of the last one."""

    def __init__(self, path: Path, size: int) -> None:
        self.pushed = 0
        self._size = size
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(os.fspath(path))
        self._socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            threading.Thread(target=self._push, args=(connection,), daemon=True).start()

    def _push(self, connection: socket.socket) -> None:
        self.pushed = 0
        try:
            while self.pushed < self._size:
                connection.sendall(CHUNK)
                self.pushed += len(CHUNK)
        except OSError:
            pass
        finally:
            connection.close()


class JupyterServer:
    """A Jupyter server with our extension, and jupyter-server-proxy in front of websockify."""

    def __init__(self, directory: Path, target: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        websockify = [sys.executable, "-m", "websockify", "--unix-listen", "{unix_socket}"]
        websockify += ["--unix-target", os.fspath(target)]
        config = directory / "jupyter_server_config.py"
        config.write_text(
            f"c.ServerProxy.servers = {{'peer': {{'command': {websockify!r}, 'unix_socket': True}}}}\n"
            f"c.IdentityProvider.token = {TOKEN!r}\nc.ServerApp.root_dir = {os.fspath(directory)!r}\n"
        )
        # Stopping the server would stop the runner, which is this process.
        argv = [sys.executable, "-m", "jupyter_server", "--VncProxy.stop_with_server=False"]
        argv += [f"--port={self.port}", "--no-browser", "--allow-root"]
        self.process = subprocess.Popen(
            [*argv, f"--config={config}", "--ServerApp.log_level=ERROR"],
            env={**os.environ, "JUPYTER_VNC_RUNTIME_DIR": os.fspath(directory / "vnc")},
        )
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api", timeout=5).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def megabytes(self) -> float:
        """Return the resident memory of the server process, in MB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def stop(self) -> None:
        """Terminate it, or kill it: jupyter-server-proxy sometimes misses SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


async def throughput(url: str, size: int) -> float:
    """Return the throughput of ``size`` bytes in MB/s."""
    client = await _connect(url)
    received, began = 0, time.perf_counter()
    while received < size:
        message = await client.read_message()
        if message is None:
            break
        received += len(message)
    seconds = time.perf_counter() - began
    client.close()
    return received / MEGABYTE / seconds


async def stalled(url: str, server: JupyterServer, peer: FakeVncServer) -> dict[str, float]:
    """Return the growth of the server and the bytes sent, in MB, while the client reads nothing."""
    before = server.megabytes()
    client = await _connect(url)
    stream = client.protocol.stream
    stream._add_io_state = lambda state: None  # stop reading from the kernel, like a browser that hangs
    most = before
    deadline = time.monotonic() + STALL_SECONDS
    while time.monotonic() < deadline:
        await asyncio.sleep(0.1)
        most = max(most, server.megabytes())
    pushed = peer.pushed / MEGABYTE
    client.close()
    return {"grew_mb": round(most - before, 1), "pushed_mb": round(pushed, 1)}


async def _connect(url: str) -> Any:
    request = HTTPRequest(url, headers={"Authorization": f"token {TOKEN}"})
    return await websocket_connect(request, max_message_size=1 << 30)


async def measure(size: int, rounds: int) -> dict[str, Any]:
    """Measure both, one after the other; return the results by name."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        directory = Path(name)
        desktop = Desktop(directory / "vnc" / "bench")
        desktop.path.parent.mkdir()
        desktop.prepare()
        desktop.write_state(DesktopState("bench", phase="running", step=None, geometry="1280x720"))
        peer = FakeVncServer(desktop.rfb_socket, size)
        results: dict[str, Any] = {"bridge": {"mb_per_s": []}, "jupyter-server-proxy": {"mb_per_s": []}}
        paths = {"bridge": "api/desktops/bench/rfb", "jupyter-server-proxy": "peer/websockify"}
        with desktop.locked():  # looks like a running runner
            for what, path in paths.items():
                server = JupyterServer(directory, desktop.rfb_socket)
                url = f"ws://127.0.0.1:{server.port}/{path}"
                await throughput(url, MEGABYTE)  # starts websockify, and warms up
                for _ in range(rounds):
                    results[what]["mb_per_s"].append(round(await throughput(url, size)))
                results[what]["stalled"] = await stalled(url, server, peer)
                server.stop()
        return results


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    results = asyncio.run(measure(arguments.megabytes * MEGABYTE, arguments.rounds))
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
    print(f"{'':22} {'MB/s':>18} {'stalled: grows by':>20} {'after':>12}")
    for what, row in results.items():
        rates = " ".join(map(str, row["mb_per_s"]))
        print(f"{what:22} {rates:>18} {row['stalled']['grew_mb']:>17} MB {row['stalled']['pushed_mb']:>9} MB")
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": machine, "results": results}, indent=1))


if __name__ == "__main__":
    main()

"""Compares sets of TigerVNC's parameters, each on an Xvnc of its own, without a browser.

    python bench/tigervnc.py [--set NAME …] [--seconds 3] [--size 1280x720] [--json FILE]

The numbers are those of `bench/x11vnc.py`; cores are those of the whole Xvnc, including the X server.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, os.fspath(REPOSITORY))

from bench.desktop.painter import stamp  # noqa: E402
from bench.parameter_sets import Row, command_line, look_at, print_row, start_painter  # noqa: E402
from bench.tight_client import TightClient  # noqa: E402
from jupyter_vnc_proxy.backends.base import DISPLAY_NUMBER, Paths  # noqa: E402
from jupyter_vnc_proxy.backends.tigervnc import TigervncBackend  # noqa: E402
from jupyter_vnc_proxy.options import DesktopOptions, Geometry  # noqa: E402
from jupyter_vnc_proxy.system.process import PIPE  # noqa: E402
from jupyter_vnc_proxy.system.x_display import write_cookie  # noqa: E402

SETS: dict[str, tuple[str, ...]] = {
    "ours": (),
    "30 a second": ("-FrameRate", "30"),
    "120 a second": ("-FrameRate", "120"),
    "compare never": ("-CompareFB", "0"),
    "compare always": ("-CompareFB", "1"),
    "ZlibLevel 1": ("-ZlibLevel", "1"),
}
"""Appended to the backend's command line; the last of several values counts."""


def measure(names: list[str], size: Geometry, seconds: float) -> list[Row]:
    """Measure the sets, each on an Xvnc of its own."""
    rows = []
    for each in names:
        with tempfile.TemporaryDirectory(dir="/tmp") as name, contextlib.ExitStack() as stack:
            directory = Path(name)
            paths = Paths(directory, directory / "rfb.sock", directory / "Xauthority")
            options = DesktopOptions(backend="tigervnc", geometry=size)
            (step,) = TigervncBackend().steps(options, paths)
            write_cookie(paths.xauthority)
            argv = ["1" if word == PIPE else word for word in step.argv if word != DISPLAY_NUMBER]
            server = subprocess.Popen(
                [*argv, *SETS[each]], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
            stack.callback(server.communicate)
            stack.callback(server.terminate)
            assert server.stdout is not None
            display = f":{int(server.stdout.readline())}"
            painter = start_painter(display, paths.xauthority)
            stack.callback(painter.close)
            client = TightClient(paths.rfb_socket, stamp.place(size.height))
            row = {"set": each, "switches": list(SETS[each]), **look_at(client, painter, server.pid, seconds)}
            client.close()
        print_row(row)
        rows.append(row)
    return rows


if __name__ == "__main__":
    command_line(__doc__, list(SETS), measure)

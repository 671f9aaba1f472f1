"""X displays of the tests' own: Xvfb without a session."""

from __future__ import annotations

import subprocess
from pathlib import Path

from jupyter_vnc_proxy.display import write_cookie
from jupyter_vnc_proxy.leftovers import remove_dead_display


class Display:
    """An Xvfb of the test's own."""

    def __init__(self, runtime: Path) -> None:
        self.xauthority = runtime / "Xauthority"
        write_cookie(self.xauthority)
        argv = ["Xvfb", "-displayfd", "1", "-auth", str(self.xauthority), "-screen", "0", "2000x1500x24"]
        argv += ["-noreset", "-nolisten", "tcp"]
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self.process.stdout is not None
        self.name = f":{int(self.process.stdout.readline())}"

    def environment(self) -> dict[str, str]:
        return {
            "DISPLAY": self.name,
            "XAUTHORITY": str(self.xauthority),
            "PATH": "/usr/bin:/bin",
            "HOME": "/nonexistent",
        }

    def close(self) -> None:
        # Not terminated: it looks whether it is to end before it waits for events, and a signal in between is not seen
        # until the next event, of which there may be none.
        self.process.kill()
        self.process.wait(10)
        remove_dead_display(self.name)
        assert self.process.stdout is not None
        self.process.stdout.close()

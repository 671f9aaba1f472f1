"""Print the address of a Jupyter server once it answers: announce.py PID LOG.

PID is the parent process, which becomes the server.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from jupyter_core.paths import jupyter_runtime_dir

POLL_SECONDS = 0.1


def main(pid: int, log: Path) -> int:
    # The server writes this file just before it answers.
    notes = Path(jupyter_runtime_dir(), f"jpserver-{pid}.json")
    while os.getppid() == pid:
        try:
            with urlopen(json.loads(notes.read_text(encoding="utf-8"))["url"] + "api", timeout=5):
                # Read again: an earlier process with the same id may have left the first one.
                server = json.loads(notes.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            time.sleep(POLL_SECONDS)
            continue
        print(f"Ctrl-C ends the server; its log is {log}")
        print(f"{server['url']}lab?token={server['token']}", flush=True)
        return 0
    print(f"JupyterLab ended before it answered. The end of {log}:", file=sys.stderr)
    print(*log.read_text(encoding="utf-8").splitlines()[-15:], sep="\n", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), Path(sys.argv[2])))

"""Runs one application on its display, with a window manager; ends with the application.

    python -m jupyter_vnc_proxy.runner.applications DIRECTORY MANAGER APPLICATION

DIRECTORY is the desktop's, MANAGER and APPLICATION are command lines as lists in JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from ...plain_asyncio import asyncio
from .supervisor import Supervisor


def main() -> int:
    """Run it; return 0 once the application has ended."""
    directory, manager, application = sys.argv[1:]
    display, xauthority = os.environ["DISPLAY"], Path(os.environ["XAUTHORITY"])
    commands = json.loads(manager), json.loads(application)
    supervisor = Supervisor(Path(directory), display, xauthority, *commands)
    return asyncio.run(supervisor.run())


if __name__ == "__main__":
    sys.exit(main())

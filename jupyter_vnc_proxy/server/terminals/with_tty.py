"""Executes its arguments with GPG_TTY, the terminal in which gpg's pinentry asks (gpg-agent(1)).

Nobody knows its name before the terminal is there. This runs without our package and without any other.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Set the variable, and become the program that the arguments name."""
    if os.isatty(0):
        os.environ["GPG_TTY"] = os.ttyname(0)
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()

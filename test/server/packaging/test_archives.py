"""What the wheel and the source distribution contain, and that every build has the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

from support.archives import REPOSITORY, Built, build, copy_of_tree, pip_version, unpack

DATA = "share/jupyter/labextensions/jupyter-vnc-proxy"


def files_of_wheel(wheel: Path) -> dict[str, str]:
    """Return the wheel's files (where they are installed → name in the archive)."""
    with ZipFile(wheel) as archive:
        return {name.split(".data/data/")[-1]: name for name in archive.namelist()}


def files_of_sdist(sdist: Path) -> set[str]:
    with tarfile.open(sdist) as archive:
        return {member.name.partition("/")[2] for member in archive if member.isfile()}


def test_the_wheel_has_the_package_and_what_jupyter_reads(built: Built) -> None:
    files = files_of_wheel(built.wheel)
    package = REPOSITORY / "jupyter_vnc_proxy"
    sources = {
        str(file.relative_to(REPOSITORY))
        for file in package.rglob("*")
        if file.is_file() and not {"__pycache__", "labextension"} & set(file.parts)
    }
    assert sources - set(files) == set()
    assert "etc/jupyter/jupyter_server_config.d/jupyter_vnc_proxy.json" in files
    extension = {name.removeprefix(DATA + "/") for name in files if name.startswith(DATA)}
    assert {"install.json", "package.json", "schemas/jupyter-vnc-proxy/plugin.json"} <= extension
    for language in ("de_DE", "fr_FR"):
        assert f"jupyter_vnc_proxy/locale/{language}/LC_MESSAGES/jupyter_vnc_proxy.json" in files
        assert f"jupyter_vnc_proxy/page/locale/{language}.json" in files
    with ZipFile(built.wheel) as archive:
        entry = json.loads(archive.read(files[f"{DATA}/package.json"]))["jupyterlab"]["_build"]["load"]
    assert entry in extension, "the file that JupyterLab loads first"
    others = {name for name in files if not name.startswith(("jupyter_vnc_proxy", "etc/", DATA))}
    assert others == set()
    assert not any(name.endswith((".map", ".ts", ".pyc")) for name in files)


def test_the_wheel_has_the_licenses_of_all_that_it_contains(built: Built) -> None:
    files = files_of_wheel(built.wheel)
    with ZipFile(built.wheel) as archive:
        texts = {
            name: archive.read(name).decode()
            for name in archive.namelist()
            if name.endswith(("/LICENSE", "third-party-licenses.json"))
        }
    assert sum(name.endswith(".dist-info/licenses/LICENSE") for name in texts) == 1
    for name in (f"{DATA}/static/third-party-licenses.json", "jupyter_vnc_proxy/page/third-party-licenses.json"):
        packages = {each["name"]: each for each in json.loads(texts[files[name]])["packages"]}
        assert packages["@novnc/novnc"]["licenseId"] == "MPL-2.0"
        assert all(each["licenseId"] for each in packages.values())
    assert "Mozilla Public License" in packages["@novnc/novnc"]["extractedText"]
    assert "Vitaly Puzrin" in packages["@novnc/novnc"]["extractedText"], "pako, which noVNC contains"


def test_the_source_distribution_has_what_a_build_and_the_tests_need(built: Built) -> None:
    files = files_of_sdist(built.sdist)
    assert {
        *("LICENSE", "pyproject.toml", "setup.py", "package.json", "package-lock.json", "tsconfig.json", "Dockerfile"),
        *("src/index.ts", "schema/plugin.json", "style/index.css", "test/server/conftest.py", "scripts/test"),
        *("jupyter_vnc_proxy/page/index.html", "jupyter_vnc_proxy/labextension/package.json"),
        *("translations/de_DE.po", "jupyter_vnc_proxy/locale/de_DE/LC_MESSAGES/jupyter_vnc_proxy.json"),
    } <= files
    folders = {part for name in files for part in name.split("/")[:-1]}
    assert folders.isdisjoint({"node_modules", ".venv", ".cache", ".git", "__pycache__", "test-results", "lib"})


def test_a_build_from_the_source_distribution_asks_for_no_node(built: Built, tmp_path: Path) -> None:
    code = "import setuptools.build_meta as b; print(b.get_requires_for_build_wheel())"
    command = [sys.executable, "-W", "ignore", "-c", code]
    source = unpack(built.sdist, tmp_path)
    asked = subprocess.run(command, cwd=source, env={"PATH": ""}, capture_output=True, text=True, check=True)
    assert asked.stdout.splitlines()[-1] == "[]"


def test_each_build_has_the_same_bytes(built: Built, tmp_path: Path) -> None:
    tree = copy_of_tree(tmp_path / "tree")
    for file in tree.rglob("*.py"):  # a checkout at another time, by somebody with another umask
        file.chmod(file.stat().st_mode & 0o700)
        os.utime(file, (2e9, 2e9))
    assert build(tree, "sdist", tmp_path / "sdist").read_bytes() == built.sdist.read_bytes()
    assert build(tree, "wheel", tmp_path / "wheel").read_bytes() == built.wheel.read_bytes()


def test_twine_accepts_both(built: Built) -> None:
    command = [sys.executable, "-m", "twine", "check", "--strict", str(built.wheel), str(built.sdist)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_metadata_names_license_and_python(built: Built) -> None:
    with ZipFile(built.wheel) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith(".dist-info/METADATA")]
        metadata = Parser().parsestr(archive.read(name).decode())
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["Version"] == pip_version()

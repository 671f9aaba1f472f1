"""The texts of the server that `src/viewer/servertexts.ts` translates, and that JupyterLab finds the catalogues."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.archives import REPOSITORY

from jupyter_vnc_proxy.backends import all_backends
from jupyter_vnc_proxy.runner.diagnosis import CAUSES, TITLES

VALUE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for what varies: ``{…}`` in Python, ``%1`` in the catalogues."""

LANGUAGES = ["de_DE", "fr_FR"]


def translated_texts() -> set[str]:
    """Return the texts of the table in TypeScript."""
    source = (REPOSITORY / "src/viewer/servertexts.ts").read_text(encoding="utf-8")
    found = re.findall(r"translatable\(\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")\s*\)", source)
    return {(single or double).replace("\\'", "'") for single, double in found}


def shape(text: str) -> str:
    return re.sub(r"%\d", VALUE, text)


def python_texts() -> str:
    """Return all strings of the package, one a line, without what varies in them."""
    lines = []
    for file in (REPOSITORY / "jupyter_vnc_proxy").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                lines.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                lines.append(
                    "".join(str(part.value) if isinstance(part, ast.Constant) else VALUE for part in node.values)
                )
    return "\n".join(lines)


def test_the_server_has_each_text_that_is_translated() -> None:
    package = python_texts()
    services = "\n".join(file.read_text(encoding="utf-8") for file in (REPOSITORY / "src/services").glob("*.ts"))
    texts = translated_texts()
    assert len(texts) > 100, "the table was read"
    # These are put together of a value and a unit, or of a name and a reason.
    composed = {"%1 hours", "%1 hour", "%1 minutes", "%1 minute", "%1 are not installed.", "%1 is not installed."}
    composed |= {text for text in texts if re.match(r"%1 (ended|crashed|was not ready|could not be executed)", text)}
    composed |= {text for text in texts if text.startswith(("The backend %1 needs", "The file %1 is imported"))}
    missing = [text for text in texts - composed if shape(text) not in package and text not in services]
    assert missing == []


def test_each_cause_of_a_failure_and_each_option_of_a_backend_is_translated() -> None:
    texts = translated_texts()
    fields = [field for backend in all_backends().values() for field in backend.fields]
    shown = {
        *(cause.message for cause in CAUSES),
        *(title for title in TITLES.values() if " " in title),
        *(text for field in fields for text in (field.label, field.description)),
    }
    assert shown - texts == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_jupyterlab_finds_the_catalogue(language: str, tmp_path: Path) -> None:
    code = (
        "import json, sys; from jupyterlab_server.translation_utils import get_language_pack; "
        "json.dump(get_language_pack(sys.argv[1]), sys.stdout)"
    )
    done = subprocess.run([sys.executable, "-c", code, language], cwd=tmp_path, capture_output=True, check=True)
    packs, message = json.loads(done.stdout)
    assert message == ""
    catalogue = packs["jupyter_vnc_proxy"]
    assert catalogue[""]["language"] == language.replace("_", "-")
    assert catalogue["Share…"][0] not in ("", "Share…")
    assert catalogue["schema\x04Linux desktops in JupyterLab."][0].endswith("JupyterLab.")

"""The magics in a kernel, by the notebook of examples, and what they do to a namespace."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image
from support.driven import driven
from support.waiting import LONG_SECONDS

from jupyter_vnc_proxy import Desktop
from jupyter_vnc_proxy.automation.magics import VERBS, Magics
from jupyter_vnc_proxy.automation.view import MIME_TYPE
from jupyter_vnc_proxy.errors import InvalidOption

NOTEBOOK = Path(__file__).parents[3] / "examples" / "automation.ipynb"

COMMAND = ["sh", "-c", "xfwm4 --compositor=off & exec sleep 1000"]


class Shell:
    """What a magic needs of IPython's shell."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {}

    def register_magic_function(self, func: Callable[..., Any], magic_kind: str, magic_name: str) -> None:
        raise NotImplementedError

    def transform_cell(self, raw_cell: str) -> str:
        return raw_cell


def outputs(notebook: Any, start: str) -> list[Any]:
    """Return the outputs of the cell that begins like this."""
    return next(each.outputs for each in notebook.cells if each.source.startswith(start))


def test_the_notebook_of_examples_runs(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(runtime / ".home" / "ipython"))
    with driven("tigervnc", tuple(COMMAND), "examples") as desktop:
        notebook: Any = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
        NotebookClient(notebook, timeout=int(2 * LONG_SECONDS), kernel_name="python3").execute()
        assert Desktop.list() == []
        desktop.close()
    (shown,) = outputs(notebook, "%desktop")
    assert {MIME_TYPE, "image/png", "text/plain"} == shown.data.keys()
    assert shown.data[MIME_TYPE] == {"name": "examples", "width": 800, "height": 600}
    picture = Image.open(io.BytesIO(base64.b64decode(shown.data["image/png"])))
    assert picture.size == (800, 600)
    assert outputs(notebook, "process = desktop.run")[0].data["text/plain"] == "'Greeting'"
    assert outputs(notebook, "%%desktop")[0].data.keys() == {"image/png", "text/plain"}
    assert outputs(notebook, "desktop.screenshot")[0].data["image/png"]
    assert outputs(notebook, "desktop.set_clipboard")[0].data["text/plain"] == "'from the notebook, ünïcode'"
    assert outputs(notebook, "from jupyter_vnc_proxy import")[0].data["text/plain"] == "['Greeting']"
    printed = outputs(notebook, "from jupyter_vnc_proxy.errors")[0].text
    assert "(5000, 5) is outside of the screen" in printed and "Did you mean 'Return'" in printed
    assert outputs(notebook, "desktop.close_window")[0].data["text/plain"] == "[]"


def test_a_cell_has_the_verbs_and_leaves_the_namespace_as_it_was(runtime: Path) -> None:
    shell = Shell()
    magics = Magics(shell)
    with driven("tigervnc", ("sleep", "1000"), "magic"):
        shell.user_ns["size"] = "mine"
        result = magics.desktop("magic --quiet", "move(3, 4)\nkept = size()\nlater = lambda: kept\nlater()")
        assert tuple(result) == (800, 600)
        assert shell.user_ns["size"] == "mine"
        assert shell.user_ns["kept"] == result
        assert not ({*VERBS} - {"size"}) & shell.user_ns.keys()
        with pytest.raises(ZeroDivisionError):
            magics.desktop("magic --quiet", "move(3, 4)\n1 / 0")
        assert "move" not in shell.user_ns
        with pytest.raises(InvalidOption, match="usage: %desktop"):
            magics.desktop("magic --nonsense")
        magics.desktop("magic --stop")
        assert [each["phase"] for each in Desktop.list()] == ["stopped"]

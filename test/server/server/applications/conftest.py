"""A user's desktop entries and icons, apart from those of the machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from xdg import BaseDirectory, IconTheme

Write = Callable[..., Path]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The first data directory; there is a second one, ``second``, beside it."""
    first, second = tmp_path / "data", tmp_path / "second"
    for each in (first, second):
        (each / "applications").mkdir(parents=True)
        (each / "icons").mkdir()
    monkeypatch.setattr(BaseDirectory, "xdg_data_dirs", [str(first), str(second)])
    monkeypatch.setattr(IconTheme, "icondirs", [str(first / "icons"), str(second / "icons")])
    for cache in ("theme_cache", "dir_cache", "icon_cache"):
        monkeypatch.setattr(IconTheme, cache, {})
    monkeypatch.setattr(IconTheme, "themes", [])
    return first


@pytest.fixture
def write(data: Path) -> Write:
    """Writes a desktop entry: ``write(id, Key="value", …)``, or its whole text."""

    def write(name: str, text: str | bytes | None = None, where: Path = data, **keys: str) -> Path:
        file = where / "applications" / f"{name}.desktop"
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = {"Type": "Application", "Name": name, "Exec": "true", **keys}
        content = text if text is not None else "[Desktop Entry]\n" + "".join(f"{k}={v}\n" for k, v in lines.items())
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write

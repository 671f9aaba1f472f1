"""Desktop entries, as the specification reads them, and as hostile authors write them."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_vnc_proxy.desktops.applications.record import ApplicationRecord
from jupyter_vnc_proxy.errors import VncError
from jupyter_vnc_proxy.options import DesktopOptions
from jupyter_vnc_proxy.server.applications import catalogue, entries, icons, launching
from jupyter_vnc_proxy.server.applications.selection import ApplicationSelection

PNG = b"\x89PNG\r\n\x1a\n and the rest"
SVG = (
    b'<?xml version="1.0"?>\n<!-- a > b --><!DOCTYPE svg [<!ENTITY x "y">]>\n<svg xmlns="http://www.w3.org/2000/svg"/>'
)

ALL = ApplicationSelection()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(catalogue, "desktop_names", lambda options: frozenset({"XFCE"}))

    def shown(selection: ApplicationSelection = ALL, language: str = "") -> list[str]:
        return [each.name for each in catalogue.shown(selection, DesktopOptions(), language)]

    return shown


def test_entries_are_shown_where_menus_show_them(write: Any, shown: Any, data: Path) -> None:
    write("b", Name="beta", Categories="Utility;")
    write("a", Name="Alpha")
    write("ours", OnlyShowIn="KDE;XFCE;")
    for number, keys in enumerate(
        (
            {"NoDisplay": "true"},
            {"Hidden": "true"},
            {"OnlyShowIn": "KDE;"},
            {"NotShowIn": "XFCE;"},
            {"TryExec": "no-such-program"},
            {"TryExec": "/no/such/program"},
            {"Type": "Link"},
            {"Exec": ""},
            {"Categories": "XFCE;Settings;"},
        )
    ):
        write(f"absent-{number}", **keys)
    write("b", where=data.parent / "second", Name="not the first of its id")
    write("hidden", Hidden="true")
    write("hidden", where=data.parent / "second", Name="overridden")
    write("vendor/program", Name="In a folder")
    assert shown() == ["Alpha", "beta", "In a folder", "ours"]
    found = entries.find("vendor-program.desktop")
    assert found is not None
    assert found.name == "In a folder"


@pytest.mark.parametrize("form", ["{}", "..-{}", "{}-..-x", ".-x"])
def test_an_id_leads_to_no_file_elsewhere(write: Any, data: Path, tmp_path: Path, form: str) -> None:
    write("x")
    write("x", where=tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "x.desktop").symlink_to(tmp_path / "elsewhere" / "applications" / "x.desktop")
    (data / "x.desktop").symlink_to(data / "applications" / "x.desktop")
    elsewhere = str(tmp_path / "elsewhere" / "x").replace("/", "-")
    assert entries.find("x.desktop") is not None
    for path in (elsewhere, "x", "applications-x", "..-applications-x", f"-{elsewhere}"):
        name = f"{form.format(path)}.desktop"
        assert name == "x.desktop" or entries.find(name) is None, name


def test_the_administrator_chooses(write: Any, shown: Any) -> None:
    write("org.example.one", Name="one", Categories="Science;Education;")
    write("org.example.two", Name="two", Categories="Graphics;")
    write("three", Name="three")
    assert shown(ApplicationSelection(allow=("org.example.*", "three.desktop"))) == ["one", "three", "two"]
    assert shown(ApplicationSelection(allow=("org.example.*",), deny=("org.example.one",))) == ["two"]
    assert shown(ApplicationSelection(categories=("Science", "Graphics"))) == ["one", "two"]
    assert shown(ApplicationSelection(deny=("*",))) == []
    assert catalogue.find(ApplicationSelection(deny=("three",)), "three.desktop") is None
    assert catalogue.find(ALL, "three.desktop") is not None


def test_names_are_in_the_language_that_is_asked_for(write: Any, shown: Any) -> None:
    names = {"Name": "Calculator", "Name[de]": "Rechner", "Name[pt_BR]": "Calculadora", "Comment[de]": "Rechnet"}
    write("calculator", **names)
    assert [shown(language=each) for each in ("de_AT", "pt_BR", "en_US", "")] == [
        ["Rechner"],
        ["Calculadora"],
        ["Calculator"],
        ["Calculator"],
    ]


HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "binary": bytes(range(256)) * 40,
    "no-group": b"Name=x\nExec=true\n",
    "half": b"[Desktop Entry\nType=Application",
    "line": b"[Desktop Entry]\nType=Application\nName=x\nExec=true\nnonsense\n",
    "large": b"[Desktop Entry]\nType=Application\nName=x\nExec=true\n#" + b"x" * entries.MAX_ENTRY_BYTES,
    "latin": "[Desktop Entry]\nType=Application\nName=Caf\u00e9\nExec=true\nNoDisplay=true\n".encode("latin-1"),
}


def test_entries_that_are_broken_are_no_applications(write: Any, shown: Any, data: Path) -> None:
    for name, content in HOSTILE.items():
        write(name, content)
    folder = data / "applications"
    os.mkfifo(folder / "fifo.desktop")
    (folder / "folder.desktop").mkdir()
    (folder / "loop.desktop").symlink_to("loop.desktop")
    (folder / "device.desktop").symlink_to("/dev/zero")
    (folder / "here").symlink_to(folder)
    write("good")
    assert shown() == ["good"]
    for name in ("..", "../x", "/etc/passwd", "x\0.desktop", "../good.desktop", "a" * 5000 + ".desktop", "good"):
        assert entries.find(name) is None
    assert entries.find("-" * 200 + ".desktop") is None


def test_texts_are_shown_in_one_line_without_tricks(write: Any, shown: Any) -> None:
    write("long", Name="x" * 1000)
    write("tricks", Name="a\u202eb\x07c\u2028d\\ne")
    assert shown() == ["a b c d e", "x" * entries.MAX_TEXT_LENGTH]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.binary(max_size=60))
def test_no_entry_stops_the_others(write: Any, shown: Any, content: bytes, value: bytes) -> None:
    write("any", content)
    write("other", b"[Desktop Entry]\nType=Application\nName=" + value + b"\nExec=true " + value + b"\nIcon=" + value)
    write("good")
    assert "good" in shown()
    for name in ("any", "other", "good"):
        if (found := catalogue.find(ALL, f"{name}.desktop")) is not None:
            icons.icon_of(found)
            with contextlib.suppress(VncError):
                launching.record_of(found, Path("/tree/file"))


def record(name: str, file: Path | None = None) -> ApplicationRecord:
    found = catalogue.find(ALL, f"{name}.desktop")
    assert found is not None
    return launching.record_of(found, file)


def test_what_a_desktop_runs(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write("plain", Name="Plain", Exec="true --name %c %f", Path="/tmp")
    write("terminal", Exec="true -x", Terminal="true")
    assert record("plain") == ApplicationRecord("plain.desktop", "Plain", ("true", "--name", "Plain"), "/tmp")
    assert record("plain", Path("/t/-x")).argv == ("true", "--name", "Plain", "/t/-x")
    which = shutil.which
    monkeypatch.setattr(launching, "_found", lambda program: program in ("true", "xterm") and which("true"))
    assert record("terminal").argv == ("xterm", "-e", "true", "-x")
    monkeypatch.setattr(launching, "_found", lambda program: which("true"))
    assert record("terminal").argv[-3:] == ("-x", "true", "-x")


@pytest.mark.parametrize(
    ("keys", "file", "code"),
    [
        ({"Exec": "true"}, Path("/x"), "opens-no-files"),
        ({"Exec": 'sh -c "cat %f"'}, Path("/x"), "opens-no-files"),
        ({"Exec": "true %z"}, None, "bad-entry"),
        ({"Exec": "no-such-program"}, None, "program-missing"),
    ],
)
def test_why_one_cannot_be_opened(write: Any, keys: dict[str, str], file: Path | None, code: str) -> None:
    write("x", **keys)
    with pytest.raises(VncError) as raised:
        record("x", file)
    assert raised.value.code == code
    assert raised.value.message.endswith(".")


def icon(name: str) -> icons.Icon:
    found = catalogue.find(ALL, f"{name}.desktop")
    assert found is not None
    return icons.icon_of(found)


def test_icons_come_from_the_theme_or_a_file(write: Any, data: Path, tmp_path: Path) -> None:
    theme = data / "icons" / "hicolor"
    (theme / "48x48" / "apps").mkdir(parents=True)
    text = "[Icon Theme]\nName=Hicolor\nDirectories=48x48/apps\n[48x48/apps]\nSize=48\nType=Fixed\n"
    (theme / "index.theme").write_text(text)
    (theme / "48x48" / "apps" / "themed.png").write_bytes(PNG)
    file = tmp_path / "picture.svg"
    file.write_bytes(SVG)
    write("themed", Icon="themed")
    write("file", Icon=str(file))
    write("none")
    assert icon("themed") == icons.Icon(PNG, "image/png")
    assert icon("file") == icons.Icon(SVG, "image/svg+xml")
    assert icon("none") == icons.GENERIC


def test_what_is_no_picture_is_not_read(write: Any, tmp_path: Path) -> None:
    contents = {
        "secret.png": b"password",
        "html.svg": b"<html><svg/></html>",
        "large.png": PNG + bytes(icons.MAX_BYTES),
        "comments.svg": b"<!--" * 4000,
        "empty.svg": b"",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    os.mkfifo(tmp_path / "fifo.png")
    (tmp_path / "folder.png").mkdir()
    names = [*(str(tmp_path / name) for name in (*contents, "fifo.png", "folder.png", "gone.png")), "/dev/zero", "../x"]
    for name in names:
        write("x", Icon=name)
        assert icon("x") == icons.GENERIC, name

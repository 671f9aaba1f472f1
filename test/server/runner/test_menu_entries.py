"""The programs of menu entries are found, and copies of entries start them through a launcher."""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_vnc_proxy.runner.menu_entries import programs, quoted, read, write_copies


def entry(directory: Path, name: str, *lines: str) -> None:
    file = directory / "applications" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(["[Desktop Entry]", "Type=Application", *lines, ""]))


def test_programs_are_read_with_their_quotes_from_every_group(tmp_path: Path) -> None:
    entry(tmp_path, "a.desktop", "Exec=gimp %U", "TryExec=no", "[Desktop Action new]", "Exec=/opt/x/new -n")
    entry(tmp_path, "kde/b.desktop", 'Exec="/opt/My Program/run\\\\$" --x="y"')
    entry(tmp_path, "broken.desktop", 'Exec="unfinished')
    entry(tmp_path, "empty.desktop", "Exec=")
    (tmp_path / "applications" / "binary.desktop").write_bytes(b"Exec=\xff\n")
    os.mkfifo(tmp_path / "applications" / "pipe.desktop")
    entry(tmp_path, "notes.txt", "Exec=other")
    assert programs(read([str(tmp_path), "/does/not/exist"])) == {"gimp", "/opt/x/new", "/opt/My Program/run$"}


def test_a_copy_differs_in_its_commands_alone_and_the_first_entry_of_a_name_wins(tmp_path: Path) -> None:
    first, second, target = tmp_path / "1", tmp_path / "2", tmp_path / "copies"
    entry(first, "a.desktop", "Name=Erste", "Exec=/opt/a %F", "Icon=a", "[Desktop Action new]", "Exec = /opt/b")
    entry(first, "plain.desktop", "Exec=plain")
    entry(second, "a.desktop", "Exec=/usr/bin/other")
    entry(second, "plain.desktop", "Exec=/usr/bin/other")
    entry(second, "kde/c.desktop", "Exec=/usr/bin/c")
    launcher = Path("/run/100%/a b/$launch")
    entries = read([str(first), str(second)])
    assert write_copies(target, entries, launcher, lambda program: program.startswith("/"))
    copies = {str(file.relative_to(target)): file.read_text() for file in target.rglob("*.desktop")}
    prefix = r'"/run/100%%/a b/\\$launch"'
    assert copies == {
        "applications/a.desktop": "[Desktop Entry]\nType=Application\nName=Erste\n"
        f"Exec={prefix} /opt/a %F\nIcon=a\n[Desktop Action new]\nExec = {prefix} /opt/b\n",
        "applications/kde/c.desktop": f"[Desktop Entry]\nType=Application\nExec={prefix} /usr/bin/c\n",
    }
    assert not write_copies(tmp_path / "none", entries, launcher, lambda program: False)


def test_special_characters_are_quoted() -> None:
    assert quoted('/a b/$x`"\\%') == r'"/a b/\$x\`\"\\%%"'

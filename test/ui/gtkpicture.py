"""A GTK window that fills the desktop and takes what is pasted: each is a line of JSON on standard output.

Ctrl+V saves the clipboard's picture in the file that the argument names, and prints its HTML and text, too. GTK takes
further keys while it waits for the clipboard, so each key is printed first.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402


def say(**values: object) -> None:
    print(json.dumps(values), flush=True)


def form(name: str) -> str | None:
    found = clipboard.wait_for_contents(Gdk.Atom.intern(name, False))
    return None if found is None else str(found.get_data().decode(errors="replace"))


def pressed(_: Any, event: Any) -> None:
    if event.keyval < 128:
        say(key=chr(event.keyval))
    if event.keyval == Gdk.KEY_v and event.state & Gdk.ModifierType.CONTROL_MASK:
        picture = clipboard.wait_for_image()
        if picture is not None:
            picture.savev(sys.argv[1], "png", [], [])
            image.set_from_pixbuf(picture)
        say(picture=picture is not None, html=form("text/html"), text=clipboard.wait_for_text())


window = Gtk.Window(title="Picture")
clipboard = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)
image = Gtk.Image()
window.add(image)
window.set_decorated(False)
window.maximize()
window.connect("key-press-event", pressed)
window.connect("destroy", Gtk.main_quit)
window.show_all()
say(shown=True)
Gtk.main()

"""A GTK program whose label has ten lines; its only argument is the window's title. Run by the system's Python."""

import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

window = Gtk.Window(title=sys.argv[1])
window.set_resizable(False)  # it has the size of its content
window.add(Gtk.Label(label="\n".join(["Hello"] * 10)))
window.show_all()
Gtk.main()

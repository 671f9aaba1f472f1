"""A GTK text field that fills the desktop; writes its text to standard output as JSON, one line for each change."""

import json

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

window = Gtk.Window(title="Field")
view = Gtk.TextView()
view.get_buffer().connect("changed", lambda buffer: print(json.dumps(buffer.get_property("text")), flush=True))
window.add(view)
window.set_decorated(False)
window.maximize()
window.connect("destroy", Gtk.main_quit)
view.connect("realize", lambda _: print(json.dumps(""), flush=True))
window.show_all()
Gtk.main()

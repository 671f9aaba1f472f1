"""A GTK window that shows black text on magenta, above all others, at a place that its scale moves.

Run by the system's Python, which has GTK.
"""

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

style = Gtk.CssProvider()
style.load_from_data(b"window { background: #ff00ff; } label { color: #000000; font: 30pt DejaVu Sans; }")
Gtk.StyleContext.add_provider_for_screen(Gdk.Screen.get_default(), style, Gtk.STYLE_PROVIDER_PRIORITY_USER)
window = Gtk.Window(resizable=False, decorated=False)
window.set_keep_above(True)
window.add(Gtk.Label(label=" HHHH "))
window.move(60, 80)
window.show_all()
Gtk.main()

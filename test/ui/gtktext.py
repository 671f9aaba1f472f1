"""A GTK window that shows black text on magenta, above all others, at a place that its scale moves.

Run by the system's Python, which has GTK.
"""

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

style = Gtk.CssProvider()
style.load_from_data(b"window { background: #ff00ff; } label { color: #000000; font: 30pt DejaVu Sans; }")
Gtk.StyleContext.add_provider_for_screen(Gdk.Screen.get_default(), style, Gtk.STYLE_PROVIDER_PRIORITY_USER)
window = Gtk.Window(resizable=False, decorated=False)
window.set_keep_above(True)
window.add(Gtk.Label(label=" HHHH "))
window.move(60, 80)
window.show_all()


def lay_out() -> bool:
    window.queue_resize()
    return True


# GTK 3 may miss its window's new size if the scale changes on a busy machine, until its next layout: it paints a part.
GLib.timeout_add_seconds(1, lay_out)
Gtk.main()

"""Copy the text on standard input as GTK programs do, until something else is copied on $DISPLAY.

It prints `copied`. xclip alone offers no `text/plain`, which WebKit looks for.
"""

import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

text = sys.stdin.read()
clipboard = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)
clipboard.set_text(text, -1)
clipboard.connect("owner-change", lambda *_: Gtk.main_quit() if clipboard.wait_for_text() != text else None)
Gdk.Display.get_default().sync()
print("copied", flush=True)
Gtk.main()

"""A typical X program, with Xlib and its input method: it records what is typed into its window.

Run as a program it prints a line of JSON for each event: first {"window"}, then {"down", "keycode", "keysym", "state",
"text"} for keys and {"button", "down", "x", "y"} for the pointer. It ends when its standard input is closed.
"""

from __future__ import annotations

import ctypes
import json
import locale
import os
import select
import sys

KEY_PRESS, KEY_RELEASE, BUTTON_PRESS, BUTTON_RELEASE, FOCUS_IN, MAP_NOTIFY, MAPPING_NOTIFY = 2, 3, 4, 5, 9, 19, 34
EVENT_MASK = 0b1111 | 1 << 17 | 1 << 21  # keys, buttons, being shown and the focus
PREEDIT_NOTHING_STATUS_NOTHING = 0x0008 | 0x0400
REVERT_TO_PARENT = 2


class KeyEvent(ctypes.Structure):
    """XKeyEvent; XButtonEvent has the same fields."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("root", ctypes.c_ulong),
        ("subwindow", ctypes.c_ulong),
        ("time", ctypes.c_ulong),
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("x_root", ctypes.c_int),
        ("y_root", ctypes.c_int),
        ("state", ctypes.c_uint),
        ("code", ctypes.c_uint),
        ("same_screen", ctypes.c_int),
    ]


class Event(ctypes.Union):
    _fields_ = [("type", ctypes.c_int), ("key", KeyEvent), ("pad", ctypes.c_long * 24)]


def say(**values: object) -> None:
    print(json.dumps(values), flush=True)


def main() -> None:
    locale.setlocale(locale.LC_ALL, "C.UTF-8")
    x = ctypes.CDLL("libX11.so.6")
    pointer, number = ctypes.c_void_p, ctypes.c_ulong
    x.XOpenDisplay.restype = x.XOpenIM.restype = x.XCreateIC.restype = pointer
    x.XDefaultRootWindow.restype = x.XCreateSimpleWindow.restype = number
    x.XSetLocaleModifiers(b"")
    display = pointer(x.XOpenDisplay(None))
    root = number(x.XDefaultRootWindow(display))
    window = number(x.XCreateSimpleWindow(display, root, 0, 0, 400, 300, 0, number(0), number(0)))
    x.XSelectInput(display, window, ctypes.c_long(EVENT_MASK))
    method = pointer(x.XOpenIM(display, None, None, None))
    style = (b"inputStyle", ctypes.c_long(PREEDIT_NOTHING_STATUS_NOTHING))
    context = pointer(x.XCreateIC(method, *style, b"clientWindow", window, b"focusWindow", window, None))
    x.XMapWindow(display, window)
    event, text, keysym, status = Event(), ctypes.create_string_buffer(64), number(), ctypes.c_int()
    while event.type != MAP_NOTIFY:  # a window manager takes its time
        x.XNextEvent(display, ctypes.byref(event))
    x.XSetInputFocus(display, window, REVERT_TO_PARENT, number(0))
    x.XSetICFocus(context)
    while True:
        while not x.XPending(display):
            readable, _, _ = select.select([x.XConnectionNumber(display), sys.stdin], [], [])
            if sys.stdin in readable:
                return
        x.XNextEvent(display, ctypes.byref(event))
        if x.XFilterEvent(ctypes.byref(event), number(0)):
            continue  # the input method has it: a dead key, say
        if event.type == MAPPING_NOTIFY:
            x.XRefreshKeyboardMapping(ctypes.byref(event))
        elif event.type == FOCUS_IN:
            say(window=window.value)
        elif event.type in (KEY_PRESS, KEY_RELEASE):
            keysym.value = length = 0
            if event.type == KEY_PRESS:
                arguments = (context, ctypes.byref(event), text, len(text), ctypes.byref(keysym), ctypes.byref(status))
                length = x.Xutf8LookupString(*arguments)
            else:
                x.XLookupString(ctypes.byref(event), text, len(text), ctypes.byref(keysym), None)
            say(
                down=event.type == KEY_PRESS,
                keycode=event.key.code,
                keysym=keysym.value,
                state=event.key.state,
                text=text.raw[:length].decode(),
            )
        elif event.type in (BUTTON_PRESS, BUTTON_RELEASE):
            say(button=event.key.code, down=event.type == BUTTON_PRESS, x=event.key.x_root, y=event.key.y_root)


if __name__ == "__main__":
    assert "DISPLAY" in os.environ
    main()

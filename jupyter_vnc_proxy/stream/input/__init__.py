"""Key events of RFB clients as keys of the display's keyboard, for X and Wayland alike.

Each client has a `client_keyboard`; all share the display's `keyboard_state` and look keys up in its `keymap`.
"""

from __future__ import annotations

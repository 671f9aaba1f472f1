"""Answers a client's SetEncodings: confirms extensions and sends the state that they carry."""

from __future__ import annotations

from ..rfb import encodings, server_messages
from .connection import Connection
from .cursor import Cursor


def greet(client: Connection, name: str, locks: int, cursor: Cursor) -> None:
    """Confirm the extensions that the client has newly announced, and send name, locks and cursor.

    Only new ones, because noVNC announces all of them again when a level changes, and would take a second
    EndOfContinuousUpdates for their end. The cursor may need another form.
    """
    announced = frozenset(client.protocol.encodings)
    new, client.greeted = announced - client.greeted, announced
    if encodings.PSEUDO_FENCE in new:
        client.send(server_messages.fence(server_messages.FENCE_REQUEST, b""))
    if encodings.PSEUDO_CONTINUOUS_UPDATES in new:
        client.send(server_messages.end_of_continuous_updates())
    if encodings.PSEUDO_DESKTOP_NAME in new:
        client.add_rectangle(server_messages.desktop_name(name))
    if encodings.PSEUDO_LED_STATE in new:
        client.add_rectangle(server_messages.led_state(locks))
    if encodings.PSEUDO_QEMU_KEY in new:
        client.add_rectangle(server_messages.qemu_key_ack())
    if encodings.PSEUDO_EXTENDED_MOUSE in new:
        client.add_rectangle(server_messages.extended_mouse_ack())
    if new & {encodings.PSEUDO_VMWARE_CURSOR, encodings.PSEUDO_CURSOR, encodings.PSEUDO_X_CURSOR}:
        client.show_cursor(cursor)

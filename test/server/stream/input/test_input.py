"""Keys and buttons: programs on the display receive what clients send, in every layout."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.displays import Display
from support.stream.typist import (
    ALT,
    ALT_STATE,
    ALTGR,
    CAPS,
    CONTROL,
    CONTROL_STATE,
    DEAD_ACUTE,
    DEAD_CIRCUMFLEX,
    DEAD_DIAERESIS,
    ESCAPE,
    F1,
    HYPER,
    KP_7,
    KP_ENTER,
    KP_HOME,
    LAYOUTS,
    LEFT,
    LEFT_TAB,
    LEGACY,
    LEVEL3_STATE,
    LOCK_STATE,
    MULTI_KEY,
    NUM,
    PRINT,
    SHIFT,
    SHIFT_STATE,
    SUPER,
    SUPER_STATE,
    TAB,
    TEXTS,
    Typist,
    keysym,
)
from support.waiting import wait_until

from jupyter_vnc_proxy.stream.errors import DisplayGone
from jupyter_vnc_proxy.stream.input.client_keyboard import ClientKeyboard
from jupyter_vnc_proxy.stream.input.keyboard_state import (
    CAPS_LOCK,
    MAP_CHANGE_INTERVAL_SECONDS,
    NUM_LOCK,
    SPARE_KEY_TIMEOUT_SECONDS,
)
from jupyter_vnc_proxy.stream.x11.input import XPointer
from jupyter_vnc_proxy.stream.x11.keyboard import XKeyboard
from jupyter_vnc_proxy.system.x_display import connect


class Seat:
    """A display with a program on it, and our side of its keyboard."""

    def __init__(self, display: Display) -> None:
        self.display = display
        self.connection = connect(display.name, display.xauthority)
        self.locks: list[int] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.layout = XKeyboard(self.connection, self.locks.append, lambda *timer: self.timers.append(timer))
        self.keyboard = ClientKeyboard(self.layout)
        self.typist = Typist(display)

    def set_layout(self, layout: str, *more: str) -> None:
        subprocess.run(["setxkbmap", layout, *more], env=self.display.environment(), check=True)

    def key(self, keysym: int, down: bool, scancode: int | None = None) -> None:
        self.keyboard.key(keysym, down, scancode)
        self.settle()

    def tap(self, *keysyms: int) -> None:
        """Press one key after the other, as quickly as an input method does."""
        for each in keysyms:
            self.keyboard.key(each, True)
            self.keyboard.key(each, False)
        self.settle()

    def settle(self) -> None:
        """Let the time pass that the keyboard waits for; what takes longer stays."""
        while due := [timer for timer in self.timers if timer[0] <= MAP_CHANGE_INTERVAL_SECONDS]:
            self.timers.remove(due[0])
            deadline = time.monotonic() + due[0][0]
            wait_until(lambda: time.monotonic() >= deadline)  # noqa: B023
            due[0][1]()

    def type(self, text: str) -> None:
        self.tap(*map(keysym, text))

    def reads(self, text: str) -> None:
        try:
            wait_until(lambda: len(self.typist.text) >= len(text), what=text)
        finally:
            assert self.typist.text == text

    def gets(self, *pressed: tuple[int, int]) -> None:
        try:
            wait_until(lambda: len(self.typist.pressed) >= len(pressed))
        finally:
            assert self.typist.pressed == list(pressed)
        self.typist.forget()

    def map(self) -> list[int]:
        """The core protocol's map of the keyboard, as anybody sees it."""
        setup = self.connection.get_setup()
        first, last = setup.min_keycode, setup.max_keycode
        reply = self.connection.core.GetKeyboardMapping(first, last - first + 1).reply()
        keysyms, width = list(reply.keysyms), reply.keysyms_per_keycode
        return [keysyms[start + n] if n < width else 0 for start in range(0, len(keysyms), width) for n in range(8)]

    def modifiers(self, keysym: int) -> int:
        """The modifiers that the display's keys with this keysym set, as a mask."""
        first, keysyms = self.connection.get_setup().min_keycode, self.map()
        keys = {first + at // 8 for at, each in enumerate(keysyms) if each == keysym}
        reply = self.connection.core.GetModifierMapping().reply()
        codes, width = list(reply.keycodes), reply.keycodes_per_modifier
        return sum(1 << bit for bit in range(8) if keys & set(codes[bit * width : (bit + 1) * width]))

    def down(self) -> list[int]:
        self.settle()
        keys = bytes(self.connection.core.QueryKeymap().reply().keys)
        return [code for code in range(256) if keys[code >> 3] >> (code & 7) & 1]

    def close(self) -> None:
        try:
            if self.display.process.poll() is None:
                self.keyboard.release_all()
                self.layout.close()
                assert self.down() == []
        finally:
            self.connection.disconnect()
            self.typist.close()


@pytest.fixture
def seat(runtime: Path) -> Iterator[Seat]:
    display = Display(runtime)
    try:
        made = Seat(display)
        try:
            yield made
        finally:
            made.close()
    finally:
        display.close()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_text_can_be_typed_in_every_layout(seat: Seat, layout: str) -> None:
    seat.set_layout(layout)
    before = seat.map()
    for text in TEXTS.values():
        seat.type(text)
        seat.reads(text)
        seat.typist.forget()
    assert seat.down() == []
    seat.layout.put_back()
    assert seat.map() == before


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("order", ["as pressed", "Shift first"])
def test_capitals_with_the_viewers_own_shift_need_no_fakes(seat: Seat, layout: str, order: str) -> None:
    seat.set_layout(layout)
    seat.key(SHIFT, True)
    seat.key(keysym("Q"), True)
    last = [(SHIFT, False), (keysym("Q"), False)]
    for key in last if order == "Shift first" else reversed(last):
        seat.key(*key)
    seat.gets((keysym("Q"), SHIFT_STATE))
    assert seat.down() == []


def test_shift_is_pretended_and_put_back(seat: Seat) -> None:
    seat.key(keysym("A"), True)
    assert len(seat.down()) == 1
    seat.key(keysym("A"), False)
    seat.gets((keysym("A"), SHIFT_STATE))
    seat.key(SHIFT, True)
    seat.tap(keysym("a"), keysym("B"))
    seat.gets((keysym("a"), 0), (keysym("B"), SHIFT_STATE))
    assert len(seat.down()) == 1
    seat.key(SHIFT, False)
    assert seat.down() == []


def test_altgr_is_pretended_and_put_back(seat: Seat) -> None:
    seat.set_layout("de")
    seat.tap(keysym("@"), keysym("q"))
    seat.gets((keysym("@"), LEVEL3_STATE), (keysym("q"), 0))
    seat.key(ALTGR, True)
    seat.tap(keysym("@"), keysym("q"), keysym("€"))
    seat.key(ALTGR, False)
    wait_until(lambda: len([event for event in seat.typist.read() if event.get("text")]) >= 3)
    assert seat.typist.text == "@q€"
    assert seat.down() == []


def test_a_release_comes_to_the_key_that_was_pressed_whatever_has_changed(seat: Seat) -> None:
    seat.key(keysym("z"), True)
    seat.key(keysym("я"), True)
    assert len(seat.down()) == 2
    seat.set_layout("de")
    seat.key(keysym("я"), False)
    seat.key(keysym("z"), False)
    assert seat.down() == []
    seat.tap(keysym("z"), keysym("я"))
    wait_until(lambda: seat.typist.text == "zяzя")


def test_another_levels_keysym_releases_the_key_too(seat: Seat) -> None:
    seat.key(SHIFT, True)
    seat.key(keysym("!"), True)
    seat.key(SHIFT, False)
    seat.key(keysym("1"), False)
    assert seat.down() == []


def test_a_release_of_what_was_never_pressed_does_nothing(seat: Seat) -> None:
    seat.key(keysym("a"), False)
    seat.key(SHIFT, False, 0x2A)
    seat.tap(keysym("b"))
    seat.gets((keysym("b"), 0))


def test_a_held_key_repeats_as_the_viewer_says_and_not_by_itself(seat: Seat) -> None:
    for _ in range(4):
        seat.key(keysym("a"), True, 0x1E)
    seat.key(SHIFT, True)
    seat.key(SHIFT, True)
    seat.key(keysym("a"), False, 0x1E)
    seat.key(SHIFT, False)
    seat.reads("aaaa")
    wait_until(lambda: [event["down"] for event in seat.typist.read() if event["keysym"] == SHIFT] == [True, False])
    assert seat.connection.core.GetKeyboardControl().reply().global_auto_repeat == 0
    seat.layout.close()
    assert seat.connection.core.GetKeyboardControl().reply().global_auto_repeat == 1


def test_nothing_stays_down_when_a_viewer_goes(seat: Seat) -> None:
    for each in (CONTROL, SHIFT, ALT, SUPER, ALTGR, keysym("x"), keysym("я"), keysym("🙂"), F1):
        seat.key(each, True)
    assert len(seat.down()) == 9
    seat.keyboard.release_all()
    seat.keyboard.release_all()
    assert seat.down() == []
    seat.tap(keysym("x"))
    wait_until(lambda: seat.typist.pressed[-1:] == [(keysym("x"), 0)])


def test_a_viewer_releases_nothing_that_another_holds(seat: Seat) -> None:
    other = ClientKeyboard(seat.layout)
    seat.key(SHIFT, True)
    other.key(SHIFT, True)
    other.key(keysym("K"), True)
    seat.key(keysym("K"), True)
    other.release_all()
    assert len(seat.down()) == 2
    seat.tap(keysym("L"))
    seat.keyboard.release_all()
    assert seat.down() == []
    seat.reads("KKL")


@pytest.mark.parametrize("viewer_shift", [False, True])
@pytest.mark.parametrize("modifier", [CONTROL, ALT, SUPER])
def test_a_commands_modifiers_are_left_as_they_are(seat: Seat, modifier: int, viewer_shift: bool) -> None:
    state = {CONTROL: CONTROL_STATE, ALT: ALT_STATE, SUPER: SUPER_STATE}[modifier]
    seat.key(modifier, True)
    if viewer_shift:
        seat.key(SHIFT, True)
    seat.tap(keysym("T" if viewer_shift else "t"), F1, TAB, LEFT, ESCAPE)
    shift = SHIFT_STATE if viewer_shift else 0
    wait_until(lambda: len(seat.typist.pressed) >= 5)
    keys = [key for key, _ in seat.typist.pressed]
    assert keys == [keysym("T" if viewer_shift else "t"), F1, LEFT_TAB if viewer_shift else TAB, LEFT, ESCAPE]
    assert {each for _, each in seat.typist.pressed} == {state | shift}
    assert len([event for event in seat.typist.events if event["down"]]) == 6 + viewer_shift, "nothing was pretended"


def test_a_command_uses_its_key_if_the_layout_has_other_letters(seat: Seat) -> None:
    seat.key(CONTROL, True)
    cyrillic_es = LEGACY["\u0441"]  # on the key of C
    seat.key(cyrillic_es, True, 0x2E)
    seat.key(cyrillic_es, False, 0x2E)
    seat.key(CONTROL, False)
    seat.gets((keysym("c"), CONTROL_STATE))
    seat.set_layout("ru")
    seat.key(CONTROL, True)
    seat.key(keysym("c"), True, 0x2E)
    seat.key(keysym("c"), False, 0x2E)
    seat.gets((keysym("c"), CONTROL_STATE))


def test_caps_lock_on_the_display_alone_changes_no_text_and_no_command(seat: Seat) -> None:
    seat.tap(CAPS)
    seat.typist.forget()
    seat.type("aBä1ж")
    seat.reads("aBä1ж")
    seat.typist.forget()
    seat.key(CONTROL, True)
    seat.tap(keysym("c"))
    seat.gets((keysym("C"), CONTROL_STATE | LOCK_STATE))


def test_locks_are_told_when_they_change(seat: Seat) -> None:
    assert seat.layout.lock_state() == 0
    seat.tap(CAPS)
    wait_until(lambda: seat.layout.handle_events() and seat.locks)
    seat.tap(NUM)
    wait_until(lambda: seat.layout.handle_events() and len(seat.locks) == 2)
    assert seat.locks == [CAPS_LOCK, CAPS_LOCK | NUM_LOCK]
    subprocess.run(["xdotool", "key", "Caps_Lock"], env=seat.display.environment(), check=True)
    wait_until(lambda: seat.layout.handle_events() and seat.locks[-1] == NUM_LOCK)
    assert seat.layout.lock_state() == NUM_LOCK


def test_the_keypad_follows_num_lock_without_pretending_shift(seat: Seat) -> None:
    seat.tap(KP_7, KP_HOME, KP_ENTER)
    seat.gets((keysym("7"), 0), (KP_HOME, 0), (KP_ENTER, 0))
    seat.tap(NUM, KP_7, KP_HOME)
    wait_until(lambda: len(seat.typist.pressed) >= 3)
    assert [key for key, _ in seat.typist.pressed] == [NUM, KP_7, 0xFF50]
    assert not [event for event in seat.typist.events if event["keysym"] == SHIFT]


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ((DEAD_ACUTE, keysym("e"), DEAD_CIRCUMFLEX, keysym("O"), DEAD_DIAERESIS, keysym("u")), "éÔü"),
        ((MULTI_KEY, keysym("o"), keysym("c"), MULTI_KEY, keysym("="), keysym("e")), "©€"),
    ],
    ids=["dead keys", "Compose"],
)
@pytest.mark.parametrize("layout", ["us", "fr", "cz"])
def test_input_methods_compose(seat: Seat, layout: str, keys: tuple[int, ...], text: str) -> None:
    seat.set_layout(layout)
    seat.tap(*keys)
    seat.reads(text)


def test_a_scan_code_selects_the_key_if_the_layout_agrees(seat: Seat) -> None:
    def codes() -> list[int]:
        return [event["keycode"] for event in seat.typist.read() if event["down"]]

    seat.set_layout("us")
    # The right Shift, the left one; Enter of the keypad; the key right of L on a German keyboard; its Y.
    said = [(0xFFE2, 0x36), (SHIFT, 0x2A), (KP_ENTER, 0x9C), (keysym("ö"), 0x27), (keysym("z"), 0x15)]
    for key in said:
        seat.key(key[0], True, key[1])
        seat.key(key[0], False, key[1])
    wait_until(lambda: len(codes()) == len(said))
    assert codes()[:3] == [62, 50, 104]
    assert seat.typist.text == "\röz"
    seat.typist.forget()
    seat.set_layout("de")
    seat.key(keysym("ö"), True, 0x27)
    wait_until(lambda: codes() == [47])


def test_a_key_without_a_keysym_is_pressed_as_it_is(seat: Seat) -> None:
    seat.set_layout("fr")
    for scancode in (0x10, 0xE04B, 0xCB):
        seat.key(0, True, scancode)
        seat.key(0, False, scancode)
    seat.gets((keysym("a"), 0), (LEFT, 0), (LEFT, 0))
    seat.key(0, True, 0xFFFF)
    seat.key(0, True)
    seat.key(0, True, 0xE07F)
    assert seat.down() == []


def test_print_alt_print_and_hyper_do_what_their_keys_do(seat: Seat) -> None:
    seat.tap(PRINT)
    seat.key(ALT, True)
    seat.tap(PRINT)
    seat.key(ALT, False)
    wait_until(lambda: len([event for event in seat.typist.read() if event["keycode"] == 107]) == 4)
    seat.keyboard.release_all()
    seat.typist.forget()
    seat.key(HYPER, True)
    seat.tap(keysym("h"))
    seat.key(HYPER, False)
    seat.gets((keysym("h"), seat.modifiers(HYPER)))  # Mod4 like Super; none since xkeyboard-config 2.45
    assert seat.down() == []


def test_spare_keys_are_put_back_when_they_have_not_been_used_for_a_while(seat: Seat) -> None:
    before = seat.map()
    seat.key(keysym("я"), True)
    seat.tap(keysym("漢"))
    (delay, look), *more = seat.timers
    assert (delay, more) == (SPARE_KEY_TIMEOUT_SECONDS, [])
    seat.key(keysym("漢"), True)
    look()  # used since: once more
    seat.key(keysym("漢"), False)
    assert len(seat.timers) == 2
    seat.timers[1][1]()
    assert len(seat.down()) == 1
    seat.key(keysym("я"), False)
    assert len(seat.timers) == 3
    seat.timers[2][1]()
    assert seat.map() == before
    assert len(seat.timers) == 3, "nothing ticks any more"


def test_keys_wait_in_order_for_the_map_to_settle_and_not_when_their_viewer_has_gone(seat: Seat) -> None:
    for character in "я漢a字":
        seat.keyboard.key(keysym(character), True)
    assert [delay <= MAP_CHANGE_INTERVAL_SECONDS for delay, _ in seat.timers] == [False, True]
    seat.settle()
    seat.reads("я漢a字")
    seat.keyboard.key(keysym("ж"), True)
    seat.keyboard.key(keysym("ш"), True)
    seat.keyboard.release_all()
    assert seat.down() == []
    seat.tap(keysym("b"))
    wait_until(lambda: seat.typist.text.endswith("b"))
    assert "ш" not in seat.typist.text


def test_another_programs_map_change_is_noticed(seat: Seat) -> None:
    seat.tap(keysym("漢"))
    seat.reads("漢")  # a program looks a key up in the map of when it reads the event
    seat.set_layout("de", "-option", "ctrl:nocaps")
    seat.tap(keysym("漢"), keysym("z"))
    seat.reads("漢漢z")
    subprocess.run(["setxkbmap", "us", "-option", ""], env=seat.display.environment(), check=True)
    seat.tap(keysym("漢"), keysym("z"))
    seat.reads("漢漢z漢z")


def test_more_keys_than_are_free_can_be_held_until_none_is_left(seat: Seat) -> None:
    letters = [0x01004E00 + n for n in range(40)]
    for each in letters:
        seat.key(each, True)
    assert 10 < len(seat.down()) < 40
    seat.tap(keysym("a"))
    for each in letters:
        seat.key(each, False)
    assert seat.down() == []


def test_the_display_may_be_gone(seat: Seat) -> None:
    pointer = XPointer(seat.connection)
    pointer.move_and_press(5, 5, 1)
    seat.key(keysym("я"), True)
    seat.display.process.kill()
    wait_until(lambda: not seat.layout.handle_events())
    with pytest.raises(DisplayGone):
        seat.key(keysym("b"), True)
    seat.keyboard.release_all()
    pointer.release_all()
    seat.timers[0][1]()
    seat.layout.close()


# -- the pointer ------------------------------------------------------------------------------------------------------


def test_nine_buttons_are_pressed_and_released_at_the_pointer(seat: Seat) -> None:
    pointer = XPointer(seat.connection)
    for bit in range(9):
        pointer.move_and_press(10 + bit, 20, 1 << bit)
        pointer.move_and_press(10 + bit, 20, 0)
    wait_until(lambda: len(seat.typist.read()) == 18)
    expected = [{"button": bit + 1, "down": down, "x": 10 + bit, "y": 20} for bit in range(9) for down in (True, False)]
    assert seat.typist.events == expected


def test_motion_is_neither_accelerated_nor_leaves_the_screen(seat: Seat) -> None:
    pointer = XPointer(seat.connection)
    pointer.move_and_press(5, 5, 0)
    for dx, dy, place in (
        (100, 50, (105, 55)),
        (-1, 0, (104, 55)),
        (0, 0, (104, 55)),
        (1 << 20, -(1 << 20), (1999, 0)),
    ):
        pointer.move_by(dx, dy, 0)
        assert pointer.location() == place


def test_only_buttons_that_change_are_pressed_and_all_come_up_when_a_viewer_goes(seat: Seat) -> None:
    pointer, other = XPointer(seat.connection), XPointer(seat.connection)
    other.move_and_press(0, 0, 0)
    pointer.move_and_press(5, 5, 0b101)
    pointer.move_and_press(9, 9, 0b001)
    other.move_and_press(7, 7, 0)
    pointer.move_and_press(9, 9, 0b001)
    pointer.release_all()
    pointer.release_all()
    wait_until(lambda: len(seat.typist.read()) == 4)
    assert [(event["button"], event["down"]) for event in seat.typist.events] == [
        (1, True),
        (3, True),
        (3, False),
        (1, False),
    ]


def test_a_place_off_the_screen_is_its_edge(seat: Seat) -> None:
    XPointer(seat.connection).move_and_press(65535, -3, 0)
    at = seat.connection.core.QueryPointer(seat.connection.get_setup().roots[0].root).reply()
    assert (at.root_x, at.root_y) == (1999, 0)

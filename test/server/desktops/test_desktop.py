"""One desktop's directory, seen from outside: its state file, its locks, its logs."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.standins import StandIn
from support.waiting import wait_until

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.logs import MAX_LOG_LINES, tail
from jupyter_vnc_proxy.desktops.state import DesktopState
from jupyter_vnc_proxy.errors import Conflict, InvalidOption, UnknownDesktop
from jupyter_vnc_proxy.options import DesktopOptions, Geometry

STATE = DesktopState(
    name="default",
    phase="stopped",
    step=None,
    backend="x11vnc",
    display=":7",
    geometry="800x600",
    options=DesktopOptions(session="xfce", geometry=Geometry(800, 600)).to_json(),
    error={"code": "c", "message": "m", "fix": None, "part": "vnc", "log": ["ä", "\u2028"]},
)


@pytest.fixture
def desktop(runtime: Path) -> Desktop:
    made = Desktop(runtime / "default")
    made.prepare()
    return made


def test_a_state_is_read_as_it_was_written(desktop: Desktop) -> None:
    desktop.write_state(STATE)
    assert desktop.state() == STATE
    assert desktop.options() == DesktopOptions(session="xfce", geometry=Geometry(800, 600))


def test_where_there_is_none_the_desktop_is_unknown(desktop: Desktop) -> None:
    assert not desktop.exists()
    assert desktop.options() is None
    with pytest.raises(UnknownDesktop, match="'default'"):
        desktop.state()


def damaged(desktop: Desktop) -> bool:
    state = desktop.state()
    assert state.name == "default"
    error = state.error
    return state.phase == "stopped" and error is not None and error["code"] == "state-damaged"


def test_a_write_torn_at_any_byte_is_a_stopped_desktop_that_says_so(desktop: Desktop) -> None:
    desktop.write_state(STATE)
    whole = desktop.state_file.read_bytes()
    for length in range(len(whole)):
        desktop.state_file.write_bytes(whole[:length])
        assert damaged(desktop), length
        assert desktop.options() is None


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"7", b'"text"', b"{}", b"\0" * 4096, b"\xff\xfe\x00", b'{"name":', b"[" * 100_000],
    ids=lambda content: repr(content[:12]),
)
def test_garbage_is_a_stopped_desktop_that_says_so(desktop: Desktop, content: bytes) -> None:
    desktop.state_file.write_bytes(content)
    assert damaged(desktop)


def test_a_directory_in_its_place_is_a_stopped_desktop_that_says_so(desktop: Desktop) -> None:
    desktop.state_file.mkdir()
    assert damaged(desktop)


SMALL = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
JSON = SMALL | st.lists(SMALL, max_size=2) | st.dictionaries(st.sampled_from(["code", "part", "x"]), SMALL, max_size=2)


@given(wrong=st.dictionaries(st.sampled_from([*STATE.__dataclass_fields__]), JSON, min_size=1))
def test_values_of_another_type_never_raise(tmp_path_factory: pytest.TempPathFactory, wrong: dict[str, Any]) -> None:
    desktop = Desktop(tmp_path_factory.mktemp("d") / "default")
    desktop.prepare()
    desktop.state_file.write_text(json.dumps({**vars(STATE), **wrong}))
    state = desktop.state()
    assert state.name == "default"
    assert state.phase in ("starting", "running", "stopped", "failed")
    assert isinstance(state.geometry, str)
    assert desktop.log_model("", "")["lines"] == []
    options = desktop.options()
    assert options is None or isinstance(options, DesktopOptions)


def test_fields_of_a_newer_version_are_ignored(desktop: Desktop) -> None:
    desktop.state_file.write_text(json.dumps({**vars(STATE), "from_the_future": [1, 2]}))
    assert desktop.state() == STATE


def test_what_a_write_that_was_cut_off_left_is_no_hindrance(desktop: Desktop) -> None:
    desktop.write_state(STATE)
    (desktop.path / ".desktop.json.new").write_text('{"name": "hal')
    assert desktop.state() == STATE
    desktop.write_state(STATE)
    assert [file.name for file in desktop.path.iterdir() if file.name.endswith(".new")] == []


def test_a_reader_sees_the_old_state_or_the_new_one_and_never_half(desktop: Desktop) -> None:
    states = [DesktopState(name="default", phase="stopped", session=letter * 5000) for letter in "ab"]
    desktop.write_state(states[0])
    done = threading.Event()

    def write() -> None:
        for number in range(400):
            desktop.write_state(states[number % 2])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    reader, seen = Desktop(desktop.path), set()
    while not done.is_set():
        state = reader.stored_state()
        assert state.error is None
        assert state.session in {each.session for each in states}
        seen.add(state.session)
    writer.join()
    assert len(seen) == 2


def test_a_running_state_without_a_runner_is_failed_at_once(desktop: Desktop) -> None:
    desktop.write_state(DesktopState(name="default", phase="running", step=None, display=":7"))
    state = desktop.state()
    assert (state.phase, state.step, state.display) == ("failed", None, None)
    assert state.error is not None
    assert state.error["code"] == "runner-died"


@pytest.fixture
def stand_in(desktop: Desktop) -> Iterator[StandIn]:
    made = StandIn(desktop.path)
    yield made
    made.close()


def test_a_runner_is_known_by_its_lock(desktop: Desktop, stand_in: StandIn) -> None:
    assert desktop.runner_pid() == stand_in.process.pid
    assert desktop.state().phase == "running"
    assert not desktop.stopped()
    with pytest.raises(Conflict, match="running already"), desktop.locked(timeout=0.05):
        pytest.fail("locked twice")
    with pytest.raises(Conflict) as raised:
        desktop.start(DesktopOptions(), 1)
    assert raised.value.code == "already-running"


def test_asking_it_to_stop_is_a_sigterm_to_the_runner(desktop: Desktop, stand_in: StandIn) -> None:
    desktop.signal_stop()
    assert stand_in.process.wait(5) == -15
    assert desktop.stopped()
    desktop.signal_stop()  # nobody is left to hear it


def test_looking_does_not_keep_the_runner_from_its_lock(desktop: Desktop) -> None:
    desktop.write_state(STATE)
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            Desktop(desktop.path).runner_pid()

    looker = threading.Thread(target=look)
    looker.start()
    try:
        for _ in range(20):
            with desktop.locked():
                assert Desktop(desktop.path).runner_pid() == os.getpid()
    finally:
        done.set()
        looker.join()


def test_a_desktop_has_an_owner_for_as_long_as_one_holds_it(desktop: Desktop) -> None:
    assert not desktop.has_owner()
    first, second = desktop.own(), Desktop(desktop.path).own()
    first.close()
    assert desktop.has_owner()
    second.close()
    assert not desktop.has_owner()


def test_a_sweep_clears_traces_and_keeps_what_it_is(desktop: Desktop) -> None:
    desktop.write_state(DesktopState(name="default", phase="running", display=":65000", created="2020-01-01T00:00:00Z"))
    desktop.rfb_socket.touch()
    desktop.xauthority.touch()
    desktop.sweep()
    state = desktop.stored_state()
    assert (state.phase, state.display, state.created) == ("stopped", None, "2020-01-01T00:00:00Z")
    assert not desktop.rfb_socket.exists()
    assert not desktop.xauthority.exists()


def test_the_end_of_a_log_is_returned(desktop: Desktop) -> None:
    log = desktop.log_directory / "vnc.log"
    log.write_bytes(b"one\ntwo\n\xff three")
    assert tail(log, 2) == ["two", "\ufffd three"]
    assert tail(log, 0) == []
    assert tail(log.with_name("missing.log"), 5) == []
    log.write_bytes(b"x" * (1 << 20) + b"\nlast\n")
    assert desktop.log("vnc", 1) == ["last"]


def test_no_part_leads_out_of_the_log_directory(desktop: Desktop) -> None:
    desktop.write_state(STATE)
    (desktop.path / "secret.log").write_text("secret")
    assert desktop.log("../secret", 10) == []
    with pytest.raises(InvalidOption):
        desktop.log_model("../secret", "10")


@pytest.mark.parametrize("lines", ["-1", "1.5", "x", "1" * 10, " 1", "²"])
def test_a_number_of_lines_that_is_none_is_refused(desktop: Desktop, lines: str) -> None:
    desktop.write_state(STATE)
    with pytest.raises(InvalidOption, match="whole number"):
        desktop.log_model("", lines)


def test_the_log_that_is_shown_first_is_that_of_the_part_that_failed(desktop: Desktop) -> None:
    desktop.write_state(STATE)
    for part in ("session", "vnc"):
        (desktop.log_directory / f"{part}.log").write_text("line\n" * (MAX_LOG_LINES + 5))
    assert desktop.log_model("", "3") == {
        "name": "default",
        "part": "vnc",
        "parts": ["session", "vnc"],
        "lines": ["line"] * 3,
    }
    assert len(desktop.log_model("session", "99999")["lines"]) == MAX_LOG_LINES
    desktop.write_state(DesktopState(name="default", phase="stopped"))
    assert desktop.log_model("", "")["part"] == "session"


def test_a_start_tells_its_runner_which_display_a_killed_one_had(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop.write_state(DesktopState(name="default", phase="running", display=":65000", created="2020-01-01T00:00:00Z"))
    monkeypatch.setattr("jupyter_vnc_proxy.desktops.desktop.own_python", lambda module: ("true",))
    desktop.start(DesktopOptions(), None)
    assert (desktop.stored_state().phase, desktop.stored_state().display) == ("starting", ":65000")
    assert desktop.stored_state().created == "2020-01-01T00:00:00Z"
    wait_until(desktop.stopped)
    assert desktop.state().phase == "failed"

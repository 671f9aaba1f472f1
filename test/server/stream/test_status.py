"""The status that the server reports to the process that started it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.displays import Display
from support.standins import break_engine
from support.stream.listeners import Listener
from support.stream.raw_client import RawClient, same_as_the_screen
from support.waiting import until, wait_until

from jupyter_vnc_proxy.stream.status import MAX_TEXT_CHARACTERS, Status
from jupyter_vnc_proxy.stream.video.engine import describe_stream
from jupyter_vnc_proxy.system.unix_sockets import is_listening


def test_what_changes_is_told_and_nothing_twice(listener: Listener) -> None:
    status = Status(listener.writer)
    status.encoder(None)
    status.encoder("x264 (software), 4:2:0")
    status.encoder("x264 (software), 4:2:0")
    status.note("One.")
    status.note("One.")
    status.note("Two.")
    status.notes(["Two."])
    status.encoder(None)
    assert listener.messages() == [
        {"encoder": "x264 (software), 4:2:0"},
        {"notes": ["One."]},
        {"notes": ["One.", "Two."]},
        {"notes": ["Two."]},
        {"encoder": None},
    ]


def test_a_listener_that_does_not_read_or_has_gone_holds_nothing_up(listener: Listener) -> None:
    status = Status(listener.writer)
    for number in range(1000):
        status.notes([f"{number} " + "ü" * 10 * MAX_TEXT_CHARACTERS])
    assert len(listener.messages()) > 10
    os.close(listener.reader)
    status.encoder("nobody hears it")


def test_without_a_listener_nothing_is_told() -> None:
    status = Status()
    status.encoder("x264")
    status.note("Nobody hears it.")


def test_programs_that_the_server_starts_do_not_inherit_the_descriptor(listener: Listener) -> None:
    os.set_inheritable(listener.writer, True)
    Status(listener.writer)
    assert not os.get_inheritable(listener.writer)


def test_a_server_whose_engine_cant_be_loaded_serves_without_it_and_says_so(
    listener: Listener, runtime: Path, display: Display
) -> None:
    engine = runtime / "engine"
    engine.mkdir()
    break_engine(engine)
    socket = runtime / "rfb.sock"
    argv = [sys.executable, "-m", "jupyter_vnc_proxy.stream", f"--display={display.name}", f"--unix-socket={socket}"]
    argv += [f"--xauthority={display.xauthority}", f"--status-fd={listener.writer}"]
    env = {**os.environ, "PYTHONPATH": os.fspath(engine)}
    process = subprocess.Popen(argv, env=env, pass_fds=[listener.writer], stderr=subprocess.DEVNULL)
    (message,) = wait_until(listener.messages)
    (note,) = message["notes"]
    assert note.startswith("H.264 is unavailable, ") and "libgbm.so.9" in note
    wait_until(lambda: is_listening(socket))
    client = RawClient(socket)
    client.update(incremental=False)
    assert same_as_the_screen(client, display)
    client.close()
    process.terminate()
    assert process.wait(10) == 0


async def test_the_engine_is_asked_on_a_thread_and_what_it_does_not_know_changes_nothing(listener: Listener) -> None:
    status = Status(listener.writer)
    loop = asyncio.get_running_loop()

    def describe() -> str:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(10)  # hangs on the loop's own thread
        return "NVENC on GPU 1, 4:2:0"

    status.ask(describe)
    await until(listener.messages)
    status.ask(lambda: None)
    status.close()
    assert listener.messages() == [{"encoder": "NVENC on GPU 1, 4:2:0"}]


@pytest.mark.parametrize(
    ("info", "text"),
    [
        ({"encoder": "x264", "hardware": False, "fullcolor": False}, "x264 (software), 4:2:0"),
        ({"encoder": "x264", "hardware": False, "fullcolor": True}, "x264 (software), 4:4:4"),
        ({"encoder": "NVENC", "hardware": True, "gpu": "NVIDIA L4", "fullcolor": False}, "NVENC on NVIDIA L4, 4:2:0"),
        ({"encoder": "VAAPI", "hardware": True, "gpu": "", "driver": "i915"}, "VAAPI on i915, 4:2:0"),
        ({"encoder": "VAAPI", "hardware": True}, "VAAPI (GPU), 4:2:0"),
    ],
)
def test_an_encoder_is_described_for_people(info: dict[str, Any], text: str) -> None:
    assert describe_stream(info) == text

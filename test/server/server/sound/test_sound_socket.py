"""The sound of a desktop with a real PulseAudio: what is played there arrives at its listeners, and only then."""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.sharing import Desk, LogIn
from support.sound import (
    RATE,
    TONE_HZ,
    Listener,
    Player,
    decoded,
    encoded,
    encoders,
    listen,
    loudest_hertz,
    tone,
)
from support.waiting import until
from support.windows import WINDOW

from jupyter_vnc_proxy.server.tickets import TICKET_PROTOCOL

TRAITS = {"session_command": list(WINDOW)}

hears = pytest.mark.parametrize("vnc_traits", [TRAITS])
speaks = pytest.mark.parametrize("vnc_traits", [{**TRAITS, "sound": "both"}])
is_silent = pytest.mark.parametrize("vnc_traits", [{**TRAITS, "sound": "none"}])

MICROSECONDS_OF_A_PACKET = 10_000


async def heard(desk: Desk, listener: Listener, hertz: float = TONE_HZ) -> None:
    """Play a tone until the listener has half a second of it, and find it there."""
    first = len(listener.packets)
    player = Player(desk.path)
    playing = asyncio.ensure_future(player.play(tone(20, hertz)))
    try:
        await until(lambda: len(listener.packets) >= first + 60, 60, "packets of the tone")
    finally:
        player.process.kill()
        await asyncio.gather(playing, return_exceptions=True)
    assert loudest_hertz(decoded(listener.packets[first : first + 60])[4800:]) == pytest.approx(hertz, rel=0.05)


@hears
async def test_what_is_played_arrives_at_each_listener(desk: Desk, log_in: LogIn, jp_ws_fetch: Any) -> None:
    browser = await log_in()
    assert desk.model["sound"] is True
    viewers = [await browser.connect() for _ in range(2)]
    identifiers = [each["id"] for each in desk.model["viewers"]]
    listeners = [await listen(browser, jp_ws_fetch, viewer=each) for each in identifiers]
    await until(lambda: all(len(each.told) >= 2 for each in listeners))
    assert listeners[0].told[0] == {
        "type": "format",
        "codec": "opus",
        "sampleRate": 48000,
        "channels": 2,
        "frameDuration": 10,
    }
    assert listeners[0].told[1] == {"type": "bitrate", "bitrate": 96000}
    await heard(desk, listeners[0])
    assert len(listeners[1].packets) > 50
    assert listeners[0].numbers == list(range(len(listeners[0].numbers)))
    steps = [later - earlier for earlier, later in itertools.pairwise(listeners[0].times[:50])]
    assert statistics.median(steps) == pytest.approx(MICROSECONDS_OF_A_PACKET, rel=0.3), "a busy machine has gaps"
    for each in listeners:
        await each.close()
    for viewer in viewers:
        viewer.close()


@hears
async def test_nothing_is_sent_while_it_is_silent(desk: Desk, log_in: LogIn, jp_ws_fetch: Any) -> None:
    browser = await log_in()
    viewer = await browser.connect()
    listener = await listen(browser, jp_ws_fetch)
    await heard(desk, listener)
    await heard(desk, listener, 440)  # the first one has ended meanwhile, so silence lay between
    for _ in range(30):  # until the rest of the tone has arrived
        before = len(listener.packets)
        await Player(desk.path).play(bytes(4 * 48000))  # one second of zeros
        if len(listener.packets) == before:
            break
    assert len(listener.packets) == before
    await listener.close()
    viewer.close()


@hears
async def test_the_encoder_runs_while_somebody_listens(desk: Desk, log_in: LogIn, jp_ws_fetch: Any) -> None:
    browser = await log_in()
    viewer = await browser.connect()
    assert encoders(desk.path) == []
    first = await listen(browser, jp_ws_fetch)
    await until(lambda: len(encoders(desk.path)) == 1)
    again = await listen(browser, jp_ws_fetch)
    assert await first.closed() == 1000, "one connection plays once"
    assert first.told[-1]["type"] == "refused"
    await until(lambda: again.told)
    await until(lambda: len(encoders(desk.path)) == 1)
    await again.close()
    await until(lambda: encoders(desk.path) == [])
    later = await listen(browser, jp_ws_fetch)
    await heard(desk, later)
    await later.close()
    viewer.close()


@hears
async def test_sound_ends_with_the_connection_of_the_picture(desk: Desk, log_in: LogIn, jp_ws_fetch: Any) -> None:
    browser = await log_in()
    viewer = await browser.connect()
    listener = await listen(browser, jp_ws_fetch)
    await until(lambda: listener.told)
    viewer.leave()
    assert await listener.closed() == 1011
    await viewer.closed()
    viewer = await browser.connect()
    listener = await listen(browser, jp_ws_fetch)
    await until(lambda: listener.told)
    await desk.manager.stop("default")
    assert await listener.closed() in (4410, 1011), "whichever end is noticed first"
    await viewer.closed()


@hears
async def test_without_a_picture_there_is_no_sound(desk: Desk, log_in: LogIn, jp_fetch: Any) -> None:
    browser, other = await log_in(), await log_in()
    viewer = await other.connect()
    (theirs,) = desk.model["viewers"]

    async def refusal(ticket: str | None, connection: str) -> str:
        headers = {**browser.headers, "Upgrade": "websocket"}
        if ticket is not None:
            headers["Sec-WebSocket-Protocol"] = TICKET_PROTOCOL + ticket
        path, query = ("api", "desktops", "default", "sound"), {"connection": connection}
        answer = await jp_fetch(*path, params=query, headers=headers, raise_error=False)
        assert answer.code == 403
        return str(json.loads(answer.body)["code"])

    assert await refusal(None, "") == "ticket-missing"
    assert await refusal(await other.ticket(), "") == "ticket-invalid"
    for connection in ("", theirs["id"]):
        assert await refusal(await browser.ticket(), connection) == "no-connection"
    viewer.close()


@hears
async def test_an_invitation_to_see_is_one_to_hear(desk: Desk, log_in: LogIn, jp_ws_fetch: Any) -> None:
    owner, guest = await log_in(), await log_in()
    invitation = await owner.api("POST", "invitations", body={"rights": "see"}, status=201)
    ticket = await guest.api("POST", "ticket", body={"invitation": invitation["secret"]})
    assert ticket["rights"] == ["see", "hear"]
    viewer = await guest.connect(invitation["secret"])
    listener = await listen(guest, jp_ws_fetch, invitation["secret"])
    await heard(desk, listener)
    await listener.tell(type="microphone", on=True)
    await until(lambda: listener.told[-1]["type"] == "microphone")
    assert listener.told[-1]["on"] is False
    await owner.api("DELETE", "invitations", invitation["id"], status=204)
    await listener.closed()
    await viewer.closed()


@is_silent
async def test_an_administrator_can_bar_sound(desk: Desk, log_in: LogIn, jp_ws_fetch: Any) -> None:
    browser = await log_in()
    viewer = await browser.connect()
    assert not {"hear", "speak"}.intersection(desk.model["viewers"][0]["rights"])
    listener = await listen(browser, jp_ws_fetch)
    assert await listener.closed() == 4403
    assert listener.told == [{"type": "refused", "message": "You may not hear this desktop."}]
    assert encoders(desk.path) == []
    viewer.close()


@pytest.fixture
def recorder(desk: Desk) -> Iterator[subprocess.Popen[bytes]]:
    """A program on the desktop that records the microphone."""
    player = Player(desk.path, "--record", "--channels=1")
    yield player.process
    player.close()


@speaks
async def test_a_microphone_is_recorded_on_the_desktop(
    desk: Desk, log_in: LogIn, jp_ws_fetch: Any, recorder: subprocess.Popen[bytes]
) -> None:
    browser = await log_in()
    viewer = await browser.connect()
    listener = await listen(browser, jp_ws_fetch)
    await until(lambda: listener.told)
    packets = encoded(tone(1, 600, channels=1))
    for packet in packets:
        await listener.socket.write_message(packet, binary=True)  # it is off
    await listener.tell(type="microphone", on=True)

    async def speak() -> None:
        while True:
            for packet in packets:
                await listener.socket.write_message(packet, binary=True)
                await asyncio.sleep(0.02)

    speaking = asyncio.ensure_future(speak())
    try:
        assert recorder.stdout is not None
        samples = await asyncio.wait_for(asyncio.to_thread(_loud_second, recorder), 60)
    finally:
        speaking.cancel()
    assert loudest_hertz(samples) == pytest.approx(600, rel=0.05)
    await browser.api("POST", "control")  # takes the right from others only
    other = await log_in()
    await other.api("POST", "control")
    await until(lambda: listener.told[-1] == {**listener.told[-1], "type": "microphone", "on": False})
    await listener.close()
    viewer.close()


def _loud_second(recorder: subprocess.Popen[bytes]) -> Any:
    import numpy as np

    assert recorder.stdout is not None
    while True:
        samples = np.frombuffer(recorder.stdout.read(2 * RATE), "<i2")
        if np.abs(samples).mean() > 1000:
            return samples


@hears
async def test_a_message_that_is_none_closes_the_connection(desk: Desk, log_in: LogIn, jp_ws_fetch: Any) -> None:
    browser = await log_in()
    viewer = await browser.connect()
    for nonsense in ("[]", "{", '{"type":"received","sequence":"1"}' * 200, '{"type":"microphone"}'):
        listener = await listen(browser, jp_ws_fetch)
        await until(lambda listener=listener: listener.told)  # type: ignore[misc]
        await listener.socket.write_message(nonsense)
        assert await listener.closed() in (4400, 1009)
    viewer.close()
    await until(lambda: encoders(Path(desk.path)) == [])

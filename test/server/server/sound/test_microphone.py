"""A microphone passes packets on only while it is on, with the right, and not too many."""

from __future__ import annotations

from typing import Any, cast

from jupyter_vnc_proxy.server.sound.encoder_socket import EncoderSocket
from jupyter_vnc_proxy.server.sound.microphone import BURST, PACKETS_PER_SECOND, Microphone, SpeechLimit


class FakeEncoder:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.noted: list[Any] = []

    def switch_microphone(self, on: bool) -> None:
        self.noted.append(on)

    async def speak(self, opus: bytes) -> None:
        self.noted.append(opus)


async def test_it_is_off_at_first_and_ends_with_the_right() -> None:
    rights = {"speak"}
    reasons: list[str] = []
    fake = FakeEncoder()
    encoder = cast("EncoderSocket", fake)
    microphone = Microphone(lambda: "speak" in rights, reasons.append)
    await microphone.speak(b"early")
    microphone.switch(encoder, True)
    microphone.switch(encoder, True)
    await microphone.speak(b"heard")
    await microphone.speak(bytes(2000))
    microphone.switch(encoder, False)
    await microphone.speak(b"late")
    microphone.switch(encoder, True)
    rights.clear()
    await microphone.speak(b"without the right")
    microphone.switch(encoder, True)
    rights.add("speak")
    microphone.switch(None, True)
    assert fake.noted == [True, b"heard", False, True, False]
    assert reasons == [
        "The right to speak was withdrawn.",
        "You may not speak on this desktop.",
        "The desktop's sound is not ready.",
    ]


def test_more_packets_than_a_microphone_makes_are_dropped() -> None:
    limit = SpeechLimit()
    assert sum(limit.allows(10 + count / 1000) for count in range(1000)) <= BURST + PACKETS_PER_SECOND
    assert all(SpeechLimit().allows(count / 50) for count in range(1000))

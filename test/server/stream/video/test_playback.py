"""A film on a real display, through the real engine, as a browser decodes it."""

from __future__ import annotations

import subprocess
from collections import deque
from pathlib import Path

import pytest
from support.displays import Display
from support.stream.browsers import FULL_COLOUR, H264, Browser, Decoder, likeness
from support.stream.films import Film, noisy, smooth
from support.stream.listeners import Listener
from support.waiting import wait_until

from jupyter_vnc_proxy.options import Geometry
from jupyter_vnc_proxy.system.randr.size import resize

pytestmark = pytest.mark.alone

WIDTH, HEIGHT = 640, 480
SECOND = 30
"""Frames of a film in a second."""

MIN_PSNR_DB = 30.0
"""Peak signal-to-noise ratio of a frame that looks like the film."""


MIN_COARSE_PSNR_DB = 20.0
"""The same on a narrow link or a busy machine; a frame decoded with another one than the encoder's is far below."""


@pytest.fixture
def display(display: Display) -> Display:
    resize(display.name, display.xauthority, Geometry(WIDTH, HEIGHT))
    return display


def wait_for_rest(browser: Browser, display: Display) -> None:
    """Wait until the browser shows the screen exactly, and then for two seconds without an update."""
    wait_until(lambda: browser.shows(display), what="the screen is exact")
    wait_until(lambda: browser.silence() > 2, what="no more updates")
    assert browser.shows(display)


@pytest.mark.parametrize(("quality", "full_chroma"), [(6, False), (8, True)])
def test_a_film_is_shown_then_every_pixel_is_exact_and_then_nothing_is_sent(
    served: Path, display: Display, listener: Listener, quality: int, full_chroma: bool
) -> None:
    browser = Browser(served, quality)
    with Film(display, smooth(WIDTH, HEIGHT)) as film:
        wait_until(lambda: len(browser.seen) > 2 * SECOND)
    wait_for_rest(browser, display)
    first, *others = browser.seen
    assert first.flags == 1 and first.profile is not None
    assert all(each.slices == 1 for each in browser.seen)
    assert {(each.width, each.height) for each in browser.seen} == {(WIDTH, HEIGHT)}
    assert all(each.flags == 0 for each in others if each.profile is None)
    assert (browser.seen[-1].profile or first.profile) is not None
    profiles = {each.profile for each in browser.seen if each.profile is not None}
    assert (FULL_COLOUR in profiles) is full_chroma
    quality_db = [likeness(pixels, film.pictures) for pixels in list(browser.decoded)]
    assert min(quality_db) > MIN_COARSE_PSNR_DB, "each is decoded with the encoder's pictures"
    assert max(quality_db) > MIN_PSNR_DB, "not each: the encoder saves time on a busy machine"
    wait_until(lambda: any(each.get("encoder") for each in listener.messages()))
    browser.close()


def test_a_browser_without_a_decoder_shows_the_film_as_jpeg_and_then_every_pixel(
    served: Path, display: Display
) -> None:
    browser = Browser(served, decoder=Decoder.MISSING)
    with Film(display, noisy(WIDTH, HEIGHT)):
        wait_until(lambda: browser.updates > 2 * SECOND)
    wait_for_rest(browser, display)
    assert browser.painted_jpeg and H264 not in browser.used
    browser.close()


def test_a_screen_that_is_resized_during_a_film_is_shown_in_its_new_size(served: Path, display: Display) -> None:
    browser = Browser(served)
    with Film(display, smooth(800, 600)):
        wait_until(lambda: len(browser.seen) > SECOND)
        for width, height in ((799, 601), (500, 400), (800, 600)):
            resize(display.name, display.xauthority, Geometry(width, height))
            before = len(browser.seen)
            wait_until(
                lambda size=(width & ~1, height & ~1), before=before: any(  # type: ignore[misc]
                    (each.width, each.height) == size for each in browser.seen[before:]
                )
            )
    wait_for_rest(browser, display)
    sizes = [(each.width, each.height) for each in browser.seen]
    for earlier, each in zip(browser.seen, browser.seen[1:], strict=False):
        if (earlier.width, earlier.height) != (each.width, each.height):
            assert each.flags == 1 and each.profile is not None
    assert len(set(sizes)) == 4
    browser.close()


def test_a_client_that_vanishes_in_the_middle_of_a_frame_does_not_disturb_another(
    served: Path, display: Display, server: subprocess.Popen[bytes]
) -> None:
    browser = Browser(served)
    with Film(display, noisy(WIDTH, HEIGHT)):
        for _ in range(5):
            gone = Browser(served, bytes_per_second=20_000)
            wait_until(lambda gone=gone: gone.received > 2_000)  # type: ignore[misc]
            gone.vanish()
        before = len(browser.seen)
        wait_until(lambda: len(browser.seen) > before + SECOND)
    wait_for_rest(browser, display)
    assert server.poll() is None
    browser.close()


def test_a_client_that_reads_200_kbps_takes_no_frames_from_another(served: Path, display: Display) -> None:
    quick, slow = Browser(served), Browser(served, bytes_per_second=25_000)
    with Film(display, noisy(WIDTH, HEIGHT)):
        wait_until(lambda: len(quick.seen) > 4 * SECOND)
        assert len(slow.seen) < len(quick.seen) / 2
        before = len(slow.seen) + slow.updates
        wait_until(lambda: len(slow.seen) + slow.updates > before)
    slow.bytes_per_second = None
    for each in (quick, slow):
        wait_for_rest(each, display)
        each.close()


def test_the_bitrate_follows_a_link_down_and_up_again(served: Path, display: Display) -> None:
    browser = Browser(served, 9)

    def mean_frame_size(bytes_per_second: int) -> float:
        """Return the mean size of a frame, in bytes, after reading at this speed for a while."""
        browser.bytes_per_second = bytes_per_second
        before = len(browser.seen)
        wait_until(lambda: len(browser.seen) > before + 2 * SECOND)
        return sum(each.size for each in browser.seen[-SECOND:]) / SECOND

    with Film(display, noisy(WIDTH, HEIGHT)):
        wide = mean_frame_size(12_500_000)
        narrow = mean_frame_size(250_000)
        again = mean_frame_size(12_500_000)
    assert narrow < 0.7 * wide
    assert again > 1.3 * narrow
    wait_for_rest(browser, display)
    browser.close()


def test_a_link_without_room_for_every_frame_gets_fewer_that_it_decodes_and_no_key_frames(
    served: Path, display: Display
) -> None:
    browser = Browser(served, bytes_per_second=100_000)
    with Film(display, noisy(WIDTH, HEIGHT), rate=2 * SECOND) as film:
        wait_until(lambda: len(browser.seen) > 2 * SECOND)
        before, browser.decoded = len(browser.seen), deque(maxlen=20)
        wait_until(lambda: len(browser.seen) > before + 2 * SECOND)
        keys = [each for each in browser.seen[before:] if each.profile is not None]
        pictures = list(browser.decoded)
    assert len(keys) <= 1  # the numbers of frames begin again at times
    assert all(likeness(each, film.pictures) > MIN_COARSE_PSNR_DB for each in pictures)
    wait_for_rest(browser, display)
    browser.close()


def test_a_hung_decoder_is_reset_once_and_its_next_connection_gets_less(
    served: Path, display: Display, listener: Listener
) -> None:
    colours = []
    with Film(display, smooth(WIDTH, HEIGHT)):
        for _ in range(2):
            browser = Browser(served, 8, Decoder.HANGS)
            wait_until(browser.ended.is_set)
            first, *others = browser.seen
            assert first.flags == 1
            assert [each.flags for each in others if each.flags] == [1]
            colours.append(first.profile == FULL_COLOUR)
            browser.close()
        without = Browser(served, 8, Decoder.HANGS)
        wait_until(lambda: without.updates > SECOND)
    assert colours == [True, False]
    wait_for_rest(without, display)
    assert not without.seen
    without.close()
    notes = [note for each in listener.messages() for note in each.get("notes", ())]
    assert any("continues without 4:4:4" in note for note in notes)
    assert any("continues without H.264" in note for note in notes)


def test_a_browser_that_stops_reading_because_its_decoder_hangs_reconnects_without_video_even_after_the_film(
    served: Path, display: Display
) -> None:
    browser = Browser(served, 6, Decoder.HANGS_AS_IN_NOVNC)
    with Film(display, smooth(WIDTH, HEIGHT)):
        wait_until(lambda: browser.seen)
    wait_until(browser.ended.is_set)
    browser.close()
    again = Browser(served, 6, Decoder.HANGS_AS_IN_NOVNC)
    with Film(display, smooth(WIDTH, HEIGHT)):
        wait_until(lambda: again.updates > SECOND)
    wait_for_rest(again, display)
    assert not again.seen
    again.close()

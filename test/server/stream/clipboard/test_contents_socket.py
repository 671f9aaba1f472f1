"""The socket for pictures and HTML, and the notifies that tell of them."""

from __future__ import annotations

import asyncio
import contextlib
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.displays import Display
from support.stream.png import png
from support.stream.shared_clipboard import Shared, shared
from support.waiting import until

from jupyter_vnc_proxy.errors import Conflict, VncError
from jupyter_vnc_proxy.rfb import extended_clipboard
from jupyter_vnc_proxy.rfb.clipboard_contents import HTML, MAX_CONTENTS_BYTES, PNG, TEXT
from jupyter_vnc_proxy.rfb.events import ClipboardText
from jupyter_vnc_proxy.rfb.extended_clipboard import FORMAT_HTML, FORMAT_PICTURE, FORMAT_TEXT
from jupyter_vnc_proxy.server.clipboard.desktop_socket import read_clipboard, write_clipboard
from jupyter_vnc_proxy.stream.clipboard.contents_socket import ContentsSocket
from jupyter_vnc_proxy.stream.clipboard.forms import CHARSET, for_programs, from_programs

PICTURE = png(1400, 1250)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cut.sock"


def mode(path: Path) -> int | None:
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else None


@contextlib.asynccontextmanager
async def listening(path: Path, desk: Shared) -> AsyncIterator[None]:
    socket = ContentsSocket(path, desk.service)
    await socket.start()
    try:
        yield
    finally:
        await socket.close()


async def test_what_is_written_is_pasted_by_programs(display: Display, path: Path) -> None:
    with shared(display) as desk:
        async with listening(path, desk):
            assert mode(path) == 0o600
            await write_clipboard(path, {TEXT: b"bold", HTML: b"<b>bold</b>", PNG: PICTURE})
            assert await desk.pasted("image/png") == PICTURE
            assert await desk.pasted("text/html") == CHARSET + b"<b>bold</b>"
            assert await desk.pasted() == b"bold"
            desk.service.handle(desk.viewers[0], ClipboardText("later"))
            assert await desk.pasted() == b"later"
            assert await desk.pasted("image/png") is None
        assert mode(path) is None


async def test_viewers_are_told_of_a_picture_and_get_it_when_they_ask(display: Display, path: Path) -> None:
    with shared(display) as desk:
        async with listening(path, desk):
            assert await read_clipboard(path) == {}
            await desk.copy(PICTURE, "image/png")
            told = extended_clipboard.notify(FORMAT_PICTURE)
            await until(lambda: all(viewer.sent[-1:] == [told] for viewer in desk.viewers))
            assert await read_clipboard(path) == {PNG: PICTURE}
            await desk.copy(b"text")
            await until(lambda: desk.viewers[0].sent[-1] == extended_clipboard.notify(FORMAT_TEXT))
            assert await read_clipboard(path) == {TEXT: b"text"}


async def test_html_of_a_program_is_told_beside_its_text(display: Display, path: Path) -> None:
    with shared(display) as desk:
        async with listening(path, desk):
            await write_clipboard(path, {TEXT: b"x", HTML: b"<i>x</i>"})
            await desk.copy(b"<i>x</i>", "text/html")
            await until(lambda: desk.viewers[0].sent[-1:] == [extended_clipboard.notify(FORMAT_HTML)])
            assert await read_clipboard(path) == {HTML: b"<i>x</i>"}


@pytest.mark.parametrize(
    "request_",
    [
        b"",
        b"nonsense\n",
        b"x" * 5000 + b"\n",
        b"[]\n",
        b'{"image/png": -1}\n',
        b'{"image/png": 1e3}\n',
        b'{"image/svg+xml": 4}\n<svg',
        b'{"image/png": 3}\nGIF',
        b'{"text/plain": 1}\n\xff',
        b'{"image/png": %d}\n' % (MAX_CONTENTS_BYTES + 1),
        b'{"image/png": 100}\nshort',
    ],
)
async def test_a_bad_request_is_closed_and_changes_nothing(display: Display, path: Path, request_: bytes) -> None:
    with shared(display) as desk:
        async with listening(path, desk):
            await write_clipboard(path, {TEXT: b"before"})
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(request_)
            writer.write_eof()
            with contextlib.suppress(ConnectionError):
                assert await asyncio.wait_for(reader.read(), 60) == b""
            writer.close()
            assert await desk.pasted() == b"before"


async def test_without_a_socket_the_desktop_takes_text_only(path: Path) -> None:
    with pytest.raises(Conflict) as refused:
        await write_clipboard(path, {PNG: PICTURE})
    assert refused.value.code == "clipboard-text-only"


async def test_a_desktop_that_breaks_off_is_an_error(path: Path) -> None:
    server = await asyncio.start_unix_server(lambda _, writer: writer.close(), path)
    with pytest.raises(VncError) as failed:
        await read_clipboard(path)
    assert (failed.value.code, failed.value.status) == ("clipboard-failed", 503)
    server.close()


def test_programs_are_told_that_html_is_utf_8() -> None:
    assert for_programs({HTML: b"<b>x</b>"}) == {HTML: CHARSET + b"<b>x</b>"}
    assert for_programs({HTML: b'<meta charset="utf-8">x'}) == {HTML: b'<meta charset="utf-8">x'}
    for data in ("<b>é</b>".encode("utf-16"), "<b>é</b>\0".encode()):
        assert from_programs({HTML: data}) == {HTML: "<b>é</b>".encode()}


def test_lines_end_as_programs_and_viewers_expect_it() -> None:
    for convert in (for_programs, from_programs):
        assert convert({TEXT: b"a\r\nb\rc\n"}) == {TEXT: b"a\nb\nc\n"}


def test_what_a_program_calls_a_png_and_is_none_is_left_out() -> None:
    assert from_programs({TEXT: b"x", PNG: b"GIF89a"}) == {TEXT: b"x"}

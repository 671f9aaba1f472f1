"""An event loop on its own thread: results, errors, interruptions and its end."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator

import pytest

from jupyter_vnc_proxy.automation.loop_thread import LoopThread


async def answer(value: int) -> int:
    await asyncio.sleep(0)
    return value


async def fail() -> None:
    raise LookupError("nothing")


def test_results_and_errors_are_the_callers_also_within_a_running_loop() -> None:
    thread = LoopThread("test-loop")

    async def main() -> int:
        return thread.run(answer(3))

    assert asyncio.run(main()) == 3
    with pytest.raises(LookupError, match="nothing"):
        thread.run(fail())
    thread.close()
    thread.close()
    assert not [each for each in threading.enumerate() if each.name == "test-loop"]
    with pytest.raises(RuntimeError, match="closed"):
        thread.run(answer(3))


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let SIGINT raise, which a shell lets processes in its background ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_call_is_cancelled_and_the_next_one_works() -> None:
    thread = LoopThread("test-loop")
    released, caller = threading.Event(), threading.get_ident()

    async def hold() -> None:
        signal.pthread_kill(caller, signal.SIGINT)
        try:
            await asyncio.Event().wait()
        finally:
            released.set()  # as keys are that are held

    with pytest.raises(KeyboardInterrupt):
        thread.run(hold())
    assert released.wait(10)
    assert thread.run(answer(4)) == 4
    thread.close()

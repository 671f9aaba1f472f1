"""A process's identity: its text, whether it is here and alive, and signals that reach it alone."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from support.namespaces import in_container, needs_namespaces
from support.waiting import wait_until

from jupyter_vnc_proxy.system.process_identity import ProcessIdentity

Child = subprocess.Popen[bytes]


@pytest.fixture
def child() -> Iterator[Child]:
    """A process of ours."""
    with subprocess.Popen(["sleep", "1000"]) as process:
        yield process
        process.kill()


def fails_with(number: int) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        raise OSError(number, os.strerror(number))

    return call


def test_an_identity_is_read_as_it_was_written(child: Child) -> None:
    for identity in (ProcessIdentity.own(), ProcessIdentity.of(child.pid)):
        assert ProcessIdentity.parse(str(identity)) == identity
        assert "/" not in str(identity), "it names a file"
    assert ProcessIdentity.own().pid == os.getpid()
    assert ProcessIdentity.of(os.getpid()) == ProcessIdentity.own()


@pytest.mark.parametrize(
    "text", ["", "123", "a.b.c.d", "boot.1.2", "boot.1.2.3.4", "boot.1.-2.3", ".1.2.3", "boot.1.2.x"]
)
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        ProcessIdentity.parse(text)


def test_a_process_lives_until_it_ends_and_keeps_its_number_until_it_is_reaped(child: Child) -> None:
    identity = ProcessIdentity.child(child.pid)
    assert identity.is_here()
    assert identity.is_alive()
    os.kill(child.pid, signal.SIGKILL)
    wait_until(lambda: not identity.is_alive())
    assert identity.has_number()
    child.wait()
    assert not identity.has_number()
    assert not identity.signal(signal.SIGTERM)
    with pytest.raises(ProcessLookupError):
        ProcessIdentity.child(child.pid)


def test_a_process_that_is_no_child_of_ours_is_not_taken_for_one() -> None:
    with pytest.raises(ProcessLookupError):
        ProcessIdentity.child(os.getppid())


WITHOUT: dict[str, dict[str, int | None]] = {
    "nothing": {},
    "pidfd_open missing": {"pidfd_open": None},
    "pidfd_open ENOSYS": {"pidfd_open": errno.ENOSYS},
    "pidfd_open EPERM": {"pidfd_open": errno.EPERM},
    "pidfd_send_signal missing": {"pidfd_send_signal": None},
    "pidfd_send_signal ENOSYS": {"pidfd_send_signal": errno.ENOSYS},
    "pidfd_send_signal EPERM": {"pidfd_send_signal": errno.EPERM},
}
"""The calls that old kernels, some Pythons and some sandboxes lack."""


@pytest.fixture(params=WITHOUT)
def some_calls_missing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take one of the calls away."""
    for name, number in WITHOUT[request.param].items():
        module = os if name == "pidfd_open" else signal
        if number is None:
            monkeypatch.delattr(module, name)
        else:
            monkeypatch.setattr(module, name, fails_with(number))


@pytest.mark.usefixtures("some_calls_missing")
def test_a_signal_reaches_the_process(child: Child) -> None:
    assert ProcessIdentity.of(child.pid).signal(signal.SIGUSR1)
    assert child.wait(5) == -signal.SIGUSR1


@pytest.mark.usefixtures("some_calls_missing")
@pytest.mark.parametrize(
    "difference", [{"start_time": 1}, {"boot": "another"}, {"namespace": 1}], ids=lambda each: [*each]
)
def test_no_signal_reaches_another_process_that_has_the_number(child: Child, difference: dict[str, Any]) -> None:
    other = replace(ProcessIdentity.of(child.pid), **difference)
    assert not other.is_alive()
    assert not other.has_number()
    assert not other.signal(signal.SIGKILL)
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.05)


@needs_namespaces
def test_a_process_in_a_container_is_not_here_though_its_number_is(child: Child) -> None:
    code = "from jupyter_vnc_proxy.system.process_identity import ProcessIdentity; print(ProcessIdentity.own())"
    argv = [*in_container(child.pid), sys.executable, "-c", code]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    identity, ours = ProcessIdentity.parse(said.strip()), ProcessIdentity.of(child.pid)
    assert (identity.boot, identity.pid) == (ours.boot, ours.pid)
    assert identity.namespace != ours.namespace
    assert not identity.is_here()

"""The sound server's configuration and environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_vnc_proxy.desktops.runtime import MAX_SOCKET_PATH
from jupyter_vnc_proxy.sound import pulse

DIRECTORY = Path("/run/user/1/jupyter-vnc/default")


def test_no_socket_has_a_longer_name_than_the_pictures() -> None:
    assert {len(pulse.SOCKET), len(pulse.LISTENERS_SOCKET)} == {len("rfb.sock")}
    assert MAX_SOCKET_PATH == 107


def test_nothing_listens_on_the_network_and_no_program_can_change_that() -> None:
    assert "tcp" not in pulse.CONFIGURATION
    argv = pulse.server_argv("/usr/bin/pulseaudio", DIRECTORY)
    assert {"--disallow-module-loading", "--disallow-exit", "-n"} <= set(argv)


def test_the_server_writes_into_the_desktops_directory_only() -> None:
    user = {"HOME": "/home/ann", "DISPLAY": ":3", "PULSE_SERVER": "unix:/elsewhere", "PULSE_SINK": "hdmi"}
    own = pulse.server_environment(user, DIRECTORY)
    assert own["PULSE_RUNTIME_PATH"] == own["PULSE_STATE_PATH"] == str(DIRECTORY)
    assert not {"DISPLAY", "PULSE_SERVER", "PULSE_SINK"} & own.keys()
    assert own["DBUS_SESSION_BUS_ADDRESS"] == "disabled:"


@pytest.mark.parametrize(
    ("before", "with_program", "without"),
    [
        (None, f"unix:{DIRECTORY}/pcm.sock", None),
        ("tcp:elsewhere", f"unix:{DIRECTORY}/pcm.sock", "tcp:elsewhere"),
        ("unix:/run/jupyter-vnc/other/pcm.sock", f"unix:{DIRECTORY}/pcm.sock", None),
    ],
)
def test_a_desktop_has_its_own_server_and_never_that_of_another_desktop(
    before: str | None, with_program: str, without: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {} if before is None else {"PULSE_SERVER": before}
    for program, expected in (("/usr/bin/pulseaudio", with_program), (None, without)):
        monkeypatch.setattr(pulse, "server_program", lambda path, program=program: program)
        assert pulse.with_server(environment, DIRECTORY).get("PULSE_SERVER") == expected

"""The D-Bus of a session: started in front of its command, by the system's programs."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from ..desktops.runtime import MAX_SOCKET_PATH
from ..desktops.state import write_private
from ..system.environment import search_path
from ..system.inheritance.account import account

CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <keep_umask/>
  <listen>unix:dir={directory}</listen>
  <auth>ANONYMOUS</auth>
  <allow_anonymous/>
  <standard_session_servicedirs/>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
"""A bus for a user without an entry in the user database, whom dbus-daemon can't identify (dbus-daemon(1)). Access is
limited by its socket's directory, which is private (0700)."""

CONFIGURATION_FILE = "bus.xml"  # Xorg reads *.conf there
SOCKET_NAME_BYTES = len("/dbus-XXXXXXXXXX")


class SessionBus:
    """The buses of a session and its companions; ``path`` is the user's PATH, ``directory`` the desktop's."""

    def __init__(self, directory: Path, path: str) -> None:
        self._run = shutil.which("dbus-run-session", path=search_path(path))
        self._daemon = shutil.which("dbus-daemon", path=search_path(path))
        self._launch = shutil.which("dbus-launch", path=search_path(path))
        self._nameless = account() is None
        self._configuration = directory / CONFIGURATION_FILE
        if self._nameless and self._run:
            if len(str(directory)) + SOCKET_NAME_BYTES > MAX_SOCKET_PATH:
                self._run = None  # sessions work without a bus, though with less
            else:
                for stale in directory.glob("dbus-*"):
                    stale.unlink()
                write_private(self._configuration, CONFIGURATION.format(directory=directory))

    def around(self, argv: tuple[str, ...]) -> tuple[str, ...]:
        """Return ``argv`` with a command in front that starts a bus for it, if one is installed and can run."""
        if self._run:
            daemon = (f"--dbus-daemon={self._daemon}",) if self._daemon else ()  # not another one in PATH
            configuration = (f"--config-file={self._configuration}",) if self._nameless else ()
            return (self._run, *daemon, *configuration, "--", *argv)
        if self._launch and not self._nameless:
            return (self._launch, "--exit-with-session", *argv)
        return argv

    def environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return ``environment`` with what the bus needs: without a user database it finds no home directory."""
        if not self._nameless or environment.get("XDG_DATA_HOME"):
            return dict(environment)
        return {**environment, "XDG_DATA_HOME": str(Path(environment.get("HOME", "/"), ".local", "share"))}

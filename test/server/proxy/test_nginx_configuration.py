"""The text of the nginx configuration, checked by a real nginx."""

from __future__ import annotations

import http.client
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.servers import free_port
from support.waiting import wait_until

from jupyter_vnc_proxy.errors import InvalidOption
from jupyter_vnc_proxy.proxy.nginx import Address, Site, render_configuration
from jupyter_vnc_proxy.proxy.page_handler import PAGE
from jupyter_vnc_proxy.system.environment import search_path

NGINX = shutil.which("nginx", path=search_path(os.environ.get("PATH", ""))) or "nginx"


@pytest.mark.parametrize(
    ("text", "address", "loopback"),
    [
        ("127.0.0.1:8888", "127.0.0.1:8888", True),
        ("8888", "127.0.0.1:8888", True),
        ("localhost:80", "127.0.0.1:80", True),
        ("[::1]:8888", "[::1]:8888", True),
        ("127.1.2.3:8888", "127.1.2.3:8888", True),
        ("0.0.0.0:8888", "0.0.0.0:8888", False),
        ("[::]:8888", "[::]:8888", False),
        ("192.0.2.7:8888", "192.0.2.7:8888", False),
    ],
)
def test_an_address_is_parsed_and_known_to_be_loopback_or_not(text: str, address: str, loopback: bool) -> None:
    parsed = Address.parse(text)
    assert (str(parsed), parsed.is_loopback) == (address, loopback)


@pytest.mark.parametrize(
    "text",
    ["", ":8888", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "::1:1", "a:1", "1:²", "[::1:5"],
)
def test_an_invalid_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match="is not an address"):
        Address.parse(text)


def site(directory: Path, **changes: Any) -> Site:
    model = {"name": "default", "phase": "running", "resize": "rest", "session": "a $session \"of\" 'mine' \\ ü {}"}
    user = pwd.getpwuid(0).pw_name if os.geteuid() == 0 else None
    given = {
        "listen": Address("127.0.0.1", free_port()),
        "page": PAGE,
        "socket": directory / "ws",
        "private": directory,
    }
    return Site(**{**given, "model": model, "user": user, **changes})


def check(text: str, directory: Path) -> str:
    """Test a configuration with nginx, and return its messages."""
    file = directory / "nginx.conf"
    file.write_text(text)
    argv = [NGINX, "-t", "-e", str(directory / "error.log"), "-p", str(directory), "-c", str(file)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False).stderr


@pytest.mark.parametrize("name", ["plain", "with space", "semi;colon", "quo\"te's", "back\\slash", "a:b", "{braces}#"])
def test_nginx_accepts_the_configuration_with_unusual_paths(tmp_path: Path, name: str) -> None:
    directory = tmp_path / name
    directory.mkdir()
    said = check(render_configuration(site(directory, page=directory)), directory)
    assert "test is successful" in said
    assert "[warn]" not in said


@pytest.mark.parametrize("name", ["dol$lar", "new\nline"])
def test_a_path_that_nginx_cannot_express_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidOption, match="nginx does not support"):
        render_configuration(site(tmp_path / name))


@pytest.mark.parametrize("address", ["[::1]:8888", "0.0.0.0:8888"])
def test_it_listens_only_on_the_given_address(tmp_path: Path, address: str) -> None:
    text = render_configuration(site(tmp_path, listen=Address.parse(address)))
    assert {line.split()[1].rstrip(";") for line in text.splitlines() if "listen " in line} == {address}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_unprivileged_user_can_run_it(runtime: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    runtime.chmod(0o711)
    directory = runtime / "theirs"
    (directory / "page").mkdir(parents=True)
    (directory / "page" / "index.html").write_text("theirs")
    for path in (directory, directory / "page"):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    directory.chmod(0o700)
    told = site(directory, page=directory / "page", user=None)
    (directory / "nginx.conf").write_text(render_configuration(told))
    argv = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", NGINX]
    argv += ["-e", str(directory / "error.log"), "-p", str(directory), "-c", str(directory / "nginx.conf")]
    (directory / "page" / "index.html").chmod(0o644)
    process = subprocess.Popen(argv, stderr=subprocess.PIPE, text=True)
    try:
        wait_until((directory / "pid").exists, what="nginx listens")
        connection = http.client.HTTPConnection("127.0.0.1", told.listen.port, timeout=60)
        connection.request("GET", "/vnc/")
        assert connection.getresponse().read() == b"theirs"
        connection.close()
    finally:
        process.terminate()
        _, said = process.communicate(timeout=60)
    assert said == ""

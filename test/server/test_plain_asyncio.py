"""The programs of a desktop do without OpenSSL's libraries."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAMS = {
    "runner": "jupyter_vnc_proxy.commands.run, jupyter_vnc_proxy.runner.runner, xcffib.xproto",
    "stream server": "jupyter_vnc_proxy.stream.__main__, jupyter_vnc_proxy.stream.x11.source, numpy",
}

CHECK = """
import sys, {modules}
assert not {{"ssl", "_ssl", "_hashlib"}} & sys.modules.keys()
assert "libcrypto" not in open("/proc/self/maps").read()
asyncio = sys.modules["asyncio"]
assert asyncio.run(asyncio.sleep(0, "it works")) == "it works"
import ssl, urllib.request
ssl.create_default_context()
"""


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_program_of_a_desktop_loads_openssl_and_all_can(program: str) -> None:
    code = CHECK.format(modules=PROGRAMS[program])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr

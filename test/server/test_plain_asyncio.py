"""asyncio without TLS, for the programs of a desktop."""

from __future__ import annotations

import subprocess

from jupyter_vnc_proxy.system.own_python import own_python_code


def test_asyncio_is_loaded_without_tls_which_can_be_imported_afterwards() -> None:
    code = (
        "from jupyter_vnc_proxy.plain_asyncio import asyncio\n"
        "import sys; assert '_ssl' not in sys.modules; asyncio.run(asyncio.sleep(0)); import ssl, _ssl\n"
        "assert sys.modules['ssl'] is ssl"
    )
    subprocess.run(own_python_code(code), check=True)


def test_a_program_that_uses_tls_keeps_it() -> None:
    code = (
        "import asyncio as before, ssl, sys; from jupyter_vnc_proxy.plain_asyncio import asyncio\n"
        "assert asyncio is before and sys.modules['ssl'] is ssl"
    )
    subprocess.run(own_python_code(code), check=True)

"""asyncio for programs of ours that make no TLS connections: without OpenSSL, which takes 2 MB of memory and 10 ms.

``from ..plain_asyncio import asyncio`` must be the first import of asyncio in a program. Python may be built
without OpenSSL, so asyncio does without the module ``ssl`` if it can't be imported. Later imports of it work.
"""

from __future__ import annotations

import sys

_hides_ssl = not {"asyncio", "ssl"} & sys.modules.keys()
if _hides_ssl:
    sys.modules["ssl"] = None  # type: ignore[assignment] # an import of it raises ModuleNotFoundError
try:
    import asyncio as asyncio
finally:
    if _hides_ssl:
        del sys.modules["ssl"]

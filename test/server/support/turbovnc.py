"""A stand-in for TurboVNC 3.1's Xvnc, which no distribution has: accepts its switches only, then runs TigerVNC's.

The switches are those that `hw/vnc/init.c` of TurboVNC 3.1 reads, without regard to case, and those of Xserver(1) that
we use. `-help` prints them in the same form. `TOO_OLD` in the environment removes those that came with 3.1.
"""

from __future__ import annotations

import os
import shutil
import sys

FLAGS = ("alwaysshared", "noreverse", "neverShared", "noclipboardrecv", "noprimarysync", "nointerframe", "nomt")
WITH_VALUE = ("deferupdate", "desktop", "maxclipboard", "maxauthfails", "rfbport", "securitytypes", "geometry", "depth")
SINCE_3_1 = ("rfbunixpath", "rfbunixmode")
OF_EVERY_SERVER = {"-displayfd": 1, "-auth": 1, "-dpi": 1, "-noreset": 0, "-nolisten": 1, "-s": 1}


def main() -> None:
    with_value = WITH_VALUE if os.environ.get("TOO_OLD") else WITH_VALUE + SINCE_3_1
    words = sys.argv[1:]
    if words == ["-help"]:
        lines = [f"-{name:22}a flag" for name in FLAGS] + [
            f"-{name} value".ljust(23) + "a value" for name in with_value
        ]
        print("use: X [:<display>] [option]", *lines, sep="\n", file=sys.stderr)
        sys.exit(1)
    given: dict[str, str] = {}
    kept: list[str] = []
    while words:
        word = words.pop(0)
        name = word[1:].lower()
        if word in OF_EVERY_SERVER:
            kept += [word, *(words.pop(0) for _ in range(OF_EVERY_SERVER[word]))]
        elif name in with_value:
            given[name] = words.pop(0)
        elif name not in FLAGS:
            sys.exit(f"Unrecognized option: {word}")
    if given.get("rfbport") == "-1":
        sys.exit("Invalid port -1")
    server = shutil.which("Xtigervnc")
    assert server is not None
    own = ["-rfbunixpath", given["rfbunixpath"], "-rfbunixmode", given["rfbunixmode"], "-rfbport", "-1"]
    own += ["-SecurityTypes", given["securitytypes"], "-geometry", given["geometry"], "-depth", given["depth"]]
    os.execv(server, [server, *kept, *own, "-desktop", given["desktop"], "-AlwaysShared"])


if __name__ == "__main__":
    main()

"""A program that controls the default desktop: does what it reads, such as ``click(10, 20)``, and says so each time."""

from __future__ import annotations

import ast
import sys

from jupyter_vnc_proxy import Desktop

with Desktop.connect(program="Robot") as desktop:
    for line in sys.stdin:
        call = ast.parse(line, mode="eval").body
        assert isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        getattr(desktop, call.func.id)(*[ast.literal_eval(each) for each in call.args])
        print("done", flush=True)

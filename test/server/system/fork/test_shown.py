"""What /proc shows of a process after it has overwritten it."""

from __future__ import annotations

import os
import subprocess

from jupyter_vnc_proxy.system.own_python import own_python_code

SHOW = """
import os, subprocess, sys
from jupyter_vnc_proxy.system.fork import shown
assert shown.can_show()
before = dict(os.environ)
shown.move_environment()
shown.show({arguments}, {environment})
assert dict(os.environ) == before
told = subprocess.run(["printenv", "KEPT"], capture_output=True, text=True).stdout
print(open("/proc/self/cmdline").read().rstrip("\\0").split("\\0"))
print(open("/proc/self/environ").read().rstrip("\\0").split("\\0"))
print(told.strip())
"""


def shown(arguments: str, environment: str) -> list[str]:
    """Show two expressions; return the arguments, the environment, and the variable KEPT of a child."""
    code = SHOW.format(arguments=arguments, environment=environment)
    done = subprocess.run(own_python_code(code), env={**os.environ, "KEPT": "yes"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_arguments_and_environment_are_those_that_were_set_and_programs_inherit_the_real_ones() -> None:
    arguments, environment = str(["a", "b c", "é"]), str(["X=1", "Y="])
    assert shown(arguments, environment) == [arguments, environment, "yes"]


def test_what_has_no_room_is_left_out() -> None:
    arguments, environment, _ = shown("['a', 'b' * 10**6, 'c']", "['X=1', 'Y=' + 'y' * 10**6]")
    assert (arguments, environment) == (str(["a"]), str(["X=1"]))


def test_nothing_is_shown_where_the_kernel_hides_the_addresses() -> None:
    code = (
        "from pathlib import Path; from jupyter_vnc_proxy.system.fork import shown\n"
        "read = Path.read_bytes\n"
        "Path.read_bytes = lambda path: b'1 (x) ' + b'0 ' * 50 if path.name == 'stat' else read(path)\n"
        "assert not shown.can_show()"
    )
    subprocess.run(own_python_code(code), check=True)

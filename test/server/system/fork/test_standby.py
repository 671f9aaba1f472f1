"""A child that stands by: when it is forked, and what becomes of it."""

from __future__ import annotations

import subprocess

from support.waiting import wait_until

from jupyter_vnc_proxy.system.own_python import own_python_code
from jupyter_vnc_proxy.system.process_identity import ENDED_STATES, read_stat

PRELUDE = """
import asyncio, os, sys, tempfile, threading
from pathlib import Path
from jupyter_vnc_proxy.system.fork.standby import Standby
from jupyter_vnc_proxy.system.own_python import own_python

def main(arguments):
    print("main", *arguments, os.environ.get("WHO"), sys.stdin.readline().strip(), flush=True)
    return 7

async def become(standby, *words, **env):
    with tempfile.TemporaryFile() as log:
        argv = [*own_python("program"), *words]
        env |= {name: value for name, value in os.environ.items() if name.startswith("LD_") and name not in env}
        process = standby.become(argv, {"{n}": log.fileno()}, env, log, 0o077, Path("/"))
        if process is None:
            return None
        process.stdin.write(b"line\\n")
        process.stdin.close()
        status = await asyncio.wait_for(process.wait(), 60)
        log.seek(0)
        return status, log.read().decode()
"""


def has_ended(pid: int) -> bool:
    try:
        return read_stat(pid).state in ENDED_STATES
    except ProcessLookupError:
        return True


def run(code: str) -> None:
    done = subprocess.run(own_python_code(PRELUDE + code), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr + done.stdout


def test_it_becomes_its_program_once() -> None:
    run(
        "standby = Standby.fork('program', lambda: None, main)\n"
        "status, said = asyncio.run(become(standby, 'a', '{n}', WHO='me'))\n"
        "assert status == 7, status\n"
        "words = said.split()\n"
        "assert words[:2] == ['main', 'a'] and words[2].isdigit() and words[3:] == ['me', 'line'], said\n"
        "assert asyncio.run(become(standby, WHO='me')) is None\n"
    )


def test_it_becomes_no_other_program() -> None:
    run(
        "standby = Standby.fork('program', lambda: None, main)\n"
        "argv = ['sh', '-c', 'true']\n"
        "assert standby.become(argv, {}, {'A': 'b'}, sys.stdout, 0, None) is None\n"
        "standby.close()\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(standby.pid, 0)[1]) == 0, 'it ends if it is not needed'\n"
    )


def test_a_program_whose_modules_fail_to_load_is_left_to_a_new_python() -> None:
    run(
        "standby = Standby.fork('program', lambda: 1 / 0, main)\n"
        "os.waitid(os.P_PID, standby.pid, os.WEXITED | os.WNOWAIT)\n"
        "assert asyncio.run(become(standby, WHO='me')) is None\n"
    )


def test_nothing_is_forked_with_a_second_thread() -> None:
    run(
        "stop = threading.Event()\n"
        "thread = threading.Thread(target=stop.wait)\n"
        "thread.start()\n"
        "assert Standby.fork('program', lambda: None, main) is None\n"
        "stop.set(); thread.join()\n"
        "assert Standby.fork('program', lambda: None, main) is not None\n"
    )


def test_a_marker_that_can_not_be_shown_is_left_to_a_new_python() -> None:
    run(
        "standby = Standby.fork('program', lambda: None, main)\n"
        "assert asyncio.run(become(standby, WHO='x' * 1_000_000)) is None\n"
    )


def test_a_program_that_is_to_load_other_libraries_is_left_to_a_new_python() -> None:
    run(
        "standby = Standby.fork('program', lambda: None, main)\n"
        "assert asyncio.run(become(standby, WHO='me', LD_LIBRARY_PATH='/elsewhere')) is None\n"
    )


def test_a_program_ends_when_the_process_that_forked_it_is_killed() -> None:
    code = (
        "def main(arguments):\n"
        "    sys.stdin.readline(); threading.Event().wait(60)\n"
        "async def begin():\n"
        "    argv, env = own_python('program'), {k: v for k, v in os.environ.items() if k.startswith('LD_')}\n"
        "    process = standby.become(argv, {}, {'A': 'b', **env}, open(os.devnull, 'wb'), 0, None)\n"
        "    while 'A=b' not in Path(f'/proc/{process.pid}/environ').read_text(): await asyncio.sleep(0.01)\n"
        "    print(process.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "standby = Standby.fork('program', lambda: None, main)\n"
        "asyncio.run(begin())\n"
    )
    done = subprocess.run(own_python_code(PRELUDE + code), stdout=subprocess.PIPE, text=True, timeout=60)
    wait_until(lambda: has_ended(int(done.stdout)))


def test_a_child_is_awaited_without_pidfds_too() -> None:
    run(
        "del os.pidfd_open\n"
        "standby = Standby.fork('program', lambda: None, main)\n"
        "assert asyncio.run(become(standby, WHO='me'))[0] == 7\n"
    )

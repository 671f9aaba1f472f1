"""Backends of other packages, with a plan or in the older form."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from support.foreign_backends import Calm, Methods, Planned
from support.runners import Runners

from jupyter_vnc_proxy import backends
from jupyter_vnc_proxy.backends import MethodBackend, Paths, Plan, all_backends, choose, plan_of
from jupyter_vnc_proxy.options import DesktopOptions

PATHS = Paths(Path("/run/d"), Path("/run/d/rfb.sock"), Path("/run/d/Xauthority"))


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages with these backends are installed, and some that are broken."""
    modules = "support.foreign_backends"
    targets = [f"{modules}:{name}" for name in ("Planned", "Calm", "Methods", "Clashing")]
    targets += ["nowhere:Thing", "pathlib:Path"]
    points = [EntryPoint(f"p{number}", target, backends.GROUP) for number, target in enumerate(targets)]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)


@pytest.mark.usefixtures("installed")
def test_another_package_can_add_a_backend_and_break_none() -> None:
    found = all_backends()
    assert set(found) == {*backends.BUILT_IN, "planned", "calm", "methods"}
    assert isinstance(found["tigervnc"], backends.TigervncBackend)
    assert isinstance(found["methods"], MethodBackend)
    for name in ("planned", "calm", "methods"):
        assert choose(DesktopOptions(backend=name)).name == name


def test_a_plan_can_extend_another() -> None:
    (step,) = plan_of(Planned(), DesktopOptions(), PATHS).steps
    assert step.argv[-2:] == ("-FrameRate", "20")


def test_a_method_of_the_older_form_wins_over_the_plan() -> None:
    (step,) = plan_of(Calm(), DesktopOptions(extra={"frame_rate": "15"}), PATHS).steps
    assert step.argv[-2:] == ("-FrameRate", "15")

    class OnlyLooks(Calm):
        def resize(self, options: DesktopOptions) -> str:  # type: ignore[override]
            return "rest"

    assert plan_of(OnlyLooks(), DesktopOptions(), PATHS).resize == "rest"
    assert plan_of(OnlyLooks(), DesktopOptions(), PATHS).raw_socket == "rfb.sock"


@pytest.mark.parametrize(
    ("transport", "speaks", "raw_socket"), [("direct", "rfb", "rfb.sock"), ("websockify", "websocket", "vnc.sock")]
)
def test_a_backend_without_a_plan_is_asked_by_its_methods(transport: str, speaks: str, raw_socket: str) -> None:
    options = DesktopOptions(transport=transport)
    plan = plan_of(Methods(), options, PATHS)
    assert plan == Plan(tuple(Methods().steps(options, PATHS)), "rest", "randr", speaks, raw_socket)  # type: ignore[arg-type]


def test_a_built_in_backend_still_answers_by_the_older_methods() -> None:
    backend, options = backends.TigervncBackend(), DesktopOptions(transport="websockify")
    plan = plan_of(backend, options, PATHS)
    assert tuple(backend.steps(options, PATHS)) == plan.steps
    assert (backend.speaks(options), backend.raw_socket(options)) == (plan.speaks, plan.raw_socket)
    assert backend.resize(options) == plan.resize


def test_a_backend_of_the_older_form_makes_a_desktop(
    runtime: Path, runners: Runners, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = runtime / "site" / "older-1.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: older\nVersion: 1\n")
    (package / "entry_points.txt").write_text(f"[{backends.GROUP}]\ncalm = support.foreign_backends:Calm\n")
    monkeypatch.setenv("PYTHONPATH", f"{package.parent}:{Path(__file__).parents[1]}")
    run = runners.start("--option=frame_rate=20", backend="calm")
    run.until(phase="running", backend="calm", resize="rfb")
    server = next(pid for name, pid in run.processes().items() if name in ("Xtigervnc", "Xvnc"))
    assert Path(f"/proc/{server}/cmdline").read_bytes().split(b"\0")[-3:-1] == [b"-FrameRate", b"20"]
    assert run.end() == 0

"""Made-up results of the bench, with numbers that a test chooses."""

from __future__ import annotations

from typing import Any

from bench.desktop.measure import SCENES, Durations
from bench.desktop.network.link import LINKS
from bench.desktop.report.targets import FULL_HD, HD, check_all

MOVING = ("scroll", "video", "drag", "typing")


def rows(slower: float) -> list[dict[str, Any]]:
    """Return a configuration's rows, ``slower`` times as slow as the fastest."""
    places = [(HD, link) for link in LINKS] + [(FULL_HD, "loopback")]
    found: list[dict[str, Any]] = []
    for size, link in places:
        for scene in ("start", *SCENES):
            row: dict[str, Any] = {"size": size, "link": link, "scene": scene, "cores": 0.4, "mbit_down": 20 * slower}
            row |= {"memory_mb": 180 * slower, "vnc_cores": 0.2, "vnc_memory_mb": 90.0}
            if scene == "start":
                row |= {"first_picture_ms": 700 * slower, "desktop": "started"}
            elif scene in MOVING:
                row |= {"server_frame_ms": 9 * slower, "browser_frame_ms": 11 * slower}
                row |= {"fps": 60 / slower, "age_ms": {"p50": 18 * slower, "p95": 28 * slower}}
            elif scene == "still":
                row |= {"exact_ms": round(300 * slower), "without_viewer": {"cores": 0.0}}
            else:
                row |= {"click_ms": {"p50": 11 * slower, "p95": 13 * slower}}
            found.append(row)
    return found


def run_of(**slower: float | str | None) -> dict[str, Any]:
    """Return a run: per configuration (with ``_`` for ``-``), how slow it is, or the error why it was not measured."""
    found: dict[str, Any] = {
        "date": "2026-01-02T03:04:05+00:00", "quick": False, "seconds": 4321, "durations": vars(Durations()),
        "machine": {"machine": "x86_64", "cpu": "A Processor", "cores": 2, "memory_gb": 8.6, "kernel": "6.1",
                    "python": "3.11.2", "load_before": 0.12},
        "links": {name: vars(link) for name, link in LINKS.items()}, "default": "stream", "configurations": {},
    }  # fmt: skip
    for underscored, value in slower.items():
        name = underscored.replace("_", "-")
        each: dict[str, Any] = {"versions": {"x": "1.2"}, "command": "", "rows": []}
        each |= {"error": value} if isinstance(value, str) else {"rows": rows(value or 1.0)}
        found["configurations"][name] = each
    found["targets"] = check_all(found["configurations"])
    return found


def parts() -> dict[str, Any]:
    """Return the results of all parts: a row for the stream server, and a peer without any."""
    age, seconds = (
        {"p50": 20.1, "p95": 31.2, "max": 40.0, "count": 200},
        {"p50": 3.0, "p95": 4.0, "max": 4.5, "count": 20},
    )
    by_process = {"jupyter_vnc_proxy.stream": 8.0, "Xvfb": 2.0}
    server = {"fps": 59.0, "age_ms": age, "mbit_down": 17.0, "cores": 0.6, "frame_ms": 10.0, "cpu_seconds": {"x": 1.0}}
    server |= {"frame_ms_by_process": by_process, "memory_mb_by_process": {"jupyter_vnc_proxy.stream": 120.0}}
    browser = {"fps": 58.0, "recorded_fps": 59.0, "present_ms": age, "drop_share": 0.01, "frame_ms": 11.0}
    browser |= {"frame_ms_by_process": {"renderer": 8.0}, "stage_ms": {"script": 3.0}, "event_ms": {"x": 1.0}}
    sound = {"link": "loopback", "situation": "video", "listened_s": 60.0, "load": 1.5, "mbit_down": 8.0}
    sound |= {"clicks": 60, **dict.fromkeys(("apart_ms", "later_ms", "sound_ms", "picture_ms"), age)}
    sound |= {"gaps": 1, "gap_ms": 20, "bitrates": [96000], "sound_kbit": 90.0}
    begun = {"users": 20, "running_s": seconds, "picture_s": {"p50": 3.5, "p95": 4.5, "max": 5.0, "count": 20}}
    begun |= {"after_running_ms": 200, "cpu_seconds": 10.0, "faults": ["It failed."]}
    cost = {"memory_mb": 240.0, "cores": 0.01, "processes": {"Xvfb": {"count": 1, "mb": 60.0, "cores": 0.002}}}
    found = {
        "server": {"size": FULL_HD, "scene": "video", **server},
        "browser": {"size": FULL_HD, "scene": "video", **browser},
        "sound": sound,
        "class": begun,
        "idle": {"users": 40, "alone": cost, "viewed": cost, "faults": []},
    }
    missing = {"worker": "selkies", "rows": [], "error": "It is missing."}
    return {
        part: {"stream": {"worker": "jupyter_vnc_proxy.stream", "rows": [row]}, "selkies": missing}
        for part, row in found.items()
    }

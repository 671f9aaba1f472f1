"""Options that only one backend has, from configuration, REST and the command line to the backend."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest
from support.api import Api

from jupyter_vnc_proxy.backends import Field, X11vncBackend, all_backends, choose, environment_options
from jupyter_vnc_proxy.backends.fields import check_values, field_models, merged
from jupyter_vnc_proxy.backends.x_servers import XSERVER
from jupyter_vnc_proxy.cli import parse
from jupyter_vnc_proxy.commands.desktop_options import any_given, read_desktop_options
from jupyter_vnc_proxy.errors import InvalidOption
from jupyter_vnc_proxy.options import DesktopOptions
from jupyter_vnc_proxy.server.app import VncProxy


def even(value: str) -> None:
    if int(value) % 2:
        raise ValueError("it must be even.")


SIZE = Field("size", "Size", "An even number.", pattern="[0-9]+", required=True, check=even)


class Sized(X11vncBackend):
    name = "sized"
    fields: tuple[Field, ...] = (XSERVER, SIZE)


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({}, "missing-option"),
        ({"size": ""}, "missing-option"),
        ({"size": "two"}, "bad-option"),
        ({"size": "2\n"}, "bad-option"),
        ({"size": "٢"}, "bad-option"),
        ({"size": "3"}, "bad-option"),
        ({"size": "2" * 300}, "bad-option"),
        ({"size": "2", "xserver": "xorg"}, "bad-option"),
    ],
)
def test_a_value_that_can_not_be_is_refused_in_one_sentence(extra: dict[str, str], code: str) -> None:
    with pytest.raises(InvalidOption) as raised:
        check_values(Sized(), extra)
    assert raised.value.code == code
    assert raised.value.message.endswith(".")
    assert not raised.value.message.endswith("..")


def test_a_value_that_can_be_is_taken() -> None:
    check_values(Sized(), {"size": "12", "xserver": "xdummy"})


def test_what_is_given_wins_over_what_is_configured_and_others_options_are_left_out() -> None:
    configured = {"size": "2", "xserver": "xdummy", "host": "elsewhere"}
    assert merged(Sized(), configured, {"size": "4"}) == {"xserver": "xdummy", "size": "4"}
    with pytest.raises(InvalidOption, match=r"sized has no option 'host'; it has: xserver, size\."):
        merged(Sized(), configured, {"host": "here"})


def test_a_field_is_data_for_a_form() -> None:
    xserver, size = field_models(Sized(), {})
    assert (xserver["choices"], xserver["default"], xserver["required"]) == (["xvfb", "xdummy"], "xvfb", False)
    assert (size["pattern"], size["required"]) == ("[0-9]+", True)
    assert "default" not in size
    assert "choices" not in size
    assert "pattern" not in xserver


def test_what_an_administrator_configured_is_a_forms_default() -> None:
    xserver, size = field_models(Sized(), {"xserver": "xdummy", "size": "2"})
    assert (xserver["default"], size["default"], size["required"]) == ("xdummy", "2", False)


def test_every_field_can_be_asked_for_by_its_name_in_the_environment() -> None:
    for backend in all_backends().values():
        for field in backend.fields:
            assert field.name.isidentifier()
            assert field.name == field.name.lower()
            assert field.label
            assert field.description.endswith(".")


def test_an_option_that_no_backend_has_is_refused_and_one_of_another_backend_is_not() -> None:
    options = DesktopOptions(backend="tigervnc")
    assert choose(replace(options, extra={"xserver": "xdummy"})).name == "tigervnc"
    with pytest.raises(InvalidOption) as raised:
        choose(replace(options, extra={"nope": "1"}))
    assert raised.value.code == "unknown-option"
    with pytest.raises(InvalidOption) as raised:
        choose(DesktopOptions(backend="x11vnc", extra={"xserver": "nope"}))
    assert raised.value.code == "bad-option"


def test_traits_and_environment_say_what_all_desktops_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_VNC_XSERVER", "xdummy")
    assert VncProxy().desktop_options().extra == {"xserver": "xdummy"}
    assert VncProxy(backend_options={}).desktop_options().extra == {}


def test_the_command_line_takes_the_environments_and_its_own_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_VNC_XSERVER", "xdummy")
    monkeypatch.setenv("JUPYTER_VNC_RDP_HOST", "pc.example.org")

    def extra(*words: str) -> dict[str, str]:
        return dict(read_desktop_options(parse(["start", "work", *words]), environment_options(os.environ)).extra)

    assert extra() == {"rdp_host": "pc.example.org", "xserver": "xdummy"}
    assert extra("--option=xserver=xvfb") == {"rdp_host": "pc.example.org", "xserver": "xvfb"}
    assert any_given(parse(["start", "work", "--option=xserver=xvfb"]))
    with pytest.raises(InvalidOption, match="not of the form NAME=VALUE"):
        extra("--option=xserver")


@pytest.fixture
def api(vnc: Any, jp_fetch: Any) -> Api:
    return Api(jp_fetch)


async def test_rest_lists_the_fields_of_each_backend(api: Api) -> None:
    listed = {each["name"]: each["fields"] for each in (await api("GET", "backends"))["backends"]}
    assert listed["rdp"][0]["name"] == "rdp_host"
    xserver, marked_text = listed["x11vnc"]
    assert listed["tigervnc"] == [marked_text]
    assert listed["stream"] == listed["x11vnc"]
    assert xserver == {
        "name": "xserver",
        "label": "X server",
        "description": xserver["description"],
        "required": False,
        "choices": ["xvfb", "xdummy"],
        "default": "xvfb",
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"backend": "x11vnc", "options": {"nope": "1"}}, "unknown-option"),
        ({"backend": "x11vnc", "options": {"xserver": "xorg"}}, "bad-option"),
        ({"backend": "x11vnc", "options": {"xserver": 1}}, "bad-field"),
        ({"backend": "x11vnc", "options": {"xserver": None}}, "bad-field"),
        ({"backend": "x11vnc", "options": ["xserver"]}, "bad-field"),
        ({"backend": "tigervnc", "options": {"xserver": "xvfb"}}, "unknown-option"),
        ({"backend": "nope", "options": {"xserver": "xvfb"}}, "unknown-backend"),
    ],
)
async def test_rest_refuses_what_a_backend_can_not_take(api: Api, body: dict[str, Any], code: str) -> None:
    assert (await api.refused(400, "POST", body={"name": "work", **body}))["code"] == code
    assert await api("GET") == []


async def test_a_desktop_keeps_its_options_through_a_restart(api: Api, vnc: VncProxy) -> None:
    body = {"name": "work", "backend": "x11vnc", "options": {"xserver": "xdummy"}}
    await api("POST", body=body)
    await api.until("work", "running")
    await api("POST", "work", "restart")
    await api.until("work", "running")
    desktop = vnc.manager.get("work")
    options = desktop.options()
    assert options is not None
    assert options.extra == {"xserver": "xdummy"}
    assert "dummy_drv" in "\n".join(desktop.log("xorg", 1000))

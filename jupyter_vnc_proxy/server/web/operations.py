"""What the REST API does: one function per operation, without HTTP. They raise `VncError` or ``OSError``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...backends import all_backends, missing_programs, pick
from ...backends.fields import field_models, merged
from ...backends.sessions import installed_sessions
from ...desktops.manager import DesktopManager
from ...desktops.programs.control import set_paused
from ...desktops.waiting import wait_for_step
from ...errors import InvalidOption
from ...options import DesktopOptions, Geometry, check_scale, read_body_fields


@dataclass(frozen=True)
class Call:
    """One request: the desktop that its path names (or ``""``), its parsed body, and its query's arguments."""

    manager: DesktopManager
    name: str
    body: Mapping[str, Any]
    query: Callable[[str], str]
    """Returns the value of a query argument, or ``""``."""


Operation = Callable[[Call], Awaitable[Any]]
"""Returns what is sent as JSON; bytes are a PNG, and ``None`` is an empty response."""


async def list_desktops(call: Call) -> Any:
    """Return the models of all desktops."""
    return call.manager.models()


async def create(call: Call) -> Any:
    """Create and start a desktop."""
    body, manager = dict(call.body), call.manager
    name = body.pop("name", None) or manager.free_name()
    given = body.pop("options", {})
    if not all(isinstance(value, str) for value in given.values()):
        raise InvalidOption("The values of 'options' must be strings.", code="bad-field")
    changes = read_body_fields(body)
    if changes.get("session"):
        changes["session_command"] = ()  # the configured one is for those who choose none
    options = manager.defaults.replaced(**changes)
    if given:
        options = options.replaced(
            extra=await manager.blocking.run(lambda: merged(pick(options)[0], options.extra, given))
        )
    return await manager.create(name, options)


async def backends(call: Call) -> Any:
    """Return the backends, each with its missing programs, and the installed sessions."""
    return await call.manager.blocking.run(lambda: _backends(call.manager.defaults))


def _backends(defaults: DesktopOptions) -> Any:
    try:
        default = pick(defaults)[0].name
    except InvalidOption:
        default = ""
    models = []
    for name, backend in all_backends().items():
        asked = DesktopOptions(backend=name, transport=backend.transports[0], extra=defaults.extra)
        missing = missing_programs(backend, asked)
        models.append(
            {
                "name": name,
                "title": backend.title,
                "usable": not missing,
                "default": name == default,
                "transports": list(backend.transports),
                "fields": field_models(backend, defaults.extra),
                "missing": [
                    {"program": each.names[0], "purpose": each.purpose, "fix": each.install_command()}
                    for each in missing
                ],
            }
        )
    sessions = [{"name": each.name, "title": each.title} for each in installed_sessions()]
    return {"backends": models, "sessions": sessions}


async def get(call: Call) -> Any:
    """Return the desktop, once it does not start any more or is not at the ``step`` of the query."""
    if step := call.query("step"):
        await wait_for_step(call.manager.get(call.name), step)
    return call.manager.model(call.name)


async def delete(call: Call) -> None:
    """Stop the desktop and remove its directory."""
    await call.manager.delete(call.name)


async def start(call: Call) -> Any:
    """Start the desktop."""
    return await call.manager.start(call.name)


async def stop(call: Call) -> Any:
    """Stop the desktop."""
    return await call.manager.stop(call.name)


async def restart(call: Call) -> Any:
    """Stop the desktop and start it again."""
    return await call.manager.restart(call.name)


async def keep(call: Call) -> Any:
    """Note that the desktop is in use."""
    return await call.manager.keep(call.name)


async def resize(call: Call) -> Any:
    """Resize the desktop to ``width`` by ``height`` pixels."""
    if len(call.body) != 2:
        raise InvalidOption("The fields 'width' and 'height' are required.", code="bad-field")
    return await call.manager.resize(call.name, Geometry.checked(call.body["width"], call.body["height"]))


async def scale(call: Call) -> Any:
    """Set the session's scale to ``percent``."""
    if len(call.body) != 1:
        raise InvalidOption("The field 'percent' is required.", code="bad-field")
    return await call.manager.scale(call.name, check_scale(call.body["percent"]))


async def pause(call: Call) -> Any:
    """Pause the programs that control the desktop, for a person who takes over."""
    await set_paused(call.manager.get(call.name).path, True)
    return call.manager.model(call.name)


async def resume(call: Call) -> Any:
    """Let them go on."""
    await set_paused(call.manager.get(call.name).path, False)
    return call.manager.model(call.name)


async def log(call: Call) -> Any:
    """Return the last ``lines`` lines of the log of the process ``part``."""
    desktop, part, lines = call.manager.get(call.name), call.query("part"), call.query("lines")
    return await call.manager.blocking.run(lambda: desktop.log_model(part, lines))

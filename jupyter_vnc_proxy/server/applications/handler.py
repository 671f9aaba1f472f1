"""The addresses about applications: lists them, serves their icons, opens one alone on a desktop of its own."""

from __future__ import annotations

import re
from typing import Any

from tornado import web

from ...desktops.applications.lifecycle import create_for
from ...desktops.applications.record import ApplicationRecord
from ...desktops.manager import DesktopManager
from ...errors import VncError
from ..endpoints import APPLICATIONS_PATH
from ..files.handler import FilesHandler
from ..files.tree import Tree
from ..web.api_table import APPLICATION, APPLICATION_ICON, pattern
from ..web.body import read_body
from ..web.headers import data_policy
from .selection import ApplicationSelection

FIELDS = {"path": str, "language": str}

LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?")

ICON_POLICY = "; img-src data:; sandbox"
"""Added to the policy of pictures: an SVG does nothing. Policies don't apply to how it looks in a page."""


class ApplicationsHandler(FilesHandler):
    """What these addresses share."""

    def initialize(self, manager: DesktopManager, selection: ApplicationSelection) -> None:  # type: ignore[override]
        """Store the arguments of the route."""
        super().initialize(manager)
        self.selection = selection


class ListHandler(ApplicationsHandler):
    """Lists the applications of this machine."""

    @web.authenticated
    async def get(self) -> None:
        """Return the applications to show, by their names in the query's ``language``."""
        await self.require("read")
        await self.respond(self._list())

    async def _list(self) -> list[dict[str, Any]]:
        language = _language(self.get_query_argument("language", ""))
        return await self.manager.blocking.run(lambda: applications(self.selection, self.manager, language))


class IconHandler(ApplicationsHandler):
    """Serves the icon of an application."""

    @property
    def content_security_policy(self) -> str:
        """Let a picture neither load anything nor run scripts, even if it is opened as a page."""
        return data_policy(self.ancestors) + ICON_POLICY

    @web.authenticated
    async def get(self, identifier: str) -> None:
        """Respond with a PNG or SVG."""
        await self.require("read")

        def read() -> Any:
            from . import catalogue  # with pyxdg's modules, which few need
            from .icons import icon_of

            application = catalogue.find(self.selection, identifier)
            return None if application is None else icon_of(application)

        try:
            icon = await self.manager.blocking.run(read)
        except VncError as error:
            return await self.respond_error(error)
        if icon is None:
            return await self.respond_error(_unknown())
        await self.finish(icon.data, set_content_type=icon.media_type)
        return None


class OpenHandler(ApplicationsHandler):
    """Opens an application alone."""

    @web.authenticated
    async def post(self, identifier: str) -> None:
        """Create and start a desktop for the application, which opens the file at ``path`` if that is given."""
        await self.require("execute")
        await self.respond(self._open(identifier), 201)

    async def _open(self, identifier: str) -> Any:
        body = read_body(self.request.body, FIELDS)
        path, language = body.get("path"), _language(body.get("language", ""))
        tree = None
        if path is not None:
            await self.require_contents()
            tree = Tree(self.contents_manager)

        def prepare() -> ApplicationRecord:
            from . import catalogue
            from .launching import record_of

            application = catalogue.find(self.selection, identifier, language)
            if application is None:
                raise _unknown()
            return record_of(application, tree.file(path) if tree is not None and path is not None else None)

        return await create_for(self.manager, await self.manager.blocking.run(prepare))


def applications(selection: ApplicationSelection, manager: DesktopManager, language: str) -> list[dict[str, Any]]:
    """Return the applications to show, as JSON; blocks."""
    from . import catalogue
    from .command import opens_files

    found = catalogue.shown(selection, manager.defaults, language)
    return [
        {"id": each.id, "name": each.name, "comment": each.comment, "opens_files": opens_files(each.entry.getExec())}
        for each in found
    ]


def application_handlers(
    manager: DesktopManager, selection: ApplicationSelection
) -> list[tuple[str, type[web.RequestHandler], dict[str, Any]]]:
    """Return the routes of these addresses."""
    arguments = {"manager": manager, "selection": selection}
    return [
        (APPLICATIONS_PATH, ListHandler, arguments),
        (pattern(APPLICATION_ICON), IconHandler, arguments),
        (pattern(APPLICATION), OpenHandler, arguments),
    ]


def _language(text: str) -> str:
    """Return a language as desktop entries have it, such as ``pt_BR``, or nothing for what is none."""
    return text.replace("-", "_") if LANGUAGE.fullmatch(text) else ""


def _unknown() -> VncError:
    error = VncError("There is no such application, or it may not be opened here.", code="unknown-application")
    error.status = 404
    return error

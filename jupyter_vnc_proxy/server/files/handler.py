"""The addresses about files: opens one on a desktop, lists its applications, and the files that were copied there."""

from __future__ import annotations

import shutil
from typing import Any

from jupyter_core.utils import ensure_async
from tornado import web

from ...desktops.manager import DesktopManager
from ...desktops.programs.request import LOG, run_in_session
from ...errors import Conflict, InvalidOption, VncError
from ...rfb.rights import Right
from ...system.environment import search_path
from ..access import Sharing, forbidden
from ..clipboard.desktop_socket import read_copied_files
from ..endpoints import UPLOAD_PATH
from ..web.api_table import APPLICATIONS, COPIED_FILES, OPEN_FILE, pattern
from ..web.body import read_body
from ..web.handler import DesktopsAPIHandler
from .tree import Tree

GIO, XDG_OPEN = "gio", "xdg-open"
"""Programs that start the application for a type of file: of GLib, and of xdg-utils."""

Route = tuple[str, type[web.RequestHandler], dict[str, Any]]

FIELDS = {"path": str, "application": str}


class FilesHandler(DesktopsAPIHandler):
    """What the addresses about files share: the user needs `read` on Jupyter's contents, too."""

    async def require_contents(self, action: str = "read") -> None:
        """Raise a 403 unless the user may do this with the files that Jupyter shows."""
        user = self.current_user
        if not await ensure_async(self.authorizer.is_authorized(self, user, action, "contents")):
            raise web.HTTPError(403, f"User is not authorized to {action} on resource: contents.")

    def session_of(self, name: str) -> str:
        """Return the name of a running desktop's session; raise `Conflict` if it doesn't run."""
        state = self.manager.get(name).state()
        state.usable_display()
        return state.session


class OpenFileHandler(FilesHandler):
    """Opens a file of Jupyter's tree on a desktop."""

    @web.authenticated
    async def post(self, name: str) -> None:
        """Open the file at ``path`` with ``application``, an id; without one, with the application for its type."""
        await self.require("execute")
        await self.require_contents()
        await self.respond(self._open(name), 204)

    async def _open(self, name: str) -> None:
        body = read_body(self.request.body, FIELDS)
        if "path" not in body:
            raise InvalidOption("The field 'path' is required.", code="bad-field")
        session = self.session_of(name)
        tree, run = Tree(self.contents_manager), self.manager.blocking.run
        argv = await run(lambda: command(tree, body["path"], body.get("application", "")))
        self.manager.note_activity(name)
        status = await run_in_session(self.manager.get(name).paths.program_socket, argv)
        if status:
            raise await run(lambda: failure(tree, body["path"], session))


class ApplicationsHandler(FilesHandler):
    """Lists the applications that open a file."""

    @web.authenticated
    async def get(self, name: str) -> None:
        """Return the type of the file at ``path``, and the applications that open it, the default one first."""
        await self.require("execute")
        await self.require_contents()
        await self.respond(self._list(name))

    async def _list(self, name: str) -> dict[str, Any]:
        session, path = self.session_of(name), self.get_query_argument("path", "", strip=False)
        tree = Tree(self.contents_manager)
        return await self.manager.blocking.run(lambda: applications(tree, path, session))


class UploadHandler(FilesHandler):
    """Removes incomplete files, which Jupyter's own address can't on a full disk: its trash needs space."""

    @web.authenticated
    async def delete(self) -> None:
        """Remove the file at ``path``, and what Jupyter may have left beside it; it does not go to the trash."""
        await self.require("execute")
        await self.require_contents("write")
        await self.respond(self._discard(), 204)

    async def _discard(self) -> None:
        tree, path = Tree(self.contents_manager), self.get_query_argument("path", "", strip=False)
        await self.manager.blocking.run(lambda: tree.discard(path))


class CopiedFilesHandler(FilesHandler):
    """The files that a file manager has copied, for one of the user's own connections to that desktop."""

    def initialize(self, manager: DesktopManager, sharing: Sharing) -> None:  # type: ignore[override]
        """Store the arguments of the route."""
        super().initialize(manager)
        self.sharing = sharing

    @web.authenticated
    async def post(self, name: str, identifier: str) -> None:
        """Return which of them are in Jupyter's tree, and how many are not. It is no GET, as with the clipboard."""
        await self.respond(self._list(name, identifier))

    async def _list(self, name: str, identifier: str) -> dict[str, Any]:
        _, rights = await self.sharing.own_connection(self, name, identifier)
        if Right.CLIPBOARD_OUT not in rights:
            raise forbidden("This connection does not share the clipboard in this direction.", "clipboard-denied")
        await self.require_contents()
        tree = Tree(self.contents_manager)
        self.session_of(name)
        uris = await read_copied_files(self.manager.get(name).paths.clipboard_socket)
        return await self.manager.blocking.run(lambda: tree.copied(uris))


def command(tree: Tree, path: str, application: str) -> list[str]:
    """Return the argv that opens a file of the tree; blocks. Raise `VncError` if it can't be opened."""
    uri = tree.file(path).as_uri()  # neither an option nor a field code, whatever the name is
    opener = shutil.which(GIO, path=search_path(""))
    if application:
        from ..applications.entries import find  # with pyxdg's modules, which few need

        found = find(application)
        if found is None:
            raise InvalidOption("There is no such application on the desktop.", code="unknown-application")
        if opener is None:
            raise _no_opener()
        return [opener, "launch", str(found.file), uri]
    if opener is not None:
        return [opener, "open", uri]
    fallback = shutil.which(XDG_OPEN, path=search_path(""))
    if fallback is None:
        raise _no_opener()
    return [fallback, uri]


def applications(tree: Tree, path: str, session: str) -> dict[str, Any]:
    """Return the type of a file of the tree, and the applications that open it; blocks."""
    from .applications import applications_for, type_of

    media_type = type_of(tree.file(path))
    found = applications_for(media_type, session)
    return {"type": media_type, "applications": [{"id": each.id, "name": each.name} for each in found]}


def failure(tree: Tree, path: str, session: str) -> VncError:
    """Return why the program failed that opens a file of the tree; blocks."""
    if not applications(tree, path, session)["applications"]:
        return Conflict("No application on the desktop opens files of this type.", code="no-application")
    return VncError(f"The application did not start; the desktop's log {LOG!r} may say why.", code="program-failed")


def _no_opener() -> VncError:
    fix = "apt install libglib2.0-bin"
    return Conflict("Neither gio nor xdg-open is installed, which open files.", code="program-missing", fix=fix)


def file_handlers(
    manager: DesktopManager, sharing: Sharing
) -> list[tuple[str, type[web.RequestHandler], dict[str, Any]]]:
    """Return the routes of the addresses about files."""
    return [
        (pattern(OPEN_FILE), OpenFileHandler, {"manager": manager}),
        (pattern(APPLICATIONS), ApplicationsHandler, {"manager": manager}),
        (UPLOAD_PATH, UploadHandler, {"manager": manager}),
        (pattern(COPIED_FILES), CopiedFilesHandler, {"manager": manager, "sharing": sharing}),
    ]

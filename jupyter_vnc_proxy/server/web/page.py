"""The page, which shows one desktop without JupyterLab, and what jupyter-server-proxy's address answers meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from jupyter_server.utils import url_path_join
from tornado import web
from tornado.routing import Rule

from ...errors import VncError
from ..endpoints import PAGE_PATH, PROXY_PATH
from .handler import GuardedHandler
from .headers import page_policy

PAGE = Path(__file__).parents[2] / "page"
"""The built page."""


class PageHandler(GuardedHandler, web.StaticFileHandler):
    """Serves the page's files to users who may ``read``, or while an invitation is open to any user.

    The page holds nothing of a desktop. It starts desktops and gets their socket's tickets with POST, which needs
    Jupyter's XSRF token: loading the page sets the cookie. No response contains that token, since a page of another
    user on a hub's single domain could read it with a GET. If there are several cookies of that name, the page sends
    the last in ``document.cookie``: browsers put the shortest path last, and Jupyter believes the last one.
    """

    def initialize(self, invited: Callable[[], bool]) -> None:  # type: ignore[override]
        """Store whether there is an invitation, whose secret only the page knows."""
        self._invited = invited
        super().initialize(os.fspath(PAGE), "index.html")

    @property
    def content_security_policy(self) -> str:
        """Let the page load and connect to what its own server has."""
        return page_policy(self.ancestors, self.request.host)

    def set_extra_headers(self, path: str) -> None:
        """Let browsers keep the files, but ask each time: they change with each version."""
        self.set_header("Cache-Control", "no-cache")

    @web.authenticated
    async def head(self, path: str) -> None:  # type: ignore[override]
        """Respond with a file's headers."""
        await self._serve(path, include_body=False)

    @web.authenticated
    async def get(self, path: str, include_body: bool = True) -> None:  # type: ignore[override]
        """Respond with a file; without a path, with the page."""
        await self._serve(path, include_body)

    async def _serve(self, path: str, include_body: bool) -> None:
        if not self._invited():
            await self.require("read")
        if not self.token_authenticated:
            _ = self.xsrf_token  # sets the cookie: a user may open our page before any page of Jupyter
        await web.StaticFileHandler.get(self, path, include_body)


class PageRedirectHandler(GuardedHandler):
    """Redirects to the page's address."""

    def initialize(self, invited: Callable[[], bool]) -> None:
        """Store whether there is an invitation."""
        self._invited = invited

    @web.authenticated
    async def get(self, *_: str) -> None:
        """Redirect, with the desktop or the application that the page is to show."""
        await self._redirect()

    async def _redirect(self) -> None:
        if not self._invited():
            await self.require("read")
        wanted = {each: self.get_query_argument(each, "", strip=False) for each in ("desktop", "application", "path")}
        query = urlencode({each: value for each, value in wanted.items() if value})
        self.redirect(url_path_join(self.base_url, PAGE_PATH) + "/" + (query and f"?{query}"))


class ProxyEntryHandler(PageRedirectHandler):
    """Answers below jupyter-server-proxy's address, so that no page server is started: only the page leads on.

    ``enabled`` is the administrator's switch.
    """

    def initialize(self, invited: Callable[[], bool], enabled: bool) -> None:  # type: ignore[override]
        """Store the arguments of the route."""
        super().initialize(invited)
        self._enabled = enabled

    def check_xsrf_cookie(self) -> None:
        """Check nothing: nothing is changed here."""

    @web.authenticated
    async def get(self, *path: str) -> None:
        """Redirect from the page's former address, and refuse the rest."""
        upgrade = self.request.headers.get("Upgrade", "").lower() == "websocket"
        if self._enabled and path[0] in (None, "", "index.html") and not upgrade:
            await self._redirect()
        else:
            await self._refuse()

    def get_login_url(self) -> str:
        """Refuse requests other than for the page instead of redirecting them to the login."""
        if self.path_args and self.path_args[0]:
            raise web.HTTPError(403)
        return super().get_login_url()

    async def _refuse(self, *_: str) -> None:
        if not self.current_user:
            raise web.HTTPError(403)
        if not self._invited():
            await self.require("read")
        if not self._enabled:
            error = VncError("This address is switched off by VncProxy.proxy_entry.", code="proxy-entry-off")
            return await self.respond_error(error, 404)
        error = VncError(f"Desktops are at {PAGE_PATH[1:]}/ and api/desktops, not here.", code="moved")
        return await self.respond_error(error, 410)

    head = post = put = patch = delete = options = _refuse


def page_handlers(invited: Callable[[], bool]) -> list[tuple[str, type[web.RequestHandler], dict[str, object]]]:
    """Return the page's routes, relative to the base URL."""
    return [
        (PAGE_PATH, PageRedirectHandler, {"invited": invited}),
        (rf"{PAGE_PATH}/(.*)", PageHandler, {"invited": invited}),
    ]


def take_proxy_address(application: web.Application, invited: Callable[[], bool], enabled: bool) -> None:
    """Answer the addresses of jupyter-server-proxy's entry ourselves, whichever extension is loaded first."""
    root = url_path_join(application.settings["base_url"], PROXY_PATH)
    arguments = {"invited": invited, "enabled": enabled}
    rules = application.default_router.rules
    before: list[Rule] = list(rules)
    application.add_handlers(".*$", [(rf"{root}(?:/(.*))?", ProxyEntryHandler, arguments)])
    (added,) = (rule for rule in rules if rule not in before)
    rules.remove(added)
    rules.insert(0, added)

"""The user of a request: identity, rights, and whether a connected user may still be here."""

from __future__ import annotations

import copy
import hashlib
import time
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth import IdentityProvider
from jupyter_server.base.handlers import JupyterHandler

from ..desktops.model import UserModel
from ..rfb.rights import Right

RESOURCE = "vnc"

RECHECK_SECONDS = 10.0
"""Interval of the checks whether the user of a cookie-authenticated connection may still be here."""

UNCHECKED_SECONDS = 60.0
"""How long a connection is kept while the check itself fails, e.g. because a hub restarts."""


def user_model(handler: JupyterHandler) -> UserModel:
    """Return the user of a request as JSON."""
    user: Any = handler.current_user
    return {"username": user.username, "name": user.display_name or user.name or user.username}


def ticket_owner(handler: JupyterHandler) -> str:
    """Return a stable identity of a request's user.

    Jupyter makes up a new username for each request that has the server's token and no cookie. Then the token itself
    is the identity.
    """
    provider = handler.identity_provider
    shares_token = type(provider).get_user is IdentityProvider.get_user
    if handler.token_authenticated and shares_token and provider.get_user_cookie(handler) is None:
        token = provider.get_token(handler) or ""
        return "token:" + hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
    return "user:" + str(handler.current_user.username)


async def authorized_rights(handler: JupyterHandler) -> Right:
    """Return the rights that Jupyter's authorizer grants the user of a request: all, to see and hear, or none."""
    user = handler.current_user
    if not user:
        return Right(0)
    if await ensure_async(handler.authorizer.is_authorized(handler, user, "execute", RESOURCE)):
        return Right.ALL
    if await ensure_async(handler.authorizer.is_authorized(handler, user, "read", RESOURCE)):
        return Right.VIEW
    return Right(0)


class _NoConnection:
    """Takes the place of a request's connection, which a WebSocket uses by now."""

    def __init__(self, context: Any) -> None:
        self.context = context

    def set_close_callback(self, callback: Any) -> None:
        """Ignore the callback."""


class Presence:
    """Checks whether the user of a WebSocket is still authenticated, by the cookies that it was opened with.

    A connection that was opened with the server's own token isn't checked: that has no end. A hub's tokens have one.
    """

    def __init__(self, handler: JupyterHandler, route: dict[str, Any]) -> None:
        self._handler = handler
        self._route = route
        self._checked = time.monotonic()
        self.is_unknown = False

    @property
    def ends(self) -> bool:
        """Whether the login can end while the user is connected."""
        handler = self._handler
        return not handler.token_authenticated or hasattr(handler.identity_provider, "hub_auth")

    async def is_gone(self) -> bool:
        """Return whether the user must be disconnected.

        A check that fails counts as passed for `UNCHECKED_SECONDS`; then ``is_unknown`` is set.
        """
        if not self.ends:
            return False
        try:
            here = await self._is_here()
        except Exception as error:  # the provider's own, such as a hub that doesn't respond
            self._handler.log.warning("cannot check the login of a viewer: %s", error)
            self.is_unknown = time.monotonic() - self._checked > UNCHECKED_SECONDS
            return self.is_unknown
        if here:
            self._checked = time.monotonic()
        return not here

    async def _is_here(self) -> bool:
        handler = self._handler
        provider: Any = handler.identity_provider
        hub: Any = getattr(provider, "hub_auth", None)
        if hub is not None:
            return await _is_here_by_hub(hub, handler)
        user = await ensure_async(provider.get_user(self._probe()))
        return user is not None and user.username == handler.current_user.username

    def _probe(self) -> JupyterHandler:
        """Return a handler that was never asked for its user, of the same request."""
        request = copy.copy(self._handler.request)
        request.connection = _NoConnection(getattr(request.connection, "context", None))  # type: ignore[assignment]
        return type(self._handler)(self._handler.application, request, **self._route)


async def _is_here_by_hub(hub: Any, handler: JupyterHandler) -> bool:
    """Ask the hub itself: HubAuth's cache keeps a user for `cache_max_age`, which is five minutes by default."""
    token = hub.get_token(handler)
    if not token:
        return False
    user = await hub.user_for_token(token, use_cache=False, sync=False)
    if user is None or not hub.check_scopes(hub.access_scopes, user):
        return False
    return bool(user["name"] == handler.current_user.username)

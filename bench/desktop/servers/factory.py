"""Creates the server of a configuration."""

from __future__ import annotations

from .configurations import CONFIGURATIONS
from .jupyter_server import JupyterServer, ServerError
from .our_server import OurServer
from .peers import PEERS
from .rdp_server import RdpServer


def create_server(name: str, geometry: str) -> JupyterServer:
    """Return the server of a configuration, not started yet; raise `ServerError` if it is unavailable here."""
    configuration = CONFIGURATIONS[name]
    if (obstacle := configuration.obstacle()) is not None:
        raise ServerError(obstacle)
    if not configuration.backend:
        return PEERS[name](geometry)
    server_class = RdpServer if configuration.backend == "rdp" else OurServer
    return server_class(configuration, geometry)

"""An MCP server, through which assistants look at a desktop and control it. It needs the package ``mcp``."""

from __future__ import annotations

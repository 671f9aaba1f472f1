"""A hook of MkDocs: links between the documents and the rest of the repository.

Pages link to source files by relative paths, which work in a checkout and on GitHub. On the site they become addresses
on GitHub. The Markdown files outside docs/ are checked too. A link to a missing file or heading is a warning, which
`mkdocs build --strict` turns into a failure.
"""

from __future__ import annotations

import logging
import posixpath
import re
from pathlib import Path
from typing import Any

from markdown.extensions.toc import slugify

log = logging.getLogger("mkdocs.hooks.docs_links")

ROOT = Path(__file__).parents[1]
OUTSIDE = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "RELEASE.md", "SECURITY.md", "AGENTS.md", "bench/README.md"]

LINK = re.compile(r"(?<=\]\()(?P<path>[^)\s#:]*)(?P<anchor>#[^)\s]*)?(?=\))")
"""The target of an inline link or image that names no scheme."""

HEADING = re.compile(r"^#+ +(.*?) *$", re.M)
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.M | re.S)


def on_pre_build(config: Any) -> None:
    """Check the links in the Markdown files outside docs/."""
    for name in OUTSIDE:
        text = (ROOT / name).read_text(encoding="utf-8")
        for link in LINK.finditer(CODE.sub("", text)):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), link["path"])) if link["path"] else name
            _check(name, target, link["anchor"])


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Replace links that leave docs/ by addresses on GitHub."""
    source = page.file.src_uri

    def replace(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join("docs", posixpath.dirname(source), link["path"]))
        if not link["path"] or target.startswith("docs/"):
            return link[0]
        _check(f"docs/{source}", target, link["anchor"])
        kind = "tree" if (ROOT / target).is_dir() else "blob"
        return f"{config['repo_url']}/{kind}/main/{target}{link['anchor'] or ''}"

    return LINK.sub(replace, markdown)


def _check(source: str, target: str, anchor: str | None) -> None:
    path = ROOT / target
    if not path.exists():
        log.warning("%s links to %s, which does not exist", source, target)
    elif anchor and path.suffix == ".md" and anchor[1:] not in _anchors(path):
        log.warning("%s links to %s%s, and there is no such heading", source, target, anchor)


def _anchors(path: Path) -> set[str]:
    headings = HEADING.findall(CODE.sub(lambda code: code[0].strip("`"), path.read_text(encoding="utf-8")))
    return {slugify(heading, "-") for heading in headings}

"""Write the version of package.json into the recipe for conda-forge, as pip writes it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from packaging.version import Version

ROOT = Path(__file__).parents[1]
RECIPE = ROOT / "recipe" / "recipe.yaml"


def with_version(recipe: str, version: str) -> str:
    """Return the text of a recipe with ``version``, which is SemVer."""
    return re.sub(r'(?m)^  version: ".*"$', f'  version: "{Version(version)}"', recipe, count=1)


def main() -> None:
    """Write the file."""
    version = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["version"]
    RECIPE.write_text(with_version(RECIPE.read_text(encoding="utf-8"), version), encoding="utf-8")


if __name__ == "__main__":
    main()

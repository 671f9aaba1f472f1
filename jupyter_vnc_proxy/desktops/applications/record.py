"""The application that a desktop was made for: a file in the desktop's directory, beside its state."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

from ...errors import InvalidOption
from ..state import write_private

FILE = "application.json"


class ApplicationModel(TypedDict):
    """An application as JSON: the id of its desktop entry, and its name for people."""

    id: str
    name: str


@dataclass(frozen=True)
class ApplicationRecord:
    """An application: the id of its desktop entry, its name, its command, and its working directory or nothing."""

    id: str
    name: str
    argv: tuple[str, ...]
    directory: str = ""

    def model(self) -> ApplicationModel:
        """Return what people may know."""
        return {"id": self.id, "name": self.name}


def write_record(directory: Path, record: ApplicationRecord) -> None:
    """Make ``directory`` that of a desktop for an application, and for nothing else."""
    write_private(directory / FILE, json.dumps(asdict(record)))


def read_record(directory: Path) -> ApplicationRecord | None:
    """Return the application of a desktop, ``None`` if it has a session; raise `InvalidOption` for a damaged file."""
    try:
        data = json.loads((directory / FILE).read_bytes())
        record = ApplicationRecord(data["id"], data["name"], tuple(data["argv"]), data["directory"])
        texts = (record.id, record.name, record.directory, *record.argv)
        if not record.argv or not all(isinstance(each, str) and "\0" not in each for each in texts):
            raise ValueError("no command")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        message = "The file that says which application this desktop is for was damaged; open the application again."
        raise InvalidOption(message, code="state-damaged") from error
    return record


def application_model(directory: Path) -> ApplicationModel | None:
    """Return the application of a desktop as JSON, ``None`` if it has a session or the file is damaged."""
    try:
        record = read_record(directory)
    except InvalidOption:
        return None
    return None if record is None else record.model()

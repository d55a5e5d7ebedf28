"""The documents of a story: what the run was given, at base, and what it wrote, at head."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence.changes import Content, decode, is_file
from pytest_agentcompliance.evidence.log import ChunkLog

DocumentName = Literal["story", "plan", "scope", "decisions", "blockers", "intent"]

LIMIT = 4 * 1024 * 1024  # bytes of a document; the longest real one met has 120 KB


@dataclass(frozen=True)
class Document:
    """One file that is a document of the story at one end of the run."""

    name: DocumentName
    content: Content

    @property
    def path(self) -> str:
        return self.content.path

    @property
    def oid(self) -> str:
        return self.content.oid

    @cached_property
    def _text(self) -> str:
        if not is_file(self.content.mode):
            return self._refuse("it is no regular file, and no link is followed")
        data = self.content.bytes()
        if len(data) > LIMIT:
            return self._refuse(f"it has {len(data):,} bytes; a document of more than {LIMIT:,} is not read")
        from pytest_agentcompliance.parsing.markdown import too_much  # start-up time: when there is a document

        text = decode(data)
        why = too_much(text)
        return self._refuse(f"it {why}") if why else text

    def text(self) -> str:
        """What it says. Raises ``Unreadable``, and says so to the ledger, for a link, a folder, a huge or a missing blob."""
        return self._text

    def _refuse(self, why: str) -> str:
        self.content.ledger.note_unread(self.path, why)
        raise Unreadable(self.path, why)


@dataclass(frozen=True)
class Documents:
    """All documents of one story. ``logs`` are those that other agents wrote of the same story, as they are at head."""

    at_base: tuple[Document, ...] = ()
    at_head: tuple[Document, ...] = ()
    places: Mapping[DocumentName, tuple[str, ...]] = field(default_factory=dict)
    logs: tuple[ChunkLog, ...] = ()

    def base(self, name: DocumentName) -> tuple[Document, ...]:
        """As the run was given it: usually one or none; the one that lies beside the log comes first."""
        return tuple(one for one in self.at_base if one.name == name)

    def head(self, name: DocumentName) -> tuple[Document, ...]:
        """As it is at the end of the run."""
        return tuple(one for one in self.at_head if one.name == name)

    def globs(self, name: DocumentName) -> tuple[str, ...]:
        """Where it was looked for."""
        return self.places.get(name, ())

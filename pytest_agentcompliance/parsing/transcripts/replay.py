"""The edits of a transcript, played again: what the files held when it ended, as far as the edits say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

LARGEST = 4 * 1024 * 1024  # characters of one file
HELD = 256 * 1024 * 1024  # characters of all files
READ = 2 * 1024 * 1024 * 1024  # characters that are gone over in all


class Edit(Protocol):
    """What is asked of a step; its fields are those of ``evidence.transcript.Step``."""

    @property
    def kind(self) -> str: ...
    @property
    def result(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def before(self) -> str | None: ...
    @property
    def after(self) -> str | None: ...
    @property
    def everywhere(self) -> bool: ...
    @property
    def gone(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Replayed:
    """Texts by path; ``gone`` are paths that were deleted; ``unknown`` those that were edited and whose text cannot be told."""

    files: Mapping[str, str]
    gone: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()


def happened(edit: Edit) -> bool:
    """Whether a step edited its file: one that was refused or failed did not."""
    return edit.kind == "edit" and edit.result not in ("fail", "refused")


def replay(steps: Iterable[Edit], start: Mapping[str, str] | None = None) -> Replayed:
    """Play all edits that happened, over the files that there were (``start``, none by default)."""
    files, gone, unknown = dict(start or {}), set[str](), set[str]()
    held, left = sum(map(len, files.values())), READ
    for step in filter(happened, steps):
        path, old = step.path, files.pop(step.path, None)
        unknown.discard(path)
        gone.discard(path)
        held, left = held - len(old or ""), left - len(old or "")
        text = _edited(old, step) if left > 0 else None
        if step.gone:
            gone.add(path)
        elif text is None or held + len(text) > HELD:
            unknown.add(path)
        else:
            files[path] = text
            held += len(text)
    return Replayed(files, frozenset(gone), frozenset(unknown))


def _edited(text: str | None, step: Edit) -> str | None:
    """The text after one edit; None where it cannot be told, or is too long."""
    if step.after is None:
        return None
    if step.before is None:
        return step.after
    if text is None or step.before not in text:
        return None
    times = text.count(step.before) if step.everywhere and step.before else 1
    if len(text) + times * (len(step.after) - len(step.before)) > LARGEST:
        return None
    return text.replace(step.before, step.after, times)

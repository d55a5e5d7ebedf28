"""The text of the next chunk: labels that wait for an answer, and the paths that a reader of the log finds again."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.parsing import log_chunks, log_fields, markdown
from pytest_agentcompliance.parsing.claims import Paths
from pytest_agentcompliance.parsing.packages import Package

LONGEST = 1000  # characters of a path that a log can tell of

_HEAD = "- Objective (maps to story requirement/AC):\n- Files changed:\n"
_NAME = re.compile(r"(?:@[A-Za-z0-9][A-Za-z0-9._-]*/)?[A-Za-z0-9][A-Za-z0-9._-]*")
_FOLDER = re.compile(r"[A-Za-z0-9._@][A-Za-z0-9._@+/-]*")
_SCRIPT = re.compile(r"[A-Za-z][A-Za-z0-9:_-]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line under Files changed; ``line`` is how it is written, once that is known to be read as it is meant."""

    path: str
    status: str
    old: str = ""  # the path before a rename
    module: bool = False
    line: str = field(default="", compare=False)

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.old, self.path) if self.old else (self.path,)


@dataclass(frozen=True, slots=True)
class Parts:
    """What is known of a chunk before it has its number."""

    name: str
    files: list[str]
    modules: list[str]
    commands: list[str]

    def chunk(self, number: int) -> str:
        """The chunk in the specified form, without a line end behind it."""
        new = f" `{self.modules[0]}`" if len(self.modules) == 1 else "".join(f"\n    - `{path}`" for path in self.modules)
        run = "".join(f"\n  <!-- run this and log it here with its outcome: {command} -->" for command in self.commands)
        return (
            f"{f'## Chunk {number} — {self.name}'.rstrip()}\n"
            f"{_HEAD}" + "".join(f"  - {line}\n" for line in self.files) + "- Summary of changes:\n"
            f"- Reuse compliance:\n  - Reused:\n  - New:{new}\n  - Why new was necessary:\n"
            "- Ports & adapters note:\n  - What stayed in core:\n  - What stayed in adapters:\n"
            f"- Commands run (if any):{run}\n- Notes / Risks:"
        )


def title(path: str) -> str:
    """The first line of a log that is made: ``BACKEND-LOG.md`` is a backend log."""
    words = re.sub(r"[^A-Za-z0-9]+", " ", path.rpartition("/")[2].removesuffix(".md")).strip()
    return f"# {words.capitalize() or 'Log'}\n"


def named(name: str) -> str:
    """A name for the chunk as its heading can hold it. Raises ``UsageError`` for one that would be read otherwise."""
    name = name.strip()
    if not name:
        return ""
    outline = log_chunks.outline(markdown.read(f"## Chunk 1 — {name}\n")) if name.isprintable() and len(name) <= 200 else None
    if outline is None or [head.name for head in outline.heads] != [name]:
        raise UsageError("--name: a chunk is named in a few plain words, on one line")
    return name


def entries(wanted: list[Entry], known: Paths) -> tuple[list[Entry], tuple[str, ...]]:
    """The entries with their lines, and the paths that no line can tell of."""
    written: list[Entry] = []
    unwritten: list[str] = []
    clean = [replace(one, line=_forms(one)[0]) for one in wanted if all(map(_plain, one.paths))]
    right = {one.path for one in _read_back(clean, known)}
    for one in wanted:
        if one.path in right:
            written.append(replace(one, line=_forms(one)[0]))
            continue
        for part in [one] if not one.old else [Entry(one.old, "DELETED"), Entry(one.path, "NEW")]:
            if done := _alone(part, known):
                written.append(done)
            else:
                unwritten.append(part.path)
    # All together once more: what a line says may hang on the line above it.
    sure = {one.path for one in _read_back(written, known)}
    unwritten += [path for one in written if one.path not in sure for path in one.paths]
    return [one for one in written if one.path in sure], tuple(unwritten)


def command(package: Package, scripts: Iterable[str], root: Mapping[str, str]) -> str:
    """The command that type checks a package; empty where its name and its folder are none that a shell should see."""
    folder = package.folder if _FOLDER.fullmatch(package.folder) else ""
    if package.language == "python":
        return f"mypy {folder or '.'}" if folder or not package.folder else ""
    select = package.name if _NAME.fullmatch(package.name) else f"./{folder}" if folder else ""
    if not select:
        return ""
    script = _first(scripts, package.scripts) or _first(scripts, root)
    return f"pnpm {script} --filter {select}" if script else f"pnpm --filter {select} exec tsc --noEmit"


def _first(scripts: Iterable[str], there: Collection[str]) -> str:
    return next((script for script in scripts if script in there and _SCRIPT.fullmatch(script)), "")


def _plain(path: str) -> bool:
    """Whether a path can stand in a line at all: one that has a line end or a code mark would be another line's."""
    return path.isprintable() and "`" not in path and len(path) <= LONGEST


def _forms(one: Entry) -> tuple[str, ...]:
    if one.old:
        return (f"`{one.old}` -> `{one.path}` ({one.status})",)
    return tuple(f"{path} ({one.status})" for path in (f"`{one.path}`", f"`./{one.path}`", one.path))


def _alone(one: Entry, known: Paths) -> Entry | None:
    """The entry in the first form that is read back."""
    if not _plain(one.path):
        return None
    forms = (replace(one, line=line) for line in _forms(one))
    return next((form for form in forms if _read_back([form], known)), None)


def _read_back(written: list[Entry], known: Paths) -> list[Entry]:
    """Those of the entries whose lines the reader of logs reads as the paths that they are meant for."""
    text = _HEAD + "".join(f"  - {one.line}\n" for one in written) + "- Summary of changes:\n"
    found: dict[int, list[tuple[str, ...]]] = {}
    for claim in log_fields.read(markdown.read(text)).files:
        match = known.find(claim.path)
        found.setdefault(claim.line, []).append(match.paths if claim.changed and match.how == "whole" else ())
    return [one for line, one in enumerate(written, _HEAD.count("\n") + 1) if found.get(line) == [(path,) for path in one.paths]]

from collections.abc import Iterator

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, ChunkLog, FileChange
from pytest_agentcompliance.evidence.changes import SUBMODULE, SYMLINK
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

_HERE = "plans/shop/in-progress/SHOP-7/_implementation/BACKEND-LOG.md"
_ELSEWHERE = "plans/shop/in-progress/SHOP-8/_implementation/BACKEND-LOG.md"


class Present(Rule):
    """The run wrote its log, and wrote it where it belongs.

    Why: what an agent did not write down can only be guessed. A log in another folder is not found
    by whoever reviews the story, or is taken for the log of another one.

    Blind spots: which story a log tells of is known by its folder alone.
    """

    path: str = Field(
        default="**/_implementation/BACKEND-LOG.md",
        description="Glob of the place where the log belongs, from the root of the repository.",
    )

    remedy = Remedy("fix", "Write the log of this run, chunk by chunk, at the path that the finding names.")
    examples = (
        Example(
            "A run without a log is reported.",
            given={"path": _HERE},
            after={"api/cart.ts": "export {}\n"},
            finds=(_HERE,),
        ),
        Example(
            "A log in the wrong folder is reported where it lies.",
            given={"path": _HERE},
            after={_ELSEWHERE: "## Chunk 1 — cart\n"},
            finds=(_ELSEWHERE,),
        ),
        Example(
            "A log that the run deleted is reported.",
            given={"path": _HERE},
            before={_HERE: "## Chunk 1 — cart\n"},
            finds=(_HERE,),
        ),
        Example("An empty log is reported.", given={"path": _HERE}, after={_HERE: "\n\n"}, finds=(_HERE,)),
        Example(
            "A symbolic link in the place of the log is reported.",
            given={"path": _HERE},
            links={_HERE: "../../SHOP-1/BACKEND-LOG.md"},
            finds=(_HERE,),
        ),
        Example(
            "A folder in the place of the log is no log.",
            given={"path": _HERE},
            after={f"{_HERE}/part.md": "## Chunk 1 — cart\n"},
            finds=(_HERE,),
        ),
        Example("A log in its place is kept.", given={"path": _HERE}, after={_HERE: "## Chunk 1 — cart\n"}),
        Example(
            "A log that was there and grew is kept, whatever stage its folder stands in.",
            given={"path": "plans/**/_implementation/BACKEND-LOG.md"},
            before={_HERE: "## Chunk 1 — cart\n"},
            after={_HERE: "## Chunk 1 — cart\n\n## Chunk 2 — till\n"},
        ),
        Example(
            "A log that was named by hand is judged where it lies.",
            given={"path": _HERE},
            log="## Chunk 1 — cart\n",
            after={"BACKEND-LOG.md": "## Chunk 1 — cart\n"},
        ),
    )

    def check(self, changes: ChangeSet, log: ChunkLog | None) -> Iterator[Finding]:
        if log is not None and log.stray:
            yield from self._absent(changes)
            return
        named = log is not None and not matches(log.path, [self.path])
        touched = [change for change in changes if matches(change.path, [self.path])]
        if folder := next((found for change in touched if change.after and (found := self._folder(change.path))), ""):
            yield Finding("a folder stands where the log belongs", Place(folder))
            return
        written = [change for change in touched if change.after is not None]
        if log is not None and log.path in changes.by_path:
            touched = written = [changes.by_path[log.path]]
        if len({change.path.split("/")[-3] for change in written if change.path.count("/") > 1}) == 1 < len(written):
            said = f"the run wrote {len(written)} logs of one story that differ: {_listed([change.path for change in written])}"
            yield Finding(f"{said}; which of them is its log cannot be told", Place(written[0].path), evidence="several")
            return
        moved = [change for change in written if change.renamed_from is not None]
        if len(moved) > 1 and len(moved) == len(written):
            yield Finding(f"the run wrote no log: it only moved {_listed([one.path for one in moved])}", Place(moved[0].path))
        elif len(written) > 1:
            raise NotJudged(
                f"the run wrote {len(written)} logs: {_listed([change.path for change in written])}; name the story with --story"
            )
        elif written and written[0].after is not None:
            yield from self._content(written[0], log)
        elif touched:
            yield Finding("the run deleted its log", Place(touched[0].path))
        elif log is not None and not named and log.problem:
            yield Finding(f"the log cannot be read: {log.problem}", Place(log.path))
        elif log is not None and not named:
            yield Finding("the log is there, but this run wrote nothing to it", Place(log.path))
        else:
            yield from self._absent(changes)

    def _folder(self, path: str) -> str:
        """The folder of the log's name that a path lies in; empty where there is none."""
        name = self.path.rpartition("/")[2]
        *folders, last = path.split("/")
        wild = not name or set(name) & set("*?[\\")
        return "" if wild or last == name or name not in folders else "/".join(folders[: folders.index(name) + 1])

    def _content(self, change: FileChange, log: ChunkLog | None) -> Iterator[Finding]:
        if change.after is None:
            yield Finding("the run deleted its log", Place(change.path))
        elif log is not None and log.path == change.path and log.problem:
            yield Finding(f"the log cannot be read: {log.problem}", Place(change.path))
        elif change.after.mode in (SYMLINK, SUBMODULE):
            kind = "a symbolic link" if change.after.mode == SYMLINK else "a submodule"
            yield Finding(f"{kind} stands where the log belongs", Place(change.path))
        elif log is not None and log.path == change.path:
            if log.last_line == 0:
                yield Finding("the log is empty", Place(change.path))
        else:
            try:
                empty = not change.after.text().strip()
            except Unreadable:
                return  # the ledger was told; the verdict names the file
            if empty:
                yield Finding("the log is empty", Place(change.path))

    def _absent(self, changes: ChangeSet) -> Iterator[Finding]:
        name = self.path.rsplit("/", 1)[-1].lower()
        strays = [change.path for change in changes if change.after is not None and change.path.rsplit("/", 1)[-1].lower() == name]
        for stray in strays[:5]:
            yield Finding(f"the run wrote no log at {self.path}, where it belongs; this one lies elsewhere", Place(stray))
        if not strays:
            glob = any(mark in self.path for mark in "*?[")
            yield Finding(f"the run wrote no log; it belongs at {self.path}", None if glob else Place(self.path))


def _listed(paths: list[str]) -> str:
    return ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")

import re
from collections.abc import Generator
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import Chunk, ChunkLog, Document, Documents
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.references import References
    from pytest_agentcompliance.parsing.requirements import Requirement
    from pytest_agentcompliance.parsing.traces import Known

SHOWN = 12  # criteria that one message lists
_REVIEWED = "the objective names a finding of a review and no criterion"

_STORY = """# S-1: A cart

## Acceptance Criteria

- [ ] **AC-1**: A cart is stored
- [ ] **AC-2**: The endpoint empties a cart
- [ ] **AC-3**: The button shows a spinner
"""
_FILES = "- Files changed:\n  - api/cart.ts\n"


class ObjectivesTraced(Rule):
    """Each chunk's objective names criteria of the story, and a complete run leaves no criterion unnamed.

    Why: the objective says what a chunk is for. One that leads to nothing in the story is work that nobody asked
    for; a criterion that no chunk names is work that nobody can show to be done.

    Blind spots: that a criterion is named is seen, not that it is met. Criteria that speak of the words in ``others``
    are left to other agents, and where those have a part in the story, so are criteria that say nothing of their
    side. A story without ids is compared by its words alone. Whether the step of a plan or the finding of a review
    that an objective names exists is not looked up.
    """

    others: list[str] = Field(
        default=[
            "frontend", "front-end", "ui", "ux", "react", "component", "modal", "toast", "button", "page renders", "on page",
            "screen", "drag", "drag-over", "drag-and-drop", "hover", "click", "keyboard", "focus", "focus trap", "aria", "tooltip",
            "animation", "css", "tailwind", "storybook", "playwright", "e2e", "cypress", "accessibility", "screen reader",
            "browser", "mobile", "responsive", "rtk", "redux", "skeleton", "spinner", "dialog", "dropdown", "visual", "optimistic",
            "loading state", "loading indicator", "client-side", "web app", "form validates", "form field", "preview",
            "upload zone", "uat", "staging", "ops team",
        ],
        description="Words of criteria that other agents answer for: these need not be named when the backend is complete.",
    )  # fmt: skip
    own: list[str] = Field(
        default=[
            "backend", "api", "endpoint", "service layer", "service", "route", "route handler", "repository", "database", "table",
            "column", "schema", "migration", "server", "transaction", "query", "http", "unit test", "type check",
        ],
        description="Words of criteria that this agent answers for: in a heading whatever the text says, in the text where no other"
        " agent's word stands beside them.",
    )  # fmt: skip
    beside: list[str] = Field(
        default=[
            "**/*.test.*", "**/*.spec.*", "**/__tests__/**", "**/tests/**", "**/test/**", "**/__http__/**", "**/*.http", "**/*.md",
            "**/docs/**", "**/*.json", "**/*.yaml", "**/*.yml", "**/*.toml", "**/*.config.*", "**/.env*", "**/seeds/**",
            "**/seed*", "**/*.lock",
        ],
        description="Globs of tests, documents and configuration: where a chunk of these alone names no criterion, it is style.",
    )  # fmt: skip

    remedy = Remedy(
        "fix",
        "Say in the chunk which criteria of the story it serves; for work that serves none, or a criterion that is not"
        " done, ask who owns the story.",
    )
    examples = (
        Example(
            "A criterion that the story does not have is reported at the objective.",
            before={"STORY.md": _STORY},
            log=f"## Chunk 1 — cart\n- Objective (maps to AC-1, AC-9): store the cart\n{_FILES}",
            finds=("BACKEND-LOG.md:2",),
        ),
        Example(
            "An objective that leads to nothing in the story is reported.",
            before={"STORY.md": _STORY},
            log=f"## Chunk 1 — log\n- Objective (maps to story requirement/AC): replace the logger\n{_FILES}",
            finds=("BACKEND-LOG.md:2",),
        ),
        Example(
            "A complete run that leaves criteria unnamed is one finding; those of the frontend are left to others.",
            before={"STORY.md": _STORY},
            log=f"## Chunk 1 — cart\n- Objective (AC-1): store the cart\n{_FILES}\nBACKEND COMPLETE\n",
            finds=("BACKEND-LOG.md:6",),
        ),
        Example(
            "A range whose end the story does not have is reported.",
            before={"STORY.md": _STORY},
            log=f"## Chunk 1 — all\n- Objective: the cart (AC-1 to AC-40)\n{_FILES}",
            finds=("BACKEND-LOG.md:2",),
        ),
        Example(
            "A criterion that only the run wrote into the story is none.",
            before={"STORY.md": _STORY},
            after={"STORY.md": _STORY + "- [ ] **AC-4**: A logger\n"},
            log=f"## Chunk 1 — log\n- Objective (maps to AC-4): replace the logger\n{_FILES}",
            finds=("BACKEND-LOG.md:2",),
        ),
        Example(
            "Lists and ranges in any spelling are kept.",
            before={"STORY.md": _STORY},
            log=f"## Chunk 1 — cart\n- **Objective (maps to ac 01 – 02):** carts\n{_FILES}\nBACKEND COMPLETE\n",
        ),
        Example(
            "A chunk may name its criteria outside of the objective.",
            before={"STORY.md": _STORY},
            log=f"## Chunk 1 — cart (AC1)\n- Objective: store the cart\n{_FILES}",
        ),
        Example(
            "A section of the story is a requirement of it.",
            before={"STORY.md": _STORY + "\n## 11. Seed data\n\nTwo carts.\n"},
            log=f"## Chunk 1 — seeds\n- Objective (maps to Section 11): two carts\n{_FILES}",
        ),
        Example(
            "A story without ids is traced by its words, or by the place of a criterion in the list.",
            before={"STORY.md": "# S-1\n\n## Acceptance Criteria\n\n- Carts survive a restart of the shop\n- Totals are right\n"},
            log=f"## Chunk 1 — cart\n- Objective: carts survive a restart\n{_FILES}\n"
            f"## Chunk 2 — sum\n- Objective (AC-2): totals\n{_FILES}",
        ),
        Example(
            "A step of the plan, a finding of a review, and tests alone are matters of style.",
            before={"STORY.md": _STORY},
            log=f"## Chunk 1 — a\n- Objective: set up (maps to Plan step 2)\n{_FILES}\n"
            f"## Chunk 2 — b\n- Objective: fix what the code review found\n{_FILES}\n"
            "## Chunk 3 — c\n- Objective: widen the net\n- Files changed:\n  - api/cart.test.ts\n",
            styles=("BACKEND-LOG.md:2", "BACKEND-LOG.md:7", "BACKEND-LOG.md:12"),
        ),
        Example(
            "What another agent's log names is covered.",
            before={"STORY.md": _STORY},
            after={"STORY.md": _STORY, "FRONTEND-LOG.md": "## Chunk 1 — x\n- Objective (AC-2): empty it\n"},
            log=f"## Chunk 1 — cart\n- Objective (AC-1): store the cart\n{_FILES}\nBACKEND COMPLETE\n",
        ),
    )

    def check(self, log: ChunkLog, documents: Documents) -> Generator[Finding, None, str]:
        from pytest_agentcompliance.parsing import references  # start-up time: when there is a log and a story

        if not log.chunks:
            raise NotJudged("the log has no chunks, so there is no objective that could be traced")
        found = documents.base("story") or documents.head("story")
        if not found:
            raise NotJudged(f"the story was not found; it was looked for at {', '.join(documents.globs('story')) or 'no place'}")
        known, path = self._known(found, log)
        if not known.main.requirements:
            raise NotJudged(f"{path} has no acceptance criteria or requirements that could be read")
        asides: dict[str, list[Chunk]] = {}
        for chunk in log.new_chunks:
            objective = chunk.fields.get("objective")
            if objective is None or not objective.text:
                continue  # log/chunk-fields says so
            said = f"{objective.label}: {objective.text}"
            named = references.find(said)
            missing = list(dict.fromkeys(key for name in named.names if known.ours(name) for key in known.missing(name)))
            at = Place(log.path, objective.line)
            if missing:
                yield self._invented([str(key) for key in missing], chunk, at, path, documents)
            elif not self._traced(chunk, said, named, known):
                if aside := self._aside(chunk, said, known):
                    asides.setdefault(aside, []).append(chunk)
                else:
                    yield Finding(
                        f"the objective of chunk {chunk.number} names no criterion and no requirement of the story",
                        at,
                        evidence=f"untraced {objective.text[:200]}",
                    )
        for aside, chunks in asides.items():
            first = chunks[0].fields["objective"].line
            numbers = ", ".join(chunk.number for chunk in chunks[:SHOWN])
            yield Finding(f"{aside}: chunk{'s' if len(chunks) > 1 else ''} {numbers}", Place(log.path, first), "style", aside)
        reviewed = asides.get(_REVIEWED, [])
        if log.new_chunks and len(reviewed) == len(log.new_chunks):
            left = "every chunk answers a review: whether all criteria are covered is not judged"
        else:
            left = yield from self._unnamed(log, documents, known, path)
        return "\n".join(part for part in (self._origin(documents, known, path), left) if part)

    def _traced(self, chunk: Chunk, said: str, named: "References", known: "Known") -> bool:
        from pytest_agentcompliance.parsing import references

        if known.traced(named) or known.traced(references.find(f"{chunk.name}\n{chunk.text}")):
            return True
        return known.main.counted and any(known.line_of(one) is not None for one in (said, chunk.name))

    def _known(self, found: tuple[Document, ...], log: ChunkLog) -> "tuple[Known, str]":
        """What is to be traced to, and the path of the document whose criteria govern."""
        from pytest_agentcompliance.parsing import requirements
        from pytest_agentcompliance.parsing.traces import Known

        stories = tuple(requirements.read(one.text()) for one in found)
        folders = log.path.split("/")[:-1]
        name = next((folder for folder in reversed(folders) if not folder.startswith("_")), "")
        known = Known(stories, name)
        at = next((at for at, story in enumerate(stories) if story is known.main), 0)
        return known, found[at].path

    def _invented(self, keys: list[str], chunk: Chunk, at: Place, path: str, documents: Documents) -> Finding:
        from pytest_agentcompliance.parsing import requirements

        listed = _listed(keys)
        added = ""
        if documents.base("story"):
            later = {str(key) for one in documents.head("story") for key in requirements.read(one.text()).keys}
            added = ", only the story as the run left it does" if set(keys) <= later else ""
        them = "them" if len(keys) > 1 else "it"
        return Finding(
            f"the objective of chunk {chunk.number} names {listed}; {path} does not have {them}{added}", at, evidence=listed
        )

    def _aside(self, chunk: Chunk, said: str, known: "Known") -> str:
        """What the objective leads to in place of a criterion; empty where it leads nowhere."""
        from pytest_agentcompliance.parsing import references

        if other := references.elsewhere(f"{chunk.name}\n{said}"):
            return _REVIEWED if other == "a finding of a review" else f"the objective names {other} and no criterion"
        if known.line_of(said):
            return "the objective tells a requirement of the story in words and names no criterion"
        written = [claim.path for claim in chunk.files if claim.changed]
        if all(matches(path, self.beside) for path in written):
            return "a chunk of tests, documents or configuration alone names no criterion"
        return ""

    def _unnamed(self, log: ChunkLog, documents: Documents, known: "Known", path: str) -> Generator[Finding, None, str]:
        """The criteria that a complete run leaves unnamed; what is said of those that were left to others."""
        from pytest_agentcompliance.parsing import references
        from pytest_agentcompliance.parsing.traces import Cover

        if log.signal.kind != "complete" or not log.new_chunks:
            return ""
        cover = Cover()
        for chunk in (chunk for one in (log, *documents.logs) for chunk in one.chunks):
            labels = "\n".join(one.label for one in chunk.fields.values())
            cover.take(references.find(f"{chunk.name}\n{labels}\n{chunk.text}"), known)
        wanted = [one for one in known.main.requirements if one.main and one.state == "open"]
        if known.main.counted and not cover.named:
            return "the story gives its criteria no ids: whether all are covered is not judged"
        left = cover.left(wanted)
        sides = {one.key: self._side(one) for one in wanted}
        shared = bool(documents.logs) or list(sides.values()).count("others") * 4 >= len(wanted)  # then the rest may be anyone's
        mine = [one for one in left if sides[one.key] == "own" or (not shared and not sides[one.key])]
        for_others = [one for one in left if one not in mine]
        if mine:
            listed = _listed([f"{one.id} (line {one.line})" for one in mine])
            yield Finding(
                f"the run is complete, and no chunk names {len(mine)} of the {len(wanted)} criteria of {path}: {listed}",
                log.signal.at,
                evidence=" ".join(str(one.key) for one in mine),
            )
        return f"left to other agents: {_listed([one.id for one in for_others])}" if for_others else ""

    @cached_property
    def _words(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        return _any_of(self.others), _any_of(self.own)

    def _side(self, one: "Requirement") -> Literal["own", "others", ""]:
        """Who answers for a criterion: by its headings, else by its text; empty where neither says so."""
        others, own = self._words
        text = re.sub(r"`[^`]*`", " ", one.text)
        for said, first in ((" / ".join(one.under[-3:]), own), (text, others)):
            second = others if first is own else own
            if first.search(said):
                return "own" if first is own else "others"
            if second.search(said):
                return "own" if second is own else "others"
        return ""

    def _origin(self, documents: Documents, known: "Known", path: str) -> str:
        from pytest_agentcompliance.parsing import requirements

        if not documents.base("story"):
            return f"base has no story; it is read at head, {path}"
        for one in documents.head("story")[:1]:
            now = {(later.key, later.text) for later in requirements.read(one.text()).requirements}
            if now != {(given.key, given.text) for given in known.main.requirements}:
                return f"the run changed the criteria of the story; they are read at base, {path}"
        return f"the criteria are those of {path} at base"


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?i)(?<![\w-])(?:{'|'.join(map(re.escape, words)) or '(?!)'})s?(?![\w-])")


def _listed(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")

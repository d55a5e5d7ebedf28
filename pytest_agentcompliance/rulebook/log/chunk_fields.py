import re
from collections.abc import Iterator

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import Chunk, ChunkLog
from pytest_agentcompliance.evidence.log import FieldName
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

_LABELS: dict[FieldName, str] = {
    "objective": "Objective", "files_changed": "Files changed", "summary": "Summary of changes", "reuse": "Reuse compliance",
    "reused": "Reused", "new": "New", "why_new": "Why new was necessary", "ports_adapters": "Ports & adapters note",
    "core": "What stayed in core", "adapters": "What stayed in adapters", "commands": "Commands run", "notes": "Notes / Risks",
}  # fmt: skip
_PARTS: dict[FieldName, tuple[FieldName, ...]] = {"reuse": ("reused", "new", "why_new"), "ports_adapters": ("core", "adapters")}
_PARENT = {part: parent for parent, parts in _PARTS.items() for part in parts}
_NOT_APPLICABLE = re.compile(r"(?i)^\W*(?:n/?a|not applicable|none|nothing)\b")

_WHOLE = """## Chunk 1 — cart
- Objective (maps to AC-1): store the cart
- Files changed:
  - api/cart.ts
- Summary of changes: a table and its route
- Reuse compliance:
  - Reused: the session store
  - New: the cart table
  - Why new was necessary: no table holds carts
- Ports & adapters note:
  - What stayed in core: the totals
  - What stayed in adapters: the route
- Commands run (if any): none
- Notes / Risks: none
"""


class ChunkFields(Rule):
    """Every chunk has every required field, and each says something.

    Why: the fields are the questions that a reviewer would otherwise have to ask: what for, what was
    touched, what was reused, what was run. A label with nothing behind it is a question left open.

    Blind spots: that a field says something is seen, not whether it is true or enough.
    """

    required: tuple[FieldName, ...] = Field(
        default=tuple(_LABELS), description="The fields that a chunk must have, by their names in the reader's output."
    )

    remedy = Remedy("fix", "Fill in the named fields of the chunk. Where one does not apply, write N/A and why.")
    examples = (
        Example(
            "Missing fields are one finding for the chunk.",
            log="## Chunk 1 — cart\n- Objective: store the cart\n- Files changed:\n  - api/cart.ts\n",
            finds=("BACKEND-LOG.md:1",),
        ),
        Example(
            "A label with nothing behind it is reported.",
            log=_WHOLE.replace("the totals", ""),
            finds=("BACKEND-LOG.md:1",),
        ),
        Example(
            "Something new without a reason is reported.",
            log=_WHOLE.replace("  - Why new was necessary: no table holds carts\n", ""),
            finds=("BACKEND-LOG.md:1",),
        ),
        Example("A chunk with all fields is kept.", log=_WHOLE),
        Example(
            "Nothing new needs no reason.",
            log=_WHOLE.replace("New: the cart table", "New: none").replace("  - Why new was necessary: no table holds carts\n", ""),
        ),
        Example(
            "N/A beside a field covers its parts.",
            log=_WHOLE.replace(
                "note:\n  - What stayed in core: the totals\n  - What stayed in adapters: the route\n", "note: N/A (a test file)\n"
            ),
        ),
        Example(
            "A field told in prose, without its parts, is a matter of style.",
            log=_WHOLE.replace(
                "note:\n  - What stayed in core: the totals\n  - What stayed in adapters: the route\n",
                "note: the route only calls the core\n",
            ),
            styles=("BACKEND-LOG.md:1",),
        ),
        Example(
            "Labels in bold are a matter of style, and named once.",
            log=_WHOLE.replace("- Objective (maps to AC-1):", "- **Objective (maps to AC-1):**").replace(
                "- Notes / Risks:", "- **Notes / Risks**:"
            ),
            styles=("BACKEND-LOG.md:2",),
        ),
        Example(
            "Old chunks are not judged again.",
            log_before="## Chunk 1 — cart\n- Objective: store the cart\n",
            log="## Chunk 1 — cart\n- Objective: store the cart\n\n" + _WHOLE.replace("Chunk 1", "Chunk 2"),
        ),
    )

    def check(self, log: ChunkLog) -> Iterator[Finding]:
        if not log.chunks:
            raise NotJudged("the log has no chunks, so there is none whose fields could be looked at")
        told: dict[FieldName, list[Chunk]] = {}
        for chunk in log.new_chunks:
            missing = [name for name in self.required if name not in chunk.fields and not self._covered(chunk, name)]
            for parent, parts in _PARTS.items():
                if parent in chunk.fields and chunk.fields[parent].text and not any(part in chunk.fields for part in parts):
                    if any(part in missing for part in parts):
                        told.setdefault(parent, []).append(chunk)
                    missing = [name for name in missing if name not in parts]
            empty = [name for name in self.required if name in chunk.fields and self._empty(chunk, name)]
            if missing or empty:
                whole = [name for name in missing if _PARENT.get(name) not in missing]  # a part goes without saying
                said = [f"lacks {_named(whole)}"] if missing else []
                said += [f"leaves {_named(empty)} empty"] if empty else []
                yield Finding(f"chunk {chunk.number} {' and '.join(said)}", chunk.at, evidence=f"{chunk.number} {missing} {empty}")
        for parent, chunks in told.items():
            label = _LABELS[parent]
            yield Finding(f"{label!r} is told in prose, without its parts, in {_times(len(chunks))}", chunks[0].at, "style", label)
        for dress in log.dresses:
            if dress.part == "label":
                yield Finding(f"{dress.what}, {_times(dress.count, 'time')}", dress.at, "style", dress.what)

    def _covered(self, chunk: Chunk, name: FieldName) -> bool:
        """Whether the chunk says elsewhere that there is nothing to say here."""
        parent = _PARENT.get(name)
        if parent and parent in chunk.fields and _NOT_APPLICABLE.match(chunk.fields[parent].text):
            return True
        return name == "why_new" and "new" in chunk.fields and bool(_NOT_APPLICABLE.match(chunk.fields["new"].text))

    def _empty(self, chunk: Chunk, name: FieldName) -> bool:
        if chunk.fields[name].text or self._covered(chunk, name):
            return False
        return not any(part in chunk.fields for part in _PARTS.get(name, ()))


def _named(fields: list[FieldName]) -> str:
    return ", ".join(f"'{_LABELS[name]}'" for name in fields)


def _times(count: int, what: str = "chunk") -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"

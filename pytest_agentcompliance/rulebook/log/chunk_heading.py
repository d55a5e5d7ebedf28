from collections.abc import Iterator

from pydantic import Field

from pytest_agentcompliance.evidence import Chunk, ChunkLog
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy


class ChunkHeading(Rule):
    """Every chunk has a heading with its number and a name, and the numbers run 1, 2, 3 ... without gap or repeat.

    Why: a reader replays the run from its log. A gap is work that nobody can replay, a repeat is a
    chunk that was written over or cannot be told from another.
    """

    first: int = Field(default=1, description="The number of the first chunk.")

    remedy = Remedy("fix", "Head each chunk '## Chunk N — short name', with the number that follows the last one.")
    examples = (
        Example(
            "A gap is reported at the heading that jumped.",
            log="## Chunk 1 — add the route\n## Chunk 3 — test it",
            finds=("BACKEND-LOG.md:2",),
        ),
        Example(
            "A number that comes again is reported at the heading that repeats it.",
            log="## Chunk 1 — route\n## Chunk 2 — query\n## Chunk 2 — test\n## Chunk 3 — docs",
            finds=("BACKEND-LOG.md:3",),
        ),
        Example(
            "A series that starts again is one finding, not one for each of its chunks.",
            log="## Chunk 1 — route\n## Chunk 2 — query\n## Chunk 1 — fix\n## Chunk 2 — test",
            finds=("BACKEND-LOG.md:3",),
        ),
        Example("A chunk without a name is reported.", log="## Chunk 1", finds=("BACKEND-LOG.md:1",)),
        Example(
            "A range of numbers is one finding, and the count goes on behind it.",
            log="## Chunk 1 — route\n## Chunk 2-4 — tests\n## Chunk 5 — docs",
            finds=("BACKEND-LOG.md:2",),
            styles=(),
        ),
        Example(
            "A log without chunks is one finding, not two hundred.",
            log="# Log\n\n## Files Created\n\n- `api/cart.ts`\n\n### Step 1: route\n",
            finds=("BACKEND-LOG.md",),
        ),
        Example("Chunks in order are kept.", log="## Chunk 1 — route\n## Chunk 2 — test"),
        Example(
            "Another dash is a matter of style, and named once.",
            log="## Chunk 1 - route\n## Chunk 2 - test",
            styles=("BACKEND-LOG.md:1",),
        ),
        Example(
            "A heading in a code fence is none.",
            log="## Chunk 1 — notes\n\n```markdown\n## Chunk 7 — sample\n```\n\n## Chunk 2 — test",
        ),
        Example(
            "Old chunks are counted and not judged again.",
            log_before="## Chunk 1 — route\n## Chunk 3 — test\n",
            log="## Chunk 1 — route\n## Chunk 3 — test\n\n## Chunk 4 — docs\n",
        ),
    )

    def check(self, log: ChunkLog) -> Iterator[Finding]:
        if not log.chunks:
            yield Finding("the log has no chunk: no heading reads 'Chunk N — short name'", Place(log.path))
            return
        expected, seen = self.first, set[int]()
        for chunk in log.chunks:
            wrong, expected = self._number(chunk, expected, seen)
            if wrong and chunk.new:
                yield Finding(wrong, chunk.at, evidence=f"number {chunk.number} {chunk.name}")
            if not chunk.name and chunk.new:
                yield Finding(f"{_called(chunk)} has no name", chunk.at, evidence=f"name {chunk.number}")
        for dress in log.dresses:
            if dress.part == "heading":
                times = f", {dress.count} times" if dress.count > 1 else ""
                yield Finding(
                    f"a chunk heading is written otherwise than '## Chunk N — name': {dress.what}{times}",
                    dress.at,
                    "style",
                    dress.what,
                )

    def _number(self, chunk: Chunk, expected: int, seen: set[int]) -> tuple[str, int]:
        """What is wrong with a chunk's number, and the number that is expected next; ``seen``, those that were met, is kept up."""
        numbers = chunk.numbers
        if not (chunk.number.isdecimal() and len(numbers) == 1):
            after = max(numbers) + 1 if numbers else expected + 1
            if not chunk.number:
                return "a chunk has no number", after
            seen.update(numbers)
            stands = f", which stands for {len(numbers)} chunks" if len(numbers) > 1 else ""
            return f"a chunk is numbered {chunk.number!r}{stands}; each chunk has one whole number", after
        number = numbers[0]
        known = number in seen
        if number == self.first and known and number != expected:
            seen.clear()
        seen.add(number)
        if number == expected:
            return "", number + 1
        if number == self.first and known:
            return f"the numbers start again: chunk {number} stands where chunk {expected} belongs", number + 1
        if known:
            return f"chunk {number} is there a second time", expected
        if number > expected:
            return f"chunk {number} stands where chunk {expected} belongs", number + 1
        return f"chunk {number} stands behind a chunk with a higher number", expected


def _called(chunk: Chunk) -> str:
    return f"chunk {chunk.number}" if chunk.number else "a chunk"

"""testing/hermetic: what is added to tests hangs on no real host, wait, clock, chance, home folder or service."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.hermetic import HINTS
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:  # start-up time: the readers of code are imported when a file is a candidate
    from pytest_agentcompliance.parsing.hermetic import Tie

Kind = Literal["sleep", "clock", "elapsed", "random", "network", "home", "service"]
EXEMPT = [
    # whole systems, and how quick they are
    "**/e2e/**", "**/e2e-*/**", "*.e2e.*", "*e2e*", "**/end-to-end/**", "**/cypress/**", "**/playwright/**", "**/performance/**",
    "*perf*", "**/benchmark*/**", "*bench*", "**/load/**", "**/stress/**", "**/smoke/**", "**/live/**", "**/manual/**",
    "**/evals/**",
    # no tests of ours
    "**/node_modules/**", "**/vendor/**", "**/fixtures/**", "**/__fixtures__/**",
]  # fmt: skip

_WAIT = "import {{ expect, it }} from 'vitest'\nit('saves', async () => {{\n  save()\n  {}\n  expect(saved()).toBe(1)\n}})\n"


class Hermetic(Rule):
    """What is added to tests hangs on no real host, wait, clock, chance, home folder or service.

    Why: a test that asks the world passes today and fails tomorrow, on another machine or in another zone, and nothing of
    it was changed. Who meets that often enough runs it again until it is green, and stops reading red.

    Reported are waits in a test's own body; expectations that equal the time of now, or how long something took; data by
    chance without a seed; calls of clients with the address of a host out there; clients of real services. Where a test has
    the clock, the client or the home folder replaced, it is hermetic. This machine and the hosts that are reserved for
    examples are fine, and so are waits between two looks. What was moved is not new.

    Blind spots: what a helper or the code under test asks. Addresses that come from a variable. A replaced client excuses
    the whole file. Tests of whole systems and of speed are exempt by their paths. Go.
    """

    kinds: list[Kind] = Field(
        default=["sleep", "clock", "elapsed", "random", "network", "service"],
        description="What is a breach; all else is shown only.",
    )
    exempt: list[str] = Field(default=EXEMPT, description="Globs of tests that are left out; a later !glob takes files in again.")

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    candidates: ClassVar[Candidates] = Candidates(
        endings=(".py", ".pyi", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts"),
        contains=HINTS,
    )
    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Give the test its own clock, seed, folder or client, and wait for what has to happen instead of for time to pass."
    )
    examples = (
        Example(
            "Waits in a test are reported.",
            after={"a.test.ts": _WAIT.format("await new Promise((done) => setTimeout(done, 500))"),
                   "tests/test_a.py": "import time\n\ndef test_a():\n    save()\n    time.sleep(2)\n    assert saved()\n"},
            finds=("a.test.ts:4", "tests/test_a.py:5"),
        ),
        Example(
            "So are expectations that hang on the clock.",
            after={"a.test.ts": "it('a', () => {\n  expect(year()).toBe(new Date().getFullYear())\n})\n",
                   "tests/test_a.py": "def test_a():\n    assert stamp() == datetime.now().strftime('%Y-%m-%d')\n"},
            finds=("a.test.ts:2", "tests/test_a.py:2"),
        ),
        Example(
            "So are real hosts, services and data by chance.",
            after={"tests/test_a.py": "import boto3, random, requests\n\ndef test_a():\n"
                                      "    assert requests.get('https://api.github.com/zen').ok\n"
                                      "    s3 = boto3.client('s3')\n    assert total(random.randint(1, 9)) > 0\n",
                   "a.test.ts": "it('a', async () => {\n  const answer = await fetch('https://api.stripe.com/v1/charges')\n})\n"},
            finds=("a.test.ts:2", "tests/test_a.py:4", "tests/test_a.py:5", "tests/test_a.py:6"),
        ),
        Example(
            "A replaced clock or client makes a test hermetic.",
            after={"a.test.ts": "vi.useFakeTimers()\n" + _WAIT.format("await new Promise((done) => setTimeout(done, 500))"),
                   "b.test.ts": "import { http } from 'msw'\nit('b', async () => { await fetch('https://api.stripe.com/v1') })\n",
                   "tests/test_a.py": "@responses.activate\ndef test_a():\n    requests.get('https://api.github.com/zen')\n",
                   "tests/test_b.py": "@freeze_time('2026-01-01')\ndef test_b():\n    assert day() == date.today()\n"},
        ),
        Example(
            "This machine, example hosts and addresses that are only data are kept.",
            after={"tests/test_a.py": "def test_a():\n    requests.get('http://localhost:8000/a')\n"
                                      "    httpx.get('https://example.com/')\n"
                                      "    requests.get('http://127.0.0.1:1')\n"
                                      "    assert parse('https://github.com/a/b') == 'a/b'\n"
                                      "    user = {'avatar': 'https://cdn.real.io/a.png', 'id': random.randint(1, 99)}\n"},
        ),
        Example(
            "Waits between two looks, waits of nothing, and what plays a slow part are kept.",
            after={"tests/test_a.py": "import asyncio, time\n\nasync def test_a():\n    await asyncio.sleep(0)\n"
                                      "    while not done():\n        time.sleep(0.1)\n\n"
                                      "    async def slow():\n        await asyncio.sleep(1)\n\n    await run(slow)\n",
                   "a.test.ts": "it('a', async () => {\n  const get = () => new Promise((r) => setTimeout(r, 100))\n"
                                "  await waitFor(() => expect(1).toBe(1))\n})\n"},
        ),
        Example(
            "Code that is no test's is kept, and tests of whole systems.",
            after={"a.py": "time.sleep(1)\n", "e2e/a.test.ts": _WAIT.format("await page.waitForTimeout(500)")},
        ),
        Example(
            "What was there before is kept, wherever it went.",
            before={"tests/test_a.py": "import time\n\ndef test_a():\n    time.sleep(2)\n"},
            after={"tests/test_b.py": "import time\n\n\ndef test_b():\n    time.sleep(2)\n    assert 1\n"},
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        fresh: list[tuple[FileChange, Tie]] = []
        gone: Counter[str] = Counter()
        mine = [one for one in self.touched(changes) if self._asked(one) and one.renamed_from is None]
        for change in changes.readable(mine):
            before = Counter(map(_key, _ties(change.before)))
            for one in _ties(change.after):
                if before[_key(one)]:
                    before[_key(one)] -= 1
                else:
                    fresh.append((change, one))
            gone += before
        if fresh:
            lost = [one for one in changes if one.after is None and one.renamed_to is None and self._asked(one)]
            gone.update(_key(one) for change in changes.readable(lost) for one in _ties(change.before))
        for change, one in fresh:
            if gone[_key(one)]:
                gone[_key(one)] -= 1
                continue
            level: Literal["breach", "style"] = "style" if one.mild or one.kind not in self.kinds else "breach"
            yield Finding(f"a test hangs on the world outside: {one.said}", Place(change.path, one.line), level, _key(one))

    def _asked(self, change: FileChange) -> bool:
        from pytest_agentcompliance.parsing.testcode import is_test_code

        return is_test_code(change.path) and self.searched(change.path) and not matches(change.path, self.exempt)


def _ties(content: Content | None) -> "tuple[Tie, ...]":
    from pytest_agentcompliance.evidence.changes import is_file
    from pytest_agentcompliance.parsing.hermetic import HINT, ties

    if content is None or not is_file(content.mode) or not HINT.search(content.bytes()):
        return ()
    return ties(content.path, content.text())


def _key(one: "Tie") -> str:
    return f"{one.kind}: {' '.join(one.text.split())}"

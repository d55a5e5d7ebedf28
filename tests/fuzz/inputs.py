"""Inputs for the readers: samples of the kind that each reads, broken in the ways that break readers."""

import base64
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from pytest_agentcompliance import catalog
from pytest_agentcompliance.demo.coder import before
from pytest_agentcompliance.parsing.proofs import statement
from pytest_agentcompliance.parsing.proofs.record import FileState, Output, Record
from pytest_agentcompliance.parsing.work import Work
from tests.parsing.transcripts import samples as sessions

RULES = Path(__file__).parent.parent.parent / "rules"
POLICY = """\
profiles:
  - name: dev-implement-backend-coder-v3
    story: WISH-001
    clauses:
      C3-10: {severity: warning, rules: {config/ports: {additions: allow}}}
      C3-28: {off: "we do not track tokens"}
evidence: {log: "plans/**/BACKEND-LOG.md"}
waivers:
  - {rule: scope/planned-files, path: "packages/x/**", reason: "agreed", by: "Ada", until: 2027-01-31}
  - {finding: 0123456789abcdef01234567, reason: "agreed", by: "Ada", until: 2027-01-31}
"""
PAPERS = ("report", "task", "coverage", "message", "said")
MOST = 20_000  # bytes of one input; what grows faster than its input shows long before
PIECES = [
    b"\0", b"\xff", b"\xfe\xff", b"\r", b"\n\n", b"\t", b"    ", b"\x1b[31m", b"\xe2\x80\xae", b"\xe2\x80\x8b", b"\xf0\x9f\x91\xa9",
    b"\xed\xa0\x80", b"## Chunk 1", b"## Chunk 99999999999999999999", b"# ", b"- [ ] ", b"- [x] ", b"```", b"~~~", b"<!--", b"-->",
    b"<details>", b"|---|---|", b"> ",
    b"---\n", b"...\n", b"&a ", b"*a", b"<<: *a", b"!!python/object:os.system ", b"? ", b": ", b"{", b"[",
    b"]", b"}", b"'", b'"', b"|2\n", b"%YAML 9\n", b"@@ -1,99999999999 +1 @@\n", b"\\ No newline", b"diff --git a/f b/f\n",
    b"+", b"-",
    b"../../", b"C:\\", b"~/", b"`", b"**", b"__", b"\\", b"1e999", b"-1", b"0x", b"22:22", b"2027-02-30", b"null", b"true",
    b"BACKEND COMPLETE", b"BACKEND BLOCKED: ", b"Files changed", b"TODO", b"(a+)+$", b"**/" * 9,
    b"</coverage>", b"<class filename='a.py'>", b"<!ENTITY a 'b'>", b"&a;", b"DA:-1,9\n", b"SF:../../a.py\n", b"a.go:9.9,1.1 1 1\n",
    b'"line": -1, ', b"[[a]]\n", b"# noqa: ", b"/* eslint-disable */", b"@pytest.mark.skip\n", b"it.skip('a', () => {",
    b"except: pass\n", b"API_KEY = 'ghp_", b"-----BEGIN RSA PRIVATE KEY-----\n", b"TODO(ada, 2020-13-45): ", b"git+https://a@b/c#",
    b"ALTER TABLE a ",
    b"\xef\xbb\xbf", b"fix(a)!: ", b"log.info(password, ",
    b'{"handoff": {"agent": "backend", "status": ', b'"self_healing_log": {"attempts": [', b"## CHECKPOINT: G5.1\n",
    b"**DECISION:** ", b"### Attempt History\n", b"approved", b"$ref: '#/paths/~1a'\n", b"openapi: 3.0.3\npaths:\n", b"{a}",
    b"app.get('/a', ",
    b"@app.get('/a')\n", b"app.use('/a', ", b"prisma.a.findMany(", b"f\"SELECT a FROM b WHERE c = '{d}'\"", b"`SELECT ${",
    b"model A {\n", b"z.object({", b"for (const a of b) ", b"bcrypt.hash(a, ", b"cors({origin: ",
    b"### POST /a\n", b"- `GET /a` -> 200 {b} | 404 C_D\n", b"| Method | Path |\n|---|---|\n", b"**Errors:**\n",
    b"**Method:** GET\n", b'```json\n{"method": "GET", "path": "/a", ',
    b"res.status(404).json({error: ", b"raise HTTPException(404, ", b"reply.code(404)\n", b"openai.chat.completions.create(",
    b"litellm.completion(", b".catch((e) => ", b"timeout = 5\n",
    "\uff34".encode(), "\u0422".encode(), "\u017f".encode(), "\u2028".encode(), "\u0301".encode() * 20,
]


@cache
def samples(kind: str) -> tuple[bytes, ...]:
    """Whole and sound inputs: rules' examples, profiles of ours, files of the demo, sessions, a proof."""
    found: list[str] = []
    if kind == "transcript":
        return (*sessions.ALL.values(), *sessions.OTHERS)
    if kind == "proof":
        return tuple(proofs())
    if kind in PAPERS:
        return tuple(text.encode("utf-8", "surrogateescape") for text in papers(kind))
    for name in catalog.names():
        for example in catalog.find(name).examples:
            if kind == "log":
                found += [text for text in (example.log, example.log_before) if text]
            else:
                found += [text for tree in (example.before, example.after) for path, text in tree.items() if suits(kind, path)]
    for path, text in before.BEFORE.items():
        found += [text] if suits(kind, path) else []
    if kind == "yaml":
        found.append(POLICY)
        found += [file.read_text("utf-8") for file in sorted(RULES.glob("*.yaml"))]
    return tuple(text.encode("utf-8", "surrogateescape") for text in found) or (b"a: 1\n",)


def papers(kind: str) -> Iterator[str]:
    """What examples give beside their trees: reports, tasks, coverage reports, messages of commits."""
    for name in catalog.names():
        for one in catalog.find(name).examples:
            given = {"report": [one.report], "task": [one.task], "coverage": one.coverage.values(), "message": one.messages}
            given["said"] = [*one.messages, *(str(step["says"]) for step in one.transcript if "says" in step)]
            yield from filter(None, given[kind])


def proofs() -> Iterator[bytes]:
    """A proof of a command, one of tests, and that in an envelope."""
    who = Work("pytest", "tests", passed=3)
    output = Output("0001-tests-d4d4d4d4.txt", "d4" * 32, 120)
    files = {"src/a.py": FileState("100644", "b2" * 20, "d4" * 32)}
    for work in ((), (who,)):
        started = datetime(2026, 3, 1, tzinfo=UTC)
        one = Record("tests", ("pytest", "-q"), started, 1.5, 0, tree="a1" * 20, files=files, work=work, output=output)
        data = statement.text(statement.to_statement(one))
        yield data
    inside = {"payloadType": statement.PAYLOAD_TYPE, "payload": base64.b64encode(data).decode(), "signatures": []}
    yield json.dumps(inside).encode()


def suits(kind: str, path: str) -> bool:
    endings = {
        "yaml": (".yaml", ".yml"), "prose": (".md",), "code": (".ts", ".tsx", ".py", ".js", ".go", ".json", ".toml"),
        "settings": (".json", ".toml", ".yaml", ".yml", ".ini", ".cfg", ".txt", ".lock", ".mod", ".config.js", "ignore"),
        "test": ("test.ts", "test.tsx", "spec.ts", "test.js", "_test.go", "conftest.py"),
        "schema": (".prisma", ".sql", "models.py", ".entity.ts", ".md", ".env"),
        "plan": ("PLAN.md", "plan.md"),
        "models": (".prisma", "models.py", ".entity.ts", "posts.ts", "notes.js", "pages.js", "order.js"),
        "contract": ("openapi.yaml", "openapi.json", "schema.json", ".prisma", "models.py", "schema.ts"),
    }  # fmt: skip
    named = kind == "test" and path.rpartition("/")[2].startswith("test_")
    return named or path.endswith(endings.get(kind, ()))


def stream(kind: str, seed: int) -> Iterator[bytes]:
    """Endless, and the same for the same seed."""
    dice = random.Random(seed)
    known = samples(kind)
    while True:
        data = dice.choice(known)
        for _ in range(dice.choice((0, 1, 1, 2, 3, 8))):
            data = broken(data, dice, known)
        yield data[:MOST]


def broken(data: bytes, dice: random.Random, known: tuple[bytes, ...]) -> bytes:
    """One step away from what it was."""
    at = dice.randrange(len(data) + 1)
    to = min(len(data), at + dice.choice((1, 2, 8, 40, 400)))
    piece = dice.choice(PIECES)
    match dice.randrange(9):
        case 0:
            return data[:at] + data[to:]
        case 1:
            return data[:at] + piece + data[at:]
        case 2:
            return data[:at] + piece * dice.choice((3, 50, 2000)) + data[at:]
        case 3:
            return data[:to] + data[at:to] * dice.choice((1, 20, 400)) + data[to:]
        case 4:
            other = dice.choice(known)
            cut = dice.randrange(len(other) + 1)
            return data[:at] + other[cut : cut + 500] + data[to:]
        case 5:
            return data[:at] + bytes(dice.randrange(256) for _ in range(4)) + data[to:]
        case 6:
            lines = data.split(b"\n")
            dice.shuffle(lines)
            return b"\n".join(lines)
        case 7:
            depth = dice.choice((5, 100, 1500))
            stairs = b"".join(b" " * n + b"- " + piece + b"\n" for n in range(min(depth, 190)))
            return data[:at] + stairs + piece * depth + data[at:]
        case _:
            return data[:at] + data[at:to].swapcase()[::-1] + data[to:]

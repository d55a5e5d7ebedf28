"""The readers, each as a function of bytes that may raise nothing but the errors that are meant for people."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pytest_agentcompliance import catalog, policy, profile, workshop
from pytest_agentcompliance.errors import AgentComplianceError, NotJudged, Unreadable
from pytest_agentcompliance.evidence.changes import decode
from pytest_agentcompliance.parsing import (
    any_types,
    attributes,
    built_clients,
    built_sql,
    checkpoints,
    coverage,
    error_answers,
    globs,
    handlers,
    handoff,
    hardening,
    intent,
    model_calls,
    models,
    opaque,
    openapi,
    plan,
    queries,
    relative_imports,
    routes,
    stack,
    validators,
)
from pytest_agentcompliance.parsing.checkpoints import answers
from pytest_agentcompliance.parsing.handoff import codes, counts, form, healing
from pytest_agentcompliance.parsing.models import contract
from pytest_agentcompliance.parsing.proofs import statement
from pytest_agentcompliance.parsing.queries import repeated
from pytest_agentcompliance.parsing.transcripts import inline, parts, replay, shell_edits
from pytest_agentcompliance.reporters import json, text
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.rulebook.architecture.injected_dependencies import InjectedDependencies
from pytest_agentcompliance.rulebook.content.any_type import AnyType
from pytest_agentcompliance.rulebook.report.promises import Promises
from pytest_agentcompliance.rulebook.transcript.reads_first import ReadsFirst
from pytest_agentcompliance.sources import diff, history, log, transcript
from pytest_agentcompliance.verdict import Audit, Outcome, PolicyFacts, Verdict

ALLOWED = (AgentComplianceError, NotJudged, Unreadable)
DOCUMENTS = [names[0] for names in workshop.DOCUMENTS.values()] + ["SCOPE.yaml"]


@dataclass(frozen=True, slots=True)
class Target:
    """A reader, and the kind of samples that its inputs are made of. ``starts_processes``: it asks the grammars' child."""

    kind: Literal[
        "log", "yaml", "prose", "code", "transcript", "proof", "report", "task", "coverage", "message", "settings", "test",
        "schema", "said", "contract", "plan", "models",
    ]
    read: Callable[[bytes], None]
    starts_processes: bool = False


@cache
def bound(*groups: str) -> tuple[Rule, ...]:
    """The rules of these groups, or of these names, with their own parameters where they need none."""
    found = []
    for name in catalog.names():
        if name in groups or name.partition("/")[0] in groups:
            kind = catalog.find(name)
            given = next((example.given for example in kind.examples if example.given), {})
            found.append(kind(**given))
    return tuple(found)


def judged(rules: Iterable[Rule], example: Example) -> None:
    run = workshop.run_of(example)
    for rule in rules:
        if any(run.problem(kind) for kind in rule.needs):
            continue
        try:
            found = list(rule.findings_in(run))
        except ALLOWED:
            continue
        verdict = Verdict("p", "C", "says", "group/name", "error", Outcome.BROKEN, tuple(found), "why")
        audit = Audit("base", "1" * 40, "2" * 40, PolicyFacts("none"), (verdict,))
        assert all(line.isprintable() for _, line in text.lines(audit, verbose=True))
        assert json.dumps(json.loads(json.dumps(audit))) == json.dumps(audit)


def read_log(data: bytes) -> None:
    known = decode(data)
    log.parse(known, "BACKEND-LOG.md", before=known[: len(known) // 2])
    judged(bound("log", "blockers"), Example("", log=known, after={"api/a.ts": "export const a = 1\n"}))


def read_policy(data: bytes) -> None:
    with suppress(AgentComplianceError):
        policy.parse(data, "agent-compliance.yaml")


def read_profile(data: bytes) -> None:
    with suppress(AgentComplianceError):
        draft = profile.read("own", lambda name: data if name == "own" else None)
        draft.bind(draft.values, {})


def read_documents(data: bytes) -> None:
    known = decode(data)
    rules = bound("artifacts", "blockers", "decisions/valid", "scope/inputs-locked", "log/objectives-traced")
    for name in DOCUMENTS:
        judged(rules, Example("", before={name: known[: len(known) // 2]}, after={name: known}, log="# Log\n\n## Chunk 1 - one\n"))


def read_change(data: bytes) -> None:
    known = decode(data)
    rules = bound("scope/allowed-paths", "scope/frontend-files", "files", "content/todo", "integrity")
    for path in ("a.ts", "b.md", "c.yaml", ".gitattributes", ".gitignore", "CLAUDE.md", "agent-compliance.yaml"):
        links = {"link": known[:80] or "x"}
        judged(rules, Example("", before={path: known[: len(known) // 3]}, after={path: known}, links=links))


def read_code(data: bytes) -> None:
    known = decode(data)
    for path in ("a.ts", "b.py", "c.go", "package.json", "docker-compose.yml", "pyproject.toml"):
        rules = bound("config", "content", "architecture")
        judged(rules, Example("", before={path: known[: len(known) // 2]}, after={path: known}))


def read_git(data: bytes) -> None:
    diff.hunks(b"diff --git a/f b/f\n@@ -1 +1 @@\n" + data)
    for read in (diff.records, lambda raw: diff.run_of_records(raw, 0)):
        try:
            read(data)
        except ALLOWED:
            continue
    history.trailers(decode(data))
    history._person(decode(data)[:300])
    for line in decode(data).split("\n")[:50]:
        list(attributes.hiding(line))
        if globs.usable(line):
            globs.matches("a/b.ts", [line])
    opaque.encoding(data)
    opaque.binary_text(data)
    opaque.pointer(data)


def read_audit(data: bytes) -> None:
    with suppress(AgentComplianceError):
        json.loads(data.decode("utf-8", "replace"))


def read_transcript(data: bytes) -> None:
    file = transcript.File("s.jsonl", lambda: iter([data[:999], data[999:]]))
    found = transcript.read_files([file], known=lambda path: "a" in path)
    replay.replay(found.steps)
    for step in found.of("command"):
        shell_edits.touched(step.text)
        shell_edits.shown(step.text)
    whole = decode(data)
    shell_edits.touched(whole)
    shell_edits.shown(whole)
    assert "a record of an unknown shape" not in found.unread


def read_proof(data: bytes) -> None:
    for read in (statement.from_statement, statement.digest, statement.sequence, lambda one: statement.payload(one)[0]):
        with suppress(*ALLOWED, statement.Malformed):
            read(data)


def read_report(data: bytes) -> None:
    known = decode(data)
    judged(bound("report"), Example("", after={"a.ts": "a\n"}, report=known))
    judged(bound("report"), Example("", after={"a.ts": "a\n"}, transcript=({"says": known},)))


def read_task(data: bytes) -> None:
    known = decode(data)
    after = {"a.ts": "a\n", "infra/main.tf": "a\n", "a.test.ts": "it('a', () => { expect(a).toBe(1) })\n"}
    for rules in (bound("artifacts/task-valid", "scope/non-goals", "scope/planned-files"), bound("testing/strategy")):
        judged(rules, Example("", after=after, task=known))


def read_coverage(data: bytes) -> None:
    known = decode(data)
    rules = bound("testing/coverage-minimum", "testing/coverage-changed-lines")
    for path in ("coverage.xml", "integration/lcov.info"):
        judged(rules, Example("", after={"a.py": "a = 1\n" * 20, "src/a.ts": "a\n"}, coverage={path: known}, report=known[:500]))
    for found in (coverage.read("c", data), coverage.read("c", data, frozenset(("a.py", "src/a.ts", "a.go")))):
        for one in found.files.values() if found is not None else ():
            assert all(line > 0 for line in one.hits)


def read_messages(data: bytes) -> None:
    known = decode(data)
    commits = ({"a.py": "a = 1\n"}, {"a.py": "a = 1  \n", "b.py": known[:2000]})
    given = Example("", before={"a.py": "a=1\n"}, commits=commits, messages=(known, known[::-1]))
    judged(bound("history", "security/secrets"), given)


SETTINGS = (
    ".eslintrc.json", "eslint.config.js", "tsconfig.json", "ruff.toml", "setup.cfg", "jest.config.js", ".github/workflows/ci.yml",
    ".gitlab-ci.yml", ".pre-commit-config.yaml", "package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "uv.lock",
    "pyproject.toml", "requirements.txt", "go.mod", "Dockerfile", ".eslintignore", "README.md",
)  # fmt: skip


def read_settings(data: bytes) -> None:
    known = decode(data)
    rules = bound("config", "dependencies", "documentation/readme-updated", "documentation/changelog", "testing/not-weakened")
    half = known[: len(known) // 2]
    judged(rules, Example("", before=dict.fromkeys(SETTINGS, half), after=dict.fromkeys(SETTINGS, known), report=known))


def read_tests(data: bytes) -> None:
    known = decode(data)
    paths = ("tests/test_a.py", "a.test.ts", "a_test.go", "conftest.py", "tests/fixtures/a.json")
    before, after = dict.fromkeys(paths, known[: len(known) // 2]), dict.fromkeys(paths, known)
    judged(bound("testing"), Example("", before=before, after=after, task="strategy: tdd\n"))


def read_interfaces(data: bytes) -> None:
    known = decode(data)
    paths = ("src/a.ts", "src/b.py", "c.go", "shop/models.py", "schema.prisma", "migrations/1.sql", "CHANGELOG.md", ".env")
    rules = bound("api", "compat", "database", "documentation", "security", "content/function-length", "content/swallowed-error")
    half = known[: len(known) // 2]
    judged(rules, Example("", before=dict.fromkeys(paths, half), after=dict.fromkeys(paths, known), report=known))


def read_handovers(data: bytes) -> None:
    """Hand-offs, in a report and in a call, and what is read of them where no rule asks."""
    known = decode(data)
    for one in handoff.read(known):
        if one.root is not None:
            list(form.faults(one))
            codes.codes(one)
            counts.claims(one)
            healing.log(one)
    steps = ({"edit": "a.py"}, {"command": "pytest", "exit_code": 1, "output": known[:500]}, {"says": known})
    after = {"a.py": "a = 1\n", "HANDOFF.md": known}
    judged(bound("handoff"), Example("", after=after, report=known))
    judged(bound("handoff"), Example("", after=after, transcript=steps))
    judged(bound("handoff"), Example("", after=after, transcript=({"call": "handoff", "arguments": {"a": known}},)))


def read_checkpoints(data: bytes) -> None:
    known = decode(data)
    for fenced in (True, False):
        told = (*checkpoints.read(known, fenced=fenced), *checkpoints.escalations(known, fenced=fenced))
        assert all(0 < found.line <= found.last for found in told)
        for found in told[:5]:
            answers.judge(known, {option.mark: option.text for option in found.options})
    answers.judge(known)
    gate = {"says": "## CHECKPOINT: G5.1 Schema\n\n**Options:** A) Approve | B) Changes\n\n**DECISION:** ___\n"}
    steps = ({"says": known}, gate, {"says": known, "speaker": "person"}, {"command": known[:300]}, {"edit": "a.ts"})
    after = {"a.ts": "a\n", "docs/G5.md": known}
    judged(bound("checkpoints", "handoff/escalation", "files/minimum"), Example("", after=after, transcript=steps))


def read_contracts(data: bytes) -> None:
    """The locked specification, as an adversary may have written it, and code beside it."""
    known = decode(data)
    for path in ("specs/openapi.yaml", "specs/openapi.json"):
        openapi.read(path, lambda _: known)
    contract.read(known, "specs/database-schema.json")
    models.read({"schema.prisma": known})
    server = "import express from 'express'\nconst app = express()\napp.get('/a', b)\n"
    code = {"src/a.ts": server, "schema.prisma": "model A {\n  id Int @id\n}\n"}
    papers = {"specs/openapi.yaml": known, "specs/database-schema.json": known, "specs/schemas/a.ts": known}
    more = {"src/a.ts": server + "app.post('/b', c)\n", "schema.prisma": known, "src/b.ts": known}
    judged(bound("spec"), Example("", before={**code, **papers}, after={**papers, **more}))


def read_backend(data: bytes) -> None:
    """Code of a backend, by each of its readers and by the rules that ask them."""
    known = decode(data)
    paths = ("src/a.ts", "src/b.js", "app/c.py", "src/app/api/d/route.ts", "src/e.controller.ts")
    for path in paths[:3]:
        routes.read({path: known})
        models.read({path: known})
        queries.queries(path, known)
        repeated.repeated(path, known)
        built_sql.built(path, known)
        hardening.left_open(path, known)
        validators.shapes(path, known)
        handlers.handlers(path, known)
        for line in known.split("\n")[:200]:
            if written := relative_imports.named(line, path):
                relative_imports.leads(path, relative_imports.place(path, written), (), ())
    stack.stacks(("package.json", "a/pyproject.toml"), lambda _: known)
    rules = bound("spec/schemas-imported", "architecture/thin-routes", "architecture/query-in-loop", "security/sql-injection",
                  "security/backend-checklist", "files/minimum")  # fmt: skip
    half = known[: len(known) // 2]
    given = {"specs/schemas/a.ts": known[::2], "package.json": '{"dependencies": {"express": "4"}}\n'}
    judged(rules, Example("", before={**dict.fromkeys(paths, half), **given}, after={**dict.fromkeys(paths, known), **given}))


def read_models(data: bytes) -> None:
    """Models of each tool, and the rule that holds them to a plan that the same bytes are."""
    known = decode(data)
    paths = ("src/order.js", "src/order.entity.ts", "app/models.py", "prisma/schema.prisma")
    heads = ("const mongoose = require('mongoose')\n", "import { Table } from 'sequelize-typescript'\nimport 'typeorm'\n", "", "")
    made = models.read({path: head + known for path, head in zip(paths, heads, strict=True)})
    assert all(model.line > 0 and all(one.line > 0 for one in model.fields) for model in made.models)
    assert all(one.line > 0 for model in made.models for one in model.indexes)
    half = known[: len(known) // 2]
    before = {**dict.fromkeys(paths, half), "docs/plans/backend-plan.md": f"# Plan\n\n## Database\n\n```sql\n{known}\n```\n{half}"}
    judged(bound("database/model-conventions"), Example("", before=before, after={**before, **dict.fromkeys(paths, known)}))


def read_plan(data: bytes) -> None:
    """A plan, and code that is held to it."""
    known = decode(data)
    found = plan.read(known)
    assert all(one.line > 0 and one.path.startswith("/") for one in found.endpoints)
    server = "import express from 'express'\nconst app = express()\napp.get('/api/orders', a)\napp.post('/api/orders', b)\n"
    after = {"src/a.ts": server, "src/b.ts": known}
    judged(bound("spec/plan-endpoints"), Example("", before={"IMPLEMENTATION-PLAN.md": known}, after=after))


def read_promises(data: bytes) -> None:
    """An intent, a report that claims its promises, and a session that read a part of it."""
    known = decode(data)
    found = intent.read(known)
    assert all(one.line > 0 and one.text for one in found.promises)
    for part in parts.parts(known):
        assert 0 < part.first <= part.last
    assert parts.shown(known, known) <= frozenset(range(1, known.count("\n") + 2))
    list(inline.written(f"python - {known}"))
    half = known[: len(known) // 2]
    claimed = f"## Promises Verified\n\n- [x] P1: {half}\n"
    for promises, report in ((known, claimed), ("## Promises\n\n- P1: Carts are kept\n", known)):
        told = Example("", before={"INTENT.md": promises}, after={"src/a.py": "a = 1\n"}, report=report)
        judged((Promises(unmentioned="breach"),), told)
    steps = ({"read": "INTENT.md", "lines": (1, 3)}, {"command": known[:2000], "output": known}, {"edit": "src/a.py"})
    read = Example("", before={"INTENT.md": known}, after={"src/a.py": "a = 1\n"}, transcript=steps)
    judged((ReadsFirst(documents=["intent"], missed="breach"),), read)


def read_answers(data: bytes) -> None:
    """Answers that tell of errors and calls of models, by their readers and by the rules that ask them."""
    known = decode(data)
    paths = ("src/a.ts", "app/b.py", "src/c.tsx")
    for path in paths:
        for one in error_answers.answers(path, known):
            assert 0 < one.line <= one.last
            assert one.shape.family
        for call in model_calls.calls(path, known):
            assert 0 < call.line <= call.last
            model_calls.brought(path, known, call.unit or "askModel")
        model_calls.client_timeouts(path, known)
    half = known[: len(known) // 2]
    rules = bound("api/error-format", "architecture/agent-fallback")
    judged(rules, Example("", before=dict.fromkeys(paths, half), after=dict.fromkeys(paths, known)))


def read_typed(data: bytes) -> None:
    """Types that are given up, what compilers and checkers let through, and the clients that services build."""
    known = decode(data)
    paths = ("src/a.service.ts", "src/b.tsx", "src/c.vue", "app/services/d.py", "src/services/e.js")
    for path in paths:
        lines = known.count("\n") + known.count("\r") + 1
        assert all(0 < one.line <= lines for one in any_types.untyped(path, known))
        assert all(0 < one.line <= one.last for one in built_clients.built(path, known))
    half = known[: len(known) // 2]
    settings = ("tsconfig.json", "a/tsconfig.json", "base.json", "jsconfig.json", "pyproject.toml", "mypy.ini")
    base = {**dict.fromkeys(settings, '{"compilerOptions": {"strict": true}}\n'), **dict.fromkeys(paths, half)}
    extending = '{"extends": ["./base.json", "../tsconfig.json"]}\n'
    head = {**dict.fromkeys((*settings, *paths), known), "jsconfig.json": extending}
    rules = (AnyType(python=True), AnyType(tests="forbid"), InjectedDependencies(services=["**"]))
    judged(rules, Example("", before=base, after=head))
    judged(rules, Example("", before=head, after=base))


TARGETS: dict[str, Target] = {
    "log": Target("log", read_log),
    "policy": Target("yaml", read_policy),
    "profile": Target("yaml", read_profile),
    "documents": Target("prose", read_documents),
    "documents-yaml": Target("yaml", read_documents),
    "change": Target("code", read_change),
    "code": Target("code", read_code, starts_processes=True),
    "git": Target("code", read_git),
    "audit": Target("yaml", read_audit),
    "transcript": Target("transcript", read_transcript),
    "proof": Target("proof", read_proof),
    "report": Target("prose", read_report),
    "report-deliverables": Target("report", read_report),
    "task": Target("task", read_task, starts_processes=True),
    "task-yaml": Target("yaml", read_task, starts_processes=True),
    "coverage": Target("coverage", read_coverage),
    "messages": Target("message", read_messages, starts_processes=True),
    "settings": Target("settings", read_settings, starts_processes=True),
    "tests": Target("test", read_tests, starts_processes=True),
    "interfaces": Target("code", read_interfaces, starts_processes=True),
    "schema": Target("schema", read_interfaces, starts_processes=True),
    "handovers": Target("report", read_handovers),
    "handovers-said": Target("said", read_handovers),
    "checkpoints": Target("said", read_checkpoints),
    "contracts": Target("contract", read_contracts, starts_processes=True),
    "contracts-yaml": Target("yaml", read_contracts, starts_processes=True),
    "backend": Target("code", read_backend, starts_processes=True),
    "answers": Target("code", read_answers, starts_processes=True),
    "models": Target("models", read_models, starts_processes=True),
    "plan": Target("plan", read_plan, starts_processes=True),
    "promises": Target("prose", read_promises),
    "promises-reported": Target("report", read_promises),
    "typed": Target("code", read_typed, starts_processes=True),
    "typed-settings": Target("settings", read_typed, starts_processes=True),
}

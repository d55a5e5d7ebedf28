"""The pages of docs/reference/ that come from the published schemas, each with examples that its reader takes."""

from collections.abc import Mapping
from functools import cache

from pytest_agentcompliance import catalog, policy, profile
from pytest_agentcompliance.handbook import schema_page
from pytest_agentcompliance.handbook.schema_page import Book
from pytest_agentcompliance.parsing.handoff import form as handoff
from pytest_agentcompliance.parsing.task import form as task
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters import json, schema
from pytest_agentcompliance.verdict import Audit, Finding, Meter, Outcome, PolicyFacts, Remedy, Verdict, fingerprinted

KEY = "MCowBQYDK2VwAyEADIa7dEY6LRF6GzMTTjo+RuoYVFangXWVeRGl5PwurG4="  # of nobody

# Each is a whole policy.
POLICIES: Mapping[str, str] = {
    "": """\
profiles:
  - name: backend-engineer
evidence:
  plan: docs/plans/backend-plan.md
  transcript: [.agent/session.jsonl]
waivers:
  - {rule: content/todo, path: "legacy/**", reason: "rewritten in spring", by: "Ada", until: 2099-03-31}
waivers_file: .agent-compliance/waivers.yaml
baseline: .agent-compliance/baseline
proofs:
  rerun:
    - {name: tests, command: pytest -q}
""",
    "profiles[]": """\
profiles:
  - name: dev-implement-backend-coder-v3
    feature_dir: plans/features/wishlist
    story: auto
    clauses:
      C3-26: {off: "our agents end their runs in the pull request"}
""",
    "profiles[].clauses.*": """\
profiles:
  - name: backend-implementer
    clauses:
      IM-01:
        severity: warning
        rules:
          scope/diff-size: {max_files: 30, severity: error}
      IM-10: {off: "another team writes the changelog"}
""",
    "waivers[]": """\
profiles:
  - name: backend-implementer
waivers:
  - finding: 6894d3f3099febdff3a10e07
    reason: "moved here with story 12"
    by: "Ada"
    until: 2099-01-31
  - rule: content/todo
    path: "legacy/**"
    reason: "rewritten in spring"
    by: "Ada"
    until: 2099-03-31
""",
    "proofs": f"""\
profiles:
  - name: backend-implementer
proofs:
  keys:
    ci: |
      -----BEGIN PUBLIC KEY-----
      {KEY}
      -----END PUBLIC KEY-----
  rerun:
    - {{name: tests, command: pnpm test}}
  regression: {{command: [pytest, -q, "{{test}}"]}}
""",
    "proofs.rerun[]": """\
profiles:
  - name: backend-implementer
proofs:
  rerun:
    - {name: types, command: [pnpm, exec, tsc, --noEmit], folder: packages/backend, timeout: 600}
""",
    "proofs.regression": """\
profiles:
  - name: backend-implementer
proofs:
  regression: {command: "pytest -q {test}", folder: backend, timeout: 300}
""",
}

# Each is a whole profile.
PROFILES: Mapping[str, str] = {
    "": """\
extends: backend-implementer
spec: docs/agents/our-implementer.md
values:
  home: services/api
evidence:
  report: "{home}/REPORT.md"
clauses:
  IM-10: null
  OURS-01:
    says: "Only the service and its documents change"
    rules:
      scope/allowed-paths: {allowed: ["{home}/**", "docs/**"]}
""",
    "clauses.*": """\
clauses:
  OURS-01:
    says: "No TODO without an owner, and nothing is left half done"
    section: "Quality"
    severity: warning
    partly: "work that is left out without a word"
    rules:
      content/todo: {mode: owned, severity: error}
    not_built: [ours/half-done]
  OURS-02:
    says: "The API reads well"
    person: "whether a name is good is a matter of taste"
""",
}

TASK = """\
id: TRD-C201
description: Store the cart in the ledger, so that it outlives the session.
strategy: tdd
quality_gates: {unit: 80, integration: 70}
non_goals: [the web shop]
known_risks: [carts of guests have no owner]
"""


def pages() -> dict[str, str]:
    """The pages by their paths below docs/."""
    return {f"reference/{name}.md": schema_page.page(book) for name, book in books().items()}


@cache
def books() -> Mapping[str, Book]:
    """What each page says, by its name."""
    return {
        "policy": Book(
            "The policy: agent-compliance.yaml",
            "The file at the root of the audited repository. It counts as the merge base of the run has it. Each mistake in it is "
            "named with its line and the nearest valid word. Anchors, aliases and tags of YAML are not taken.",
            policy.schema(), "policy.schema.json", "yaml", POLICIES,
        ),
        "profile": Book(
            "A profile",
            f"A file below `{profile.FOLDER}/`, as the merge base of the run has it, or one that an installed package brings. "
            "Its name is that of the file. [Writing a profile](../guides/writing-a-profile.md) shows how one comes about.",
            profile.schema(), "profile.schema.json", "yaml", PROFILES,
        ),
        "audit": Book(
            "An audit as JSON",
            "What `agent-compliance audit --output json` writes. The same audit gives the same bytes.",
            schema.schema(), "audit.schema.json", "json", {"": json.dumps(_audit())},
        ),
        "task": Book(
            "A task",
            "What an orchestrator hands to an agent: as YAML, as JSON, or in Markdown under headings of these names. The rule "
            "[artifacts/task-valid](../rules/artifacts/task-valid.md) asks for these fields; others may stand beside them.",
            task.schema(), "task.schema.json", "yaml", {"": TASK},
        ),
        "handoff": Book(
            "A hand-off",
            "The JSON with which an agent ends its report. The rule [handoff/schema](../rules/handoff/schema.md) asks for these "
            "fields; others may stand beside them.",
            handoff.schema(), "handoff.schema.json", "json", {"": _handoff()},
        ),
    }  # fmt: skip


def _handoff() -> str:
    """The hand-off of the first example that its rule lets pass, without the report around it."""
    report = next(str(one.report) for one in catalog.find("handoff/schema").examples if not one.finds)
    return report.partition("```json\n")[2].partition("```")[0]


def _audit() -> Audit:
    """A small one: a clause that is broken, and one whose finding is waived."""
    port = Remedy("revert", "Put the port back, or ask for a decision.")
    moved = Finding("a port changed from 3000:3000 to 3001:3000", Place("compose.yaml", 5), remedy=port)
    [broken] = fingerprinted("config/ports", [moved])
    todo = Finding("TODO stands for work", Place("legacy/cart.py", 12), remedy=Remedy("fix", "Do the work."),
                   excuse="agent-compliance.yaml:4: rewritten in spring (Ada, until 2099-03-31)")  # fmt: skip
    [excused] = fingerprinted("content/todo", [todo])
    name = "dev-implement-backend-coder-v3"
    verdicts = (
        Verdict(name, "C3-10", "Ports never change", "config/ports", "error", Outcome.BROKEN, (broken,), section="Non-negotiables"),
        Verdict(name, "C3-09", "No TODO in place of a requirement", "content/todo", "error", Outcome.WAIVED,
                why="1 of 1 findings waived", excused=(excused,), section="Non-negotiables"),
    )  # fmt: skip
    policy = PolicyFacts("agent-compliance.yaml at the merge base", "9a" * 32)
    return Audit(
        "origin/main (the upstream of the branch)", "1b2f" * 10, "4c5d" * 10, policy, verdicts,
        Meter(files_changed=4, files_read=4, lines=61, commits=2, rules=2), ("1 waiver excused something",),
        (("assets/big.bin", "it has more than 256 MiB"),),
    )  # fmt: skip

"""A repository in which every name and every text attacks whoever shows it, and in which a secret lies wherever one can."""

from collections.abc import Iterator
from pathlib import Path

from tests.conftest import new_repo

TOKEN = "ghp_" + "9fK2mQ7xLz4TnB8vRc3WpY6sHd1JgE5uAo0X"  # of nobody
SHOWN = TOKEN[:14]  # more than that of it is too much
ATTACKS = (
    "new\nline", "carriage\rreturn", "\x1b[2J\x1b[31mred", "c1\x9b31m", "</script><script>alert(1)</script>", "::error::pwned",
    "\n::error::next line", "%0A::error::encoded", "@everyone", "@org/team", "\u202egnp.exe", "byte\udcff", "a|b", "a\\|b",
    "`tick`", "``` ```", "${{ github.token }}", "<!-- gone", "--> back", "<img src=x onerror=alert(1)>", "</details></table>",
    "[a](javascript:alert)", "![a](x)", "[a]: x", "##[error]pwned", "##vso[task.complete result=Succeeded]", "{0} and {id}",
    "www.evil.example", "mailto:a@evil.example", "a@evil.example", "#12", "GH-1", "!3", "&4", "~label", "%5", "$6", "^alert#7",
    "org/repo#5", "org/repo!5", "org/repo@" + "0123456789" * 4, "0123456789" * 4, "*bold* _it_ ~~gone~~", "# head", "- list",
    "1. list", "| a | b |", ":tada:", "$\\LaTeX$", "[[wiki]]", "[issue:5]", "&lt;b&gt;", "&#60;b&#62;", "'\"><b>", "/close",
    "x" * 200,
)  # fmt: skip
IN_PROSE = (
    *ATTACKS, "https://evil.example/x", "[a](https://evil.example)", "<https://evil.example>", "ftp://evil.example", "x" * 5000,
)  # fmt: skip
PROFILE = """\
spec: what an agent was told
clauses:
  G-01: {says: "Only the backend changes", section: "Scope", rules: {scope/allowed-paths: {allowed: ["src/**"]}}}
  G-02: {says: "No markers of unfinished work", rules: {content/todo: {}}}
  G-03: {says: "The log proves scope", rules: {log/files-match-diff: {}}}
"""
POLICY = """\
profiles: [{name: gate}]
evidence: {log: src/LOG.md}
"""


def names() -> Iterator[str]:
    """A path for each attack, as far as one can be made of it."""
    for k, attack in enumerate(ATTACKS):
        yield f"out/{k}/" + "/".join(part[:100] for part in attack.split("/") if part) + ".ts"
    yield "::error::at the root.ts"
    yield f"out/{TOKEN}.ts"


def repository(root: Path) -> Path:
    """A branch of an agent that did all this. The policy on main is sound."""
    repo = new_repo(root)
    law = {"agent-compliance.yaml": POLICY, ".agent-compliance/profiles/gate.yaml": PROFILE}
    repo.commit("start", {**law, "src/a.ts": "const a = 0\n"})
    repo.branch("agent")
    spoken = [one.replace("\n", " ").replace("\r", " ") for one in IN_PROSE]
    code = "".join(f"const a{k} = {k} // TODO: {text}\n" for k, text in enumerate([*spoken, TOKEN]))
    claims = "".join(f"- `{text.replace('`', '')}.ts`\n" for text in [*spoken, f"src/{TOKEN}"])
    log = f"# Log\n\n## Chunk 1 — {spoken[8]} {TOKEN}\n\nObjective: {TOKEN}\n\nFiles changed:\n{claims}\n"
    repo.commit(f"@everyone ::error:: \x1b[2J {TOKEN}", dict.fromkeys(names(), f"const b = 1 // TODO {TOKEN}\n"))
    repo.commit(f"{TOKEN}\n\n{TOKEN}", {"src/a.ts": code, "src/LOG.md": log})
    return root

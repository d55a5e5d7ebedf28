"""Accounts for the tests of the page: with hostile text in every part, and with very many findings."""

from dataclasses import replace

from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters.account import (
    Account,
    ChunkFact,
    ClaimFact,
    CommitFact,
    Exhibits,
    FileFact,
    ProofFact,
    RuleFact,
    ShownLine,
)
from pytest_agentcompliance.verdict import BASELINE, Audit, Finding, Meter, Outcome, PolicyFacts, Remedy, Verdict, fingerprinted
from tests.reporters import golden

LISTING = "log/files-match-diff"
HOSTILE = {
    "newline": "a\nb\r\nc",
    "ansi": "\x1b[31mred\x1b[0m",
    "script": "</script><script>document.title='pwned'</script>",
    "template": "{{ 7*7 }}{% raw %}",
    "attribute": "\" onmouseover=\"document.title='pwned'\" x=\"' onfocus='",
    "link": "javascript:document.title='pwned'",
    "direction": "\u202etxt.exe\u2066",
    "surrogate": "\udcff\ud800",
    "comment": "--><script>document.title='pwned'</script><!--",
    "image": "<img src=x onerror=document.title='pwned'><svg onload=alert(1)>",
    "style": "</style><style>*{display:none}</style>",
    "entity": "&lt;b&gt;&#60;script&#62;",
    "long": "x" * 10_000,
    "nul": "\0\ufeff\u2028",
}


def hostile(text: str) -> Account:
    """An account that has the text in each place where something of the audited tree can stand."""
    path, log = f"dir/{text}.ts", f"{text}.md"
    remedy = Remedy("fix", text)
    seen = (
        Finding(text, Place(path, 2), remedy=remedy, evidence=text), Finding(text, Place(path), remedy=remedy),
        Finding(text, None), Finding(text, Place(path, 1), "style"),
    )  # fmt: skip
    found = tuple(fingerprinted("scope/x", seen))
    excused = tuple(fingerprinted("scope/x", [Finding(text + "!", Place(path, 1), excuse=text), Finding("k", excuse=BASELINE)]))

    def judged(rule: str, outcome: Outcome, *findings: Finding, why: str = text) -> Verdict:
        return Verdict(text, text, text, rule, "error", outcome, findings, why, (text,), excused, text)

    listing = f"chunk {text} accounts for {path}"
    invented = Finding(f"chunk {text} says that {text!r} was changed", Place(log, 3), evidence=text, fingerprint="f1")
    verdicts = (
        judged("scope/" + text, Outcome.BROKEN, *found), judged("", Outcome.NOT_CHECKABLE),
        judged("x/crashed", Outcome.CRASHED), judged(LISTING, Outcome.BROKEN, invented, why=listing),
    )  # fmt: skip
    exhibits = Exhibits(
        files=(FileFact(path, "added", 2, 1, renamed_from=text), FileFact(text, "modified", readable=False)),
        commits=tuple(CommitFact(text, text, text, golden.WHEN, files=3, paths=(path, text)) for _ in range(2)),
        log=log,
        chunks=(
            ChunkFact(text, text, 1, (ClaimFact(path, 2, (path,)), ClaimFact(text, 3), ClaimFact("dir/", 4, (path,), sure=False))),
            ChunkFact("", text, 5, (ClaimFact(text + "2", 6, (), changed=False),)),
        ),
        proofs=(ProofFact(text, text, text, text, text, 1, True, golden.WHEN, text),),
        excerpts={one.fingerprint: (ShownLine("+", 2, text), ShownLine("-", 1, text)) for one in found},
        cut=(text,),
    )
    audit = Audit(
        text, text, text, PolicyFacts(text, text, reviewed=False), verdicts, Meter(files_changed=1), (text,), ((text, text),)
    )
    rules = {one.rule: RuleFact(one.rule, text, text, text, (text,)) for one in verdicts}
    return Account(audit, exhibits, rules, text, text, golden.WHEN, text, text)


def many(count: int) -> Account:
    """An account with so many findings of one rule."""
    found = tuple(
        Finding(f"TODO number {k} stands for work", Place(f"apps/api/part{k % 100:03}.ts", k), fingerprint=f"{k:024x}")
        for k in range(1, count + 1)
    )
    verdict = replace(golden.VERDICTS[1], findings=found)
    excerpts = {
        one.fingerprint: tuple(ShownLine("+", k + n, f"// line {n} of finding {k}") for n in range(3))
        for k, one in enumerate(found, 1)
    }
    files = tuple(FileFact(f"apps/api/part{k:03}.ts", "added", 50) for k in range(100))
    exhibits = replace(golden.EXHIBITS, files=files, excerpts=excerpts)
    return replace(golden.ACCOUNT, audit=replace(golden.AUDIT, verdicts=(verdict, *golden.VERDICTS[2:])), exhibits=exhibits)

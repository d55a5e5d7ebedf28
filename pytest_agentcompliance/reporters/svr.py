"""The verdict as an in-toto Statement v1 with a Simple Verification Result: what was kept, of which commit, by which policy.

The specification: https://github.com/in-toto/attestation/blob/main/spec/predicates/svr.md, version 0.2. Whoever wants others to
believe it puts it into an envelope and signs that, which is no work of a reporter.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.parsing import svr
from pytest_agentcompliance.parsing.proofs.statement import TYPE
from pytest_agentcompliance.reporters.account import Account
from pytest_agentcompliance.reporters.text import shown
from pytest_agentcompliance.verdict import Audit, Outcome, Verdict

LONGEST = 200  # characters of a name or a source
NO_FILE = re.compile(r" at (?:the merge base|head)$|^--policy ")


def dumps(account: Account) -> str:
    """The statement. The time is that at which the audit was made, as its caller knows it: commits say when they were made, and
    say it of themselves. Raises ``UsageError`` where that is not known, or neither commit nor tree has an id."""
    if account.made is None:
        raise UsageError("svr: it is not known when the audit was made, which the format has to say")
    made = account.audit
    statement = {
        "_type": TYPE,
        "subject": [_subject(account)],
        "predicateType": svr.PREDICATE,
        "predicate": {
            "verifier": {"id": svr.VERIFIER + quote(account.version or "0", safe=""), "policies": list(_policies(made))},
            "timeCreated": account.made.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "properties": list(_properties(made)),
        },
    }
    return json.dumps(statement, indent=1, ensure_ascii=False) + "\n"


def _subject(account: Account) -> dict[str, Any]:
    """The commit, where its tree is what was judged, else the tree: one of them, as what is true of a commit need not be of all
    others that have its tree."""
    made = account.audit
    commit = account.commit or made.head
    annotations = {"annotations": {svr.MERGE_BASE: made.merge_base}} if svr.ID.fullmatch(made.merge_base) else {}
    for kind, id, name in ((svr.COMMIT, commit, "commit"), (svr.TREE, account.tree, "work tree")):
        if svr.ID.fullmatch(id):
            return {"name": name, "digest": {kind: id}, **annotations}
    raise UsageError("svr: neither the commit nor the tree that was judged has an id")


def _policies(made: Audit) -> Iterator[dict[str, Any]]:
    policy = made.policy
    if policy.digest:
        name = shown(NO_FILE.sub("", policy.source)[:LONGEST])
        source = {"source": shown(policy.source[:LONGEST]), "reviewed": policy.reviewed}
        yield {"name": name, "digest": {"sha256": policy.digest}, "annotations": source}


def _properties(made: Audit) -> Iterator[str]:
    """What passed, and nothing else: a clause is kept where every rule of it judged, and excused nothing."""
    if made.exit_code("error") == 0:
        yield svr.PASSED
    if made.exit_code("warning") == 0:
        yield svr.NOTHING_BROKEN
    if made.policy.reviewed and made.policy.digest:
        yield svr.REVIEWED
    profiles: dict[str, dict[str, list[Verdict]]] = {}
    for one in made.verdicts:
        profiles.setdefault(one.profile, {}).setdefault(one.clause, []).append(one)
    for profile, clauses in profiles.items():
        kept = [clause for clause, found in clauses.items() if all(map(_is_kept, found))]
        hard = [one for found in clauses.values() for one in found if one.severity == "error"]
        if kept and not any(one.breaks or one.undecided for one in hard):
            yield f"{svr.PROFILE}{shown(profile)}"
        yield from (f"{svr.CLAUSE}{shown(profile)}::{shown(clause)}" for clause in kept)


def _is_kept(one: Verdict) -> bool:
    return one.outcome is Outcome.KEPT and not one.undecided

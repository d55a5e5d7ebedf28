"""integrity/unaudited: what could not be read."""

from collections.abc import Iterator

from pytest_agentcompliance.evidence import Custody
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy, Verdict


class Unaudited(Rule):
    """Everything that the audit should have read could be read.

    Why: a file that nobody could read is no file in which nothing was found. A clause that needed it is not judged, and so is
    this one, whoever needed it: the audit ends with "could not judge", and never as a pass.

    Its findings are remarks, one for each path, with the reason: a missing, broken or forged object, a file of the work tree
    without the right to read it, one over a limit, a part of the history that a shallow clone has not.

    Blind spots: what a rule leaves out by its own definition, such as the inside of an image, is not counted as unread.
    """

    remedy = Remedy(
        "fix", "Make it readable (fetch what the clone lacks, give the right to read, make the file smaller), and audit again."
    )

    examples = (
        Example(
            "A file whose content is missing is named, and the clause is not judged.",
            after={"api/a.ts": "export {}\n"}, unread={"api/a.ts": "its object is missing"}, styles=("api/a.ts",),
        ),
        Example(
            "So is a folder of the work tree that cannot be listed.",
            after={"api/a.ts": "export {}\n"}, unread={"data": "Permission denied"}, styles=("data",),
        ),
        Example("Where everything could be read there is nothing to say.", after={"api/a.ts": "export {}\n"}),
        Example("An empty run has nothing to read."),
    )

    def check(self, custody: Custody, verdicts: tuple[Verdict, ...]) -> Iterator[Finding]:
        for path, why in sorted(custody.ledger.unread.items()):
            custody.ledger.need(path)
            yield Finding(f"it could not be read: {why}", Place(path), "style", evidence=f"unread: {path}")

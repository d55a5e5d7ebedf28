"""files/http-location: requests that people send by hand have one kind of place."""

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet
from pytest_agentcompliance.parsing.lookalikes.paths import canonical
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy


class HttpLocation(Rule):
    """Every .http and .rest file lies under a folder named __http__.

    Why: requests kept in one kind of place are found, tried and kept up to date by the next person; scattered
    ones are forgotten, with the tokens and addresses that stand in them.

    An ending that only looks like one of a request file, or that some disk takes for it, counts as one.

    Blind spots: requests kept in other formats (curl scripts, Postman or Bruno collections). A file that lay
    outside before the run and is only edited is a remark, no breach.
    """

    folder: str = Field(default="__http__", min_length=1, description="The exact name of the folder, at any depth.")
    extensions: list[str] = Field(
        default=[".http", ".rest"], min_length=1, description="The endings of request files, compared without case."
    )

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Move the file into a __http__ folder (the root's or its package's) and mend what refers to it."
    )
    examples = (
        Example(
            "A request file beside the code is reported.",
            after={"apps/api/users.http": "GET /users\n"},
            finds=("apps/api/users.http",),
        ),
        Example(
            "The folder's name is taken letter by letter, the ending is not.",
            after={"http/a.http": "GET /a\n", "__HTTP__/b.rest": "GET /b\n", "c.HTTP": "GET /c\n"},
            finds=("__HTTP__/b.rest", "c.HTTP", "http/a.http"),
        ),
        Example(
            "One that was moved out is reported where it went.",
            before={"__http__/a.http": "GET /a\n"},
            after={"docs/a.http": "GET /a\n"},
            finds=("docs/a.http",),
        ),
        Example(
            "A look-alike of the ending, and one of the folder, are reported.",
            after={"docs/a.htt\u0440": "GET /a\n", "docs/b.http ": "GET /b\n", "__htt\u0440__/c.http": "GET /c\n"},
            finds=("__htt\u0440__/c.http", "docs/a.htt\u0440", "docs/b.http "),
        ),
        Example("Under the folder, at the root or deeper, it is kept.", after={
            "__http__/users.http": "GET /users\n", "apps/api/__http__/v1/users.rest": "GET /users\n",
        }),
        Example(
            "One that lay elsewhere before and was edited is a remark.",
            before={"requests/a.http": "GET /a\n"},
            after={"requests/a.http": "GET /b\n"},
            styles=("requests/a.http",),
        ),
        Example("Moving one in, and deleting one, is kept.", before={"a.http": "GET /a\n", "b.http": "GET /b\n"}, after={
            "__http__/a.http": "GET /a\n",
        }),
        Example("Names that only sound alike are kept.", after={"src/http.ts": "export {}\n", "notes.https": "x\n", "rest": "x\n"}),
    )

    def canaries(self) -> tuple[Example, ...]:
        path = f"canary/requests{self.extensions[0]}"
        return (Example("A request file outside of its folder.", after={path: "GET /canary\n"}, finds=(path,)),)

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        endings = tuple(ending.lower() for ending in self.extensions)
        for change in changes:
            folders = change.path.split("/")[:-1]
            if change.after is None or not canonical(change.path).endswith(endings) or self.folder in folders:
                continue
            called = "a request file" if change.path.lower().endswith(endings) else "a look-alike of a request file"
            moved = f", moved from {change.renamed_from}," if change.renamed_from else ""
            if change.kind == "modified":
                message = f"{called} lies outside any {self.folder}/ folder, and did before"
                yield Finding(message, Place(change.path), "style", evidence="outside")
            else:
                message = f"{called}{moved} lies outside any {self.folder}/ folder"
                yield Finding(message, Place(change.path), evidence="outside")

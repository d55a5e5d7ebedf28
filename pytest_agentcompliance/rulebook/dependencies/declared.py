"""dependencies/declared: the report names what the work newly depends on."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, Content, Tree
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.evidence import Report
    from pytest_agentcompliance.parsing.manifests import Dependency
    from pytest_agentcompliance.parsing.named import Named

EXEMPT = [
    "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/fixtures/**", "**/__fixtures__/**", "**/testdata/**",
    "**/test-data/**", "**/templates/**", "**/template/**", "**/examples/**", "**/example/**", "**/*-examples/**", "docs/**",
]  # fmt: skip
_LONGEST = 400_000  # characters of a report in which a name of several words is looked for
_WORD = re.compile(r"[a-z0-9]+")
_AFFIX = re.compile(r"^(?:node|py|python)-|-(?:node|js|python|py)$|\.js$")  # what a registry adds to what the thing is called
_MOST = 200  # manifests of base that are read to know what was there before
_EMPTY = '{\n  "dependencies": {}\n}\n'


class Declared(Rule):
    """The report names each package that the work newly depends on.

    Why: a dependency is somebody else's code in the product, with their bugs, their licence and their next release. Who approves
    the work has to know of it, and does not read lock files.

    A package counts as named where its name, the last part of it, its scope, or its words one after the other stand anywhere in
    the report. One that another manifest of the repository asked for already, and one that holds types alone, is a remark. What
    only moved is not new.

    Blind spots: a package whose name is a common word may be named by accident; a package that the code imports and no
    manifest has; what comes in with another package, by a script, or as an image or an action.
    """

    exempt: list[str] = Field(
        default=EXEMPT, description="Globs of manifests that nothing is installed from: fixtures, templates, other people's code."
    )

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Name the package in the report, with its version and why it was needed; if it was not needed, take it out."
    )
    examples = (
        Example(
            "A package that the report does not name is reported at its line.",
            before={"package.json": _EMPTY},
            after={"package.json": '{\n  "dependencies": {\n    "hono": "4.6.0",\n    "zod": "3.23.8"\n  }\n}\n'},
            report="# Report\n\n## Implementation Summary\n\nInput is validated with `zod`.\n", finds=("package.json:3",),
        ),
        Example(
            "So is one of a requirements file, whatever else the report says.",
            after={"requirements.txt": "flask==3.0.3\npython-dateutil==2.9.0\n"},
            report="## Files Changed\n\n- `requirements.txt`: added Flask 3.0.3\n", finds=("requirements.txt:2",),
        ),
        Example(
            "What another manifest had already, and what holds types alone, is a remark.",
            before={"api/package.json": '{\n  "dependencies": {\n    "zod": "3.23.8"\n  }\n}\n', "web/package.json": _EMPTY},
            after={
                "api/package.json": '{\n  "dependencies": {\n    "zod": "3.23.8"\n  }\n}\n',
                "web/package.json": '{\n  "dependencies": {\n    "zod": "3.23.8",\n    "@types/node": "22.0.0"\n  }\n}\n',
            },
            report="## Implementation Summary\n\nDone.\n", styles=("web/package.json:3", "web/package.json:4"),
        ),
        Example(
            "Packages that the report names are kept, by the last part of their names too.",
            before={"package.json": _EMPTY},
            after={"package.json": '{\n  "dependencies": {\n    "@hono/zod-validator": "0.4.1",\n    "hono": "4.6.0"\n  }\n}\n'},
            report="## Implementation Summary\n\nBuilt on Hono with zod-validator.\n",
        ),
        Example(
            "So are those whose scope it names, and those that it calls by their words.",
            before={"package.json": _EMPTY},
            after={"package.json": '{\n  "dependencies": {\n    "@dnd-kit/core": "6.1.0",\n    "react-query": "3.0.0"\n  }\n}\n'},
            report="## Implementation Summary\n\nCards are dragged with dnd-kit and loaded by React Query.\n",
        ),
        Example(
            "A dependency that moved, and a package of the same repository, is kept.",
            before={"a/package.json": '{\n  "dependencies": {\n    "zod": "3.23.8"\n  }\n}\n', "b/package.json": _EMPTY},
            after={
                "a/package.json": _EMPTY,
                "b/package.json": '{\n  "dependencies": {\n    "zod": "3.23.8",\n    "@ours/a": "workspace:*"\n  }\n}\n',
            },
            report="## Implementation Summary\n\nMoved the schemas.\n",
        ),
    )  # fmt: skip

    def canaries(self) -> tuple[Example, ...]:
        after = {"canary/requirements.txt": "canary-package==1.0.0\n"}
        report = "# Report\n\nDone.\n"
        found = ("canary/requirements.txt:1",)
        return (Example("A dependency that the report does not name.", after=after, report=report, finds=found),)

    def check(self, changes: ChangeSet, report: "Report", tree: Tree) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.named import Named
        from pytest_agentcompliance.parsing.pins import Manifest, added, is_read

        wanted = [one for one in changes if is_read(one.path) and not matches(one.path, self.exempt)]
        texts = [Manifest(one.path, _text(one.before), _text(one.after)) for one in changes.readable(wanted)]
        said, phrases = Named([report.text]), _phrases(report.text)
        missing = [(path, dep) for path, dep in added(texts) if not _named(said, phrases, dep)]
        old = _known(tree) if missing else frozenset()
        for path, dep in missing:
            reason = "another manifest had it" if (dep.ecosystem, dep.key) in old else "it holds types alone" if _typed(dep) else ""
            says = f"{dep.name[:100]} is new, and the report does not name it" + (f": {reason}" if reason else "")
            yield Finding(says, Place(path, dep.line), "style" if reason else "breach", evidence=dep.name)


def _named(said: "Named", phrases: frozenset[tuple[str, ...]], dep: "Dependency") -> bool:
    names = {dep.name, dep.package, dep.key, dep.name.replace("-", "_"), dep.name.replace("_", "-"), dep.name.removeprefix("@")}
    scope, slash, _ = dep.name.removeprefix("@").partition("/")
    if slash and dep.name.startswith("@") and scope != "types":
        names |= {scope, f"@{scope}"}  # who names CodeMirror means its packages
    bare = _AFFIX.sub("", dep.name.lower())
    if len(bare) > 2:
        names.add(bare)
    if any(said.has(one) for one in names):
        return True
    return tuple(_WORD.findall(dep.name.rpartition("/")[2].lower())) in phrases


def _phrases(text: str) -> frozenset[tuple[str, ...]]:
    """Two to four words of a report that follow one another: Claude Flow may be how it calls claude-flow."""
    words = _WORD.findall(text[:_LONGEST].lower())
    return frozenset(tuple(words[at : at + size]) for size in (2, 3, 4) for at in range(len(words) - size + 1))


def _typed(dep: "Dependency") -> bool:
    return dep.name.startswith(("@types/", "types-")) or dep.name.endswith("-stubs")


def _text(side: Content | None) -> str:
    return side.text() if side is not None and is_file(side.mode) else ""


def _known(tree: Tree) -> frozenset[tuple[str, str]]:
    """What the manifests of base ask for, each with its ecosystem."""
    from itertools import islice

    from pytest_agentcompliance.errors import Unreadable
    from pytest_agentcompliance.parsing.manifests import dependencies
    from pytest_agentcompliance.parsing.pins import is_read

    found: set[tuple[str, str]] = set()
    for path in islice((one for one in tree.base.files if is_read(one) and "node_modules/" not in one), _MOST):
        try:
            text = _text(tree.base.files[path])
        except Unreadable:
            continue
        found.update((one.ecosystem, one.key) for one in dependencies(text, path))
    return frozenset(found)

"""dependencies/pinned: what is newly depended on is fixed to a version."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange, Tree
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: the readers of manifests are imported when one changed
    from pytest_agentcompliance.parsing.manifests import Dependency

EXEMPT = [
    "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/fixtures/**", "**/__fixtures__/**", "**/testdata/**",
    "**/test-data/**", "**/templates/**", "**/template/**", "**/examples/**", "**/example/**",
    "**/*-examples/**", "*.example", "*.example.*", "docs/**",
]  # fmt: skip
WORKFLOWS = [".github/workflows/*.yml", ".github/workflows/*.yaml", ".github/actions/**", "action.yml", "action.yaml"]
_NAMED = 5  # packages that one message names
_LONGEST = 1_000_000  # characters of a workflow or Dockerfile that are read
_USES = re.compile(
    r"^[ \t]*(?:-[ \t]*)?uses:[ \t]*[\"']?([\w.-]{1,100}/[\w./-]{1,200}?)(?:@([^\s\"'#]{1,200}))?[\"']?[ \t]*(?:#|$)"
)
_BRANCH = re.compile(r"(?i)(?:main|master|develop|dev|trunk|head|latest|next|nightly|edge)|refs/heads/.+")
_FROM = re.compile(r"(?i)^[ \t]*FROM[ \t]+(?:--\S{1,100}[ \t]+)?(\S{1,300})(?:[ \t]+AS[ \t]+(\S{1,100}))?[ \t]*(?:#.*)?$")


class Pinned(Rule):
    """What is newly depended on is fixed to a version: by its manifest, or by a lock file that changed with it.

    Why: a dependency that is not fixed is another one tomorrow. What was tested is not what is installed, and who takes
    over a package's name or branch is let in without anybody having changed a line.

    A dependency that moved from one manifest to another is not new. In package.json, pyproject.toml, Pipfile, Cargo.toml,
    Gemfile and composer.json a range is fixed where the nearest lock file holds the package; a lock file that was left as it is
    although a dependency came is reported. Without a lock file, versions without an upper end, tags such as ``latest`` and
    repositories without a commit are reported, and ranges with an end are a remark. Requirements files need ``==``, a hash,
    or a file that holds them. Of workflows an action that follows a branch is reported, of Dockerfiles an image without a tag
    or with ``latest``.

    Blind spots: versions that were loosened; what a script, a workflow or a Dockerfile installs; the dependencies that a script
    names in a comment of its own (PEP 723), that a file of another name has which a manifest includes, and that overrides force;
    a lock file that holds another version than the manifest asks for; images and actions whose name is computed; tags, which may
    be moved. That a lock file holds a package is told by its name alone.
    """

    exempt: list[str] = Field(
        default=EXEMPT, description="Globs of manifests that nothing is installed from: fixtures, templates, other people's code."
    )
    actions: bool = Field(default=True, description="Whether actions of GitHub's workflows are looked at.")
    images: bool = Field(default=True, description="Whether base images of Dockerfiles are looked at.")

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Fix the version that was tested: let the package manager write its lock file, or name the exact version or commit."
    )
    examples = (
        Example(
            "Versions without an upper end, tags of a registry, and branches are reported, where no lock file fixes them.",
            after={
                "requirements.txt": "flask\nhttpx>=0.27\npydantic==2.9.0\n",
                "web/package.json": '{\n  "dependencies": {\n    "a": "latest",\n    "ours": "github:us/ours#main"\n  }\n}\n',
            },
            finds=("requirements.txt:1", "requirements.txt:2", "web/package.json:3", "web/package.json:4"),
        ),
        Example(
            "A lock file that was not updated with its manifest is reported.",
            before={"package.json": '{\n  "dependencies": {}\n}\n', "pnpm-lock.yaml": "lockfileVersion: '9.0'\n"},
            after={
                "package.json": '{\n  "dependencies": {\n    "zod": "3.23.8"\n  }\n}\n',
                "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
            },
            finds=("package.json:3",),
        ),
        Example(
            "So is one that changed and does not hold the package.",
            before={"pyproject.toml": '[project]\nname = "a"\ndependencies = []\n', "uv.lock": "version = 1\n"},
            after={
                "pyproject.toml": '[project]\nname = "a"\ndependencies = [\n  "httpx>=0.27",\n]\n',
                "uv.lock": 'version = 1\n\n[[package]]\nname = "anyio"\n',
            },
            finds=("pyproject.toml:4",),
        ),
        Example(
            "An action that follows a branch, and an image without a tag, are reported.",
            after={
                ".github/workflows/ci.yml": "steps:\n  - uses: actions/checkout@v4\n  - uses: some/action@main\n",
                "Dockerfile": "FROM node:22-alpine AS build\nFROM build AS test\nFROM nginx\nFROM python:latest\n",
            },
            finds=(".github/workflows/ci.yml:3", "Dockerfile:3", "Dockerfile:4"),
        ),
        Example(
            "A range with an end is a remark where the project has no lock file.",
            before={"package.json": '{\n  "dependencies": {\n    "zod": "^3.23.0"\n  }\n}\n'},
            after={"package.json": '{\n  "dependencies": {\n    "zod": "^3.23.0",\n    "hono": "^4.6.0"\n  }\n}\n'},
            styles=("package.json:4",),
        ),
        Example(
            "What a lock file that changed with its manifest holds is kept.",
            before={"package.json": '{\n  "dependencies": {}\n}\n', "pnpm-lock.yaml": "lockfileVersion: '9.0'\n"},
            after={
                "apps/api/package.json": '{\n  "dependencies": {\n    "zod": "^3.23.8",\n    "@ours/ui": "workspace:*"\n  }\n}\n',
                "package.json": '{\n  "workspaces": ["apps/*"]\n}\n', "pnpm-lock.yaml": "packages:\n  zod@3.23.8: {}\n",
            },
        ),
        Example(
            "Exact versions, commits, hashes, modules of Go and ranges of peers are kept.",
            after={
                "requirements.txt": "flask==3.0.3\nours @ git+https://example.com/ours@0123456789abcdef0123456789abcdef01234567\n",
                "package.json": '{\n  "dependencies": {"zod": "3.23.8"},\n  "peerDependencies": {\n    "react": ">=18"\n  }\n}\n',
                "go.mod": "module a\n\nrequire github.com/b/c v1.2.3\n",
            },
        ),
        Example(
            "What base had, and what moved to another manifest, is kept.",
            before={"requirements.txt": "flask\n", "a/requirements.txt": "httpx\n"},
            after={"requirements.txt": "# web\nflask\n", "b/requirements.txt": "httpx\n"},
        ),
    )  # fmt: skip

    def canaries(self) -> tuple[Example, ...]:
        after = {"canary/requirements.txt": "flask\n"}
        return (Example("A dependency without a version.", after=after, finds=("canary/requirements.txt:1",)),)

    def check(self, changes: ChangeSet, tree: Tree) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.pins import Manifest, added, is_read

        ours = [one for one in changes if not matches(one.path, self.exempt)]
        manifests = [one for one in ours if is_read(one.path)]
        texts = [Manifest(one.path, _text(one.before), _text(one.after)) for one in changes.readable(manifests)]
        left: dict[tuple[str, str], list[Dependency]] = {}  # what a lock file does not hold, by manifest and lock file
        for path, dep in added(texts):
            yield from self._judge(path, dep, changes, tree, left)
        for (path, lock), deps in left.items():
            one = min(deps, key=lambda dep: dep.line)
            names = ", ".join(dep.name[:100] for dep in deps[:_NAMED]) + (", ..." if len(deps) > _NAMED else "")
            done = f"does not hold {'it' if len(deps) == 1 else 'them'}" if lock in changes.paths else "was not updated"
            said = f"{names} came in, and {lock} {done}" if lock else f"{names} came in as a range, and no lock file fixes it"
            yield Finding(said, Place(path, one.line), "breach" if lock else "style", evidence=f"{one.name} {lock}")
        if self.actions:
            yield from _actions(changes, [one for one in ours if matches(one.path, WORKFLOWS)])
        if self.images:
            yield from _images(changes, [one for one in ours if _is_dockerfile(one.path)])

    def _judge(
        self, path: str, dep: "Dependency", changes: ChangeSet, tree: Tree, left: "dict[tuple[str, str], list[Dependency]]"
    ) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.pins import locks, pin

        how = pin(dep)
        by_hand = path.lower().endswith((".txt", ".in"))  # a list of what is installed, which nothing else has to fix
        found = () if by_hand and how == "exact" else locks.binding(path, dep, lambda one: _read(tree, one))
        if not found and how == "exact":
            return
        name, wants = dep.name[:100], dep.requirement[:60]
        if any((one in changes.paths or locks.is_flat(one)) and _holds(tree, one, dep) for one in found):
            if how == "open" and dep.ecosystem == "node" and wants:
                yield _finding(f"{name} is asked for as {wants!r}: only its lock file fixes it", path, dep, "style")
        elif _is_own(tree, dep):
            return
        elif found and not by_hand:
            lock = next((one for one in found if one in changes.paths), found[0])
            left.setdefault((path, lock), []).append(dep)
        elif how in ("open", "source") or by_hand:
            loose = f"as {wants!r}" if wants else "in any version"
            yield _finding(f"{name} is asked for {loose}, and no lock file fixes it", path, dep)
        else:
            left.setdefault((path, ""), []).append(dep)


def _finding(says: str, path: str, dep: "Dependency", level: Level = "breach") -> Finding:
    return Finding(says, Place(path, dep.line), level, evidence=f"{dep.name} {dep.requirement}")


def _text(side: Content | None) -> str:
    return side.text() if side is not None and is_file(side.mode) else ""


def _at(tree: Tree, path: str) -> Content | None:
    try:
        found = tree.head.at(path)
    except Unreadable:
        return None
    return found if found is not None and is_file(found.mode) else None


def _read(tree: Tree, path: str) -> str | None:
    """The text of a path that is there: of a lock file nothing but that it is."""
    from pytest_agentcompliance.parsing.manifests import is_lockfile

    found = _at(tree, path)
    if found is None or is_lockfile(path):
        return None if found is None else ""
    try:
        return found.text()
    except Unreadable:
        return ""


def _holds(tree: Tree, path: str, dep: "Dependency") -> bool:
    from pytest_agentcompliance.parsing.pins import locks

    found = _at(tree, path)
    try:
        return found is not None and (path.endswith(".lockb") or locks.holds(found.bytes(), dep))
    except Unreadable:
        return True  # that it could not be read is in the ledger


def _is_own(tree: Tree, dep: "Dependency") -> bool:
    """Whether a dependency is a package of the same repository, which workspaces may ask for in any way."""
    from pytest_agentcompliance.parsing.packages import Packages

    return dep.ecosystem == "node" and dep.name in Packages(tree.head.files).by_name


def _actions(changes: ChangeSet, wanted: list[FileChange]) -> Iterator[Finding]:
    for change in changes.readable(wanted):
        had = Counter(_loose_actions(_text(change.before)))
        for number, line in enumerate(_text(change.after)[:_LONGEST].split("\n"), 1):
            for said in _loose_actions(line):
                if had[said] > 0:
                    had[said] -= 1
                    continue
                says = f"the action {said} follows what moves, a branch or its newest version"
                yield Finding(says, Place(change.path, number), evidence=said)


def _loose_actions(text: str) -> Iterator[str]:
    for line in text[:_LONGEST].split("\n"):
        found = _USES.match(line[:1000].rstrip("\r"))
        if found and not found[1].startswith("./") and (found[2] is None or _BRANCH.fullmatch(found[2])):
            yield f"{found[1]}@{found[2]}" if found[2] else found[1]


def _is_dockerfile(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name in ("dockerfile", "containerfile") or name.startswith("dockerfile.") or name.endswith(".dockerfile")


def _images(changes: ChangeSet, wanted: list[FileChange]) -> Iterator[Finding]:
    for change in changes.readable(wanted):
        had = Counter(image for _, image in _loose_images(_text(change.before)))
        for number, image in _loose_images(_text(change.after)):
            if had[image] > 0:
                had[image] -= 1
                continue
            what = "its latest version" if ":" in image.rpartition("/")[2] else "any version"
            yield Finding(f"the image {image[:100]} is asked for in {what}", Place(change.path, number), evidence=image)


def _loose_images(text: str) -> Iterator[tuple[int, str]]:
    """The images of a Dockerfile that have no tag, or the one that moves with each version; stages of its own are none."""
    stages = {"scratch"}
    for number, line in enumerate(text[:_LONGEST].split("\n"), 1):
        found = _FROM.match(line[:1000].rstrip("\r"))
        if found is None:
            continue
        image, tag = found[1], found[1].rpartition("/")[2].partition(":")[2]
        if image.lower() not in stages and "$" not in image and "@" not in image and tag.lower() in ("", "latest"):
            yield number, image
        if found[2]:
            stages.add(found[2].lower())

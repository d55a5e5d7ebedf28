"""Where a project tells its users what changed: changelogs, the pieces of one, guides, the subjects of commits."""

import re
from collections.abc import Iterable
from posixpath import basename

_CHANGELOG = re.compile(
    r"(?i)(?:^|/)(?:changelog|changes|history|news|release[-_ ]?notes|releases)(?:[-_.][\w.-]{0,60})?\.(?:md|mdx|rst|txt|adoc)$"
    r"|(?:^|/)(?:changelog|changes|news)$"
    r"|(?:^|/)\.changeset/(?!readme\.md$)[^/]+\.md$"
    r"|(?:^|/)(?:changelog\.d|newsfragments|\.changes|changes\.d|changelogs/unreleased)/[^/]+$"
    r"|(?:^|/)(?:changes|news)/[^/]+\.(?:md|rst|txt|feature|bugfix|misc|doc|removal)$"
)
_GUIDE = re.compile(
    r"(?i)(?:^|/)(?:migrat|upgrad|breaking)[\w.-]{0,60}\.(?:md|mdx|rst|txt)$"
    r"|(?:^|/)(?:migration|upgrade|upgrading)s?/[^/]*\.(?:md|mdx|rst)$"
)
_BROKEN = re.compile(r"^\w{2,20}(?:\([^()\n]{0,80}\))?!:|^BREAKING[ -]CHANGE\b", re.MULTILINE)
_SUBJECT = re.compile(r"\s*(\w{2,20})(?:\([^()\n]{0,80}\))?(!)?:")
_HELPS = re.compile(
    r"(?i)\b(?:breaking|migrat\w*|upgrad\w*|deprecat\w*|remov\w*|renam\w*|instead|replac\w*|no longer|now requires?)\b"
)
# What writes the changelog and the version by itself, out of the subjects of commits or of files for it.
_TOOLS = (
    ".releaserc", ".releaserc.json", ".releaserc.yml", ".releaserc.yaml", ".releaserc.js", ".releaserc.cjs", "release.config.js",
    "release.config.cjs", "release.config.mjs", "release-please-config.json", ".release-please-manifest.json", ".versionrc",
    ".versionrc.json", ".versionrc.js", "cliff.toml", ".cliff.toml", ".cz.toml", ".cz.json", "lerna.json", ".auto-changelog",
    ".goreleaser.yml", ".goreleaser.yaml", ".release-it.json", ".release-it.js",
)  # fmt: skip
_IN_MANIFEST = re.compile(
    r"\"(?:semantic-release|release-please|standard-version|conventional-changelog[\w-]*|release-it|auto-changelog)\""
    r"|\[tool\.(?:semantic_release|commitizen|git-cliff)"
)


def is_changelog(path: str) -> bool:
    """Whether a file is a changelog, or a piece of one."""
    return _CHANGELOG.search(path) is not None


def is_guide(path: str) -> bool:
    """Whether a file tells how to go on to a new version."""
    return _GUIDE.search(path) is not None


def says_breaking(message: str) -> bool:
    """Whether a commit says that it breaks something, as conventional commits do."""
    return _BROKEN.search(message) is not None


def kind_of(message: str) -> str:
    """The type of a conventional commit (``feat``), with a ``!`` where it has one; empty where it is none."""
    found = _SUBJECT.match(message)
    return found[1].lower() + (found[2] or "") if found else ""


def helps(text: str, name: str) -> bool:
    """Whether a note names a thing, or says in words that something broke and how to go on."""
    last = name.rpartition(".")[2]
    return _HELPS.search(text) is not None or re.search(rf"(?<!\w){re.escape(last)}(?!\w)", text) is not None


def is_tool(path: str) -> bool:
    """Whether a file configures what writes the changelog by itself."""
    return basename(path) in _TOOLS


def told_by_tool(manifests: Iterable[str]) -> bool:
    """Whether a manifest brings such a tool."""
    return any(_IN_MANIFEST.search(text) for text in manifests)

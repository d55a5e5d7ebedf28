"""New folders at the root of the repository."""

from collections.abc import Collection, Iterable, Iterator

from pytest_agentcompliance.parsing.choices import Choice

_PAPERS = (".md", ".mdx", ".txt", ".rst", ".adoc", ".pdf", ".log")


def taken(before: Collection[str], added: Iterable[str]) -> Iterator[Choice]:
    """The folders at the root in which head has files and base has none, each with its first file."""
    new: dict[str, list[str]] = {}
    for path in sorted(added):
        folder, slash, _ = path.partition("/")
        if slash:
            new.setdefault(folder, []).append(path)
    if not new:
        return
    known = {path.partition("/")[0] for path in before}
    for folder, paths in new.items():
        if folder not in known:
            count = f"{len(paths)} files" if len(paths) > 1 else "one file"
            minor = "it is a tool's" if folder.startswith(".") else ""
            if all(path.lower().endswith(_PAPERS) for path in paths):
                minor = "it holds documents alone"
            yield Choice(
                "folder",
                folder,
                paths[0],
                None,
                f"a folder at the root of the repository, of {count}",
                (f"{folder}/",),
                minor=minor,
            )

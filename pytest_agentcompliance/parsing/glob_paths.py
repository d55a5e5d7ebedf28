"""From a glob to a path that it names: the way back, for what must be put where somebody looks."""

import re
from collections.abc import Iterable, Iterator

from pytest_agentcompliance.parsing.globs import matches

WORD = "canary"  # what stands where a glob leaves it open
SET = re.compile(r"\[(?![!^])\]?([^\]]+)\]")
ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def path_in(globs: Iterable[str], ending: str = "", *, also: tuple[str, ...] = ()) -> str | None:
    """A path that the globs name, and that those of ``also`` name where there are any; with this ending where it may have one.

    None where no path could be thought of.
    """
    asked = tuple(globs)
    above = (re.split(r"[\\*?\[]", glob)[0].rpartition("/")[0].strip("/") for glob in also)
    folders = list(dict.fromkeys([WORD, *filter(None, above)]))
    paths = (path for glob in asked if not glob.startswith("!") for folder in folders for path in _paths(glob, ending, folder))
    return next((path for path in paths if path and matches(path, asked) and (not also or matches(path, also))), None)


def _paths(glob: str, ending: str, folder: str) -> Iterator[str]:
    """Paths that the glob may mean; ``folder`` stands for ``**``."""
    written = "/".join(part for part in (_filled(part, folder) for part in glob.removesuffix("/**").strip("/").split("/")) if part)
    if glob.endswith("*") and ending:
        yield f"{written}{ending}"
    if not glob.endswith(("/", "/**")):
        yield written
    # A glob may name a folder, as in .gitignore, and with it all that lies below.
    yield f"{written}/{WORD}{ending or '.txt'}"


def _filled(part: str, folder: str) -> str:
    if part == "**":
        return folder
    part = SET.sub(lambda found: found[1][0], part)
    return ESCAPE.sub(r"\1", re.sub(r"(?<!\\)\*+", WORD, re.sub(r"(?<!\\)\?", "x", part)))

"""Which files of a tree have which words: read once for all of many words, and asked of git for the others."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping

from pytest_agentcompliance.errors import EvidenceError
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.sources.blobs import Blobs
from pytest_agentcompliance.sources.shadow import Shadow

NESTED = 10  # names within names: how often is asked again
WORD = re.compile(r"\w+", re.ASCII)  # as git has it under LC_ALL=C
NOT_IN_WORDS = bytes(one for one in range(256) if not WORD.fullmatch(chr(one)))
BLANKED = bytes.maketrans(NOT_IN_WORDS, b" " * len(NOT_IN_WORDS))
FEW = 32  # names that git looks for: it goes through a file once for each of them, and once more behind each hit
READ_AT_ONCE = 30  # files
PROSE = (b".md", b".mdx", b".txt", b".rst", b".adoc")


class Words:
    """Looks for whole words in trees. ``listing`` tells every path of a tree with its mode and id."""

    def __init__(self, blobs: Blobs, shadow: Shadow, listing: Callable[[str], Mapping[bytes, tuple[str, str]]]) -> None:
        self._blobs, self._shadow, self._listing = blobs, shadow, listing

    def where(self, tree: str, names: frozenset[str], endings: tuple[str, ...] = ()) -> dict[str, frozenset[str]]:
        """The files of a tree in which the names stand as whole words, prose left out. A missing blob has none."""
        left = {name.encode("utf-8", "surrogateescape"): name for name in names}
        found: dict[str, frozenset[str]] = {}
        for _ in range(NESTED):
            hits = self._told(tree, left, endings) if left else {}
            found.update({left.pop(raw): frozenset(paths) for raw, paths in hits.items()})
            # Of two names that stand at one place git prints the longer: those within a name that was found are asked again.
            # In a name of word characters alone no other stands as a whole word.
            compound = [longer for longer in found if not WORD.fullmatch(longer)]
            left = {raw: name for raw, name in left.items() if any(name in longer for longer in compound)}
            if not hits:
                break
        return found

    def _told(self, tree: str, wanted: Collection[bytes], endings: tuple[str, ...]) -> dict[bytes, set[str]]:
        """Those of the words that ``git grep`` prints for a tree, and the paths that have them."""
        plain = _plain(wanted) if endings and len(wanted) > FEW else frozenset()
        found = self._read_for(tree, plain, endings) if plain else None
        if found is None:
            return self._grepped(tree, wanted, endings)
        rest = [raw for raw in wanted if raw not in plain]
        return found | self._grepped(tree, rest, endings) if rest else found

    def _read_for(self, tree: str, wanted: frozenset[bytes], endings: tuple[str, ...]) -> dict[bytes, set[str]] | None:
        """The same for words of word characters alone, each file read once for all of them; None where git has to say."""
        among = tuple(one.lower().encode() for one in endings)
        places: dict[str, list[str]] = {}
        try:
            for path, (mode, oid) in self._listing(tree).items():
                if is_file(mode) and path.lower().endswith(among):
                    places.setdefault(oid, []).append(path.decode("utf-8", "surrogateescape"))
        except EvidenceError:
            return None
        found: dict[bytes, set[str]] = {}
        ids = sorted(places.keys() - self._blobs.missing.keys())
        for at in range(0, len(ids), READ_AT_ONCE):
            for one in self._blobs.sweep(ids[at : at + READ_AT_ONCE]):
                if one.problem and not one.missing:
                    return None
                for raw in wanted.intersection(one.data.translate(BLANKED).split()):
                    found.setdefault(raw, set()).update(places[one.id])
        return found

    def _grepped(self, tree: str, wanted: Collection[bytes], endings: tuple[str, ...]) -> dict[bytes, set[str]]:
        """The same by ``git grep``."""
        file = self._shadow.dir / "names"
        file.write_bytes(b"".join(raw + b"\n" for raw in wanted))
        options = ("-z", "-o", "-w", "-F", "--text", "--no-color", "--no-recurse-submodules", "--full-name", "-f", str(file))
        # What is left out is not even unpacked, which is most of what a search costs.
        only = [f":(icase)*{one}" for one in endings] or [f":(exclude,icase)*{one.decode()}" for one in PROSE]
        status, out, err = self._shadow.run("grep", *options, tree, "--", *only, env={"GIT_LITERAL_PATHSPECS": "0"})
        if status not in (0, 1):
            raise EvidenceError(f"git grep failed: {err.strip()[:500]}")
        found: dict[bytes, set[str]] = {}
        for path, _, raw in (hit.partition(b"\0") for hit in out.split(b"\n")):
            if raw in wanted and not path.lower().endswith(PROSE):
                found.setdefault(raw, set()).add(path.removeprefix(tree.encode() + b":").decode("utf-8", "surrogateescape"))
        return found


def _plain(wanted: Iterable[bytes]) -> frozenset[bytes]:
    """The words that git finds wherever they stand, whatever others it looks for: those of word characters alone that stand
    in none of the others. None where one begins with another character: that it finds right behind any other word."""
    words = frozenset(raw for raw in wanted if raw and raw.translate(None, NOT_IN_WORDS) == raw)
    others = [raw for raw in wanted if raw not in words]
    if any(raw[:1] in NOT_IN_WORDS for raw in others):
        return frozenset()
    return words.difference(one for raw in others for one in raw.translate(BLANKED).split())

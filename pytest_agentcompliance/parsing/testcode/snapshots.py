"""Snapshots in files of their own, as jest, vitest, playwright's text and syrupy write them."""

import re

_ENTRY = re.compile(r"^exports\[`((?:[^`\\]|\\.){1,500})`\] = ", re.MULTILINE)
_AMBER = re.compile(r"^# name: (.{1,500})$", re.MULTILINE)


def is_snapshot(path: str) -> bool:
    """Whether a file holds snapshots as text."""
    return path.endswith((".snap", ".ambr"))


def entries(path: str, text: str) -> dict[str, tuple[int, str]]:
    """The snapshots of a file: name, line, content."""
    heads = list((_AMBER if path.endswith(".ambr") else _ENTRY).finditer(text))
    found: dict[str, tuple[int, str]] = {}
    line = 1
    at = 0
    for place, head in enumerate(heads):
        line += text.count("\n", at, head.start())
        at = head.start()
        end = heads[place + 1].start() if place + 1 < len(heads) else len(text)
        found[head[1]] = line, text[head.end() : end].strip()
    return found


def changed(path: str, before: str, after: str) -> list[tuple[str, int | None, str, str]]:
    """The snapshots that say something else, or are gone: name, line of head, before and after, from where they differ."""
    was, now = entries(path, before), entries(path, after)
    rows: list[tuple[str, int | None, str, str]] = []
    for name, (_, said) in was.items():
        line, new = now.get(name, (None, ""))
        if new != said:
            rows.append((name, line, *_differing(said, new)))
    return rows


def _differing(before: str, after: str) -> tuple[str, str]:
    was, now = before.split("\n"), after.split("\n")
    at = next((place for place, (one, other) in enumerate(zip(was, now, strict=False)) if one != other), min(len(was), len(now)))
    return " ".join(was[at : at + 3]).strip(), " ".join(now[at : at + 3]).strip()

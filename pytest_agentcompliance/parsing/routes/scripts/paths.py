"""Paths of routes as OpenAPI writes them."""

import re

_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_SLASHES = re.compile(r"/{2,}+")
MOST = 8  # ways to read the optional parts of one path


def written(path: str, framework: str) -> list[str]:
    """A path as OpenAPI writes it; with parts that may be left out, each way to write it."""
    found = [""]
    at = 0
    while at < len(path):
        char = path[at]
        if char == ":" and (name := _NAME.match(path, at + 1)):
            at = name.end()
            at = _skipped(path, at, "(", ")")
            if framework == "hono":
                at = _skipped(path, at, "{", "}")
            mark = path[at : at + 1]
            part = "{" + name[0] + "}"
            if mark == "?" and len(found) < MOST:
                found = [*(one.rstrip("/") for one in found), *(one + part for one in found)]
                at += 1
            else:
                found = [one + part for one in found]
                at += mark in ("*", "+") and bool(mark)
            continue
        if char == "*":
            name = _NAME.match(path, at + 1) if framework in ("express", "nest") else None
            at = name.end() if name else at + 1
            found = [one + "*" for one in found]
            continue
        if char == "{" and framework in ("express", "nest") and (end := path.find("}", at)) > 0:
            inner = written(path[at + 1 : end], framework)[:2]
            found = [*found, *(one + part for one in found for part in inner)][:MOST]
            at = end + 1
            continue
        found = [one + char for one in found]
        at += 1
    return list(dict.fromkeys(_neat(one) for one in found))


def _skipped(path: str, at: int, opened: str, closed: str) -> int:
    """Behind a part in brackets that stands here, or here."""
    if path[at : at + 1] != opened:
        return at
    depth = 0
    for index in range(at, len(path)):
        depth += (path[index] == opened) - (path[index] == closed)
        if depth == 0:
            return index + 1
    return len(path)


def _neat(path: str) -> str:
    path = _SLASHES.sub("/", "/" + path)
    return path.rstrip("/") or "/"


def joined(first: str, second: str) -> str:
    """Two parts of a path."""
    if not first or not second:
        return first or second
    return first.rstrip("/") + "/" + second.lstrip("/")

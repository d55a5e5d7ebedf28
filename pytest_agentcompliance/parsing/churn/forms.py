"""What a text comes to when comments, a formatter's choices, the order of imports or of declarations do not count."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pytest_agentcompliance.parsing.churn.layout import laid
from pytest_agentcompliance.parsing.churn.shapes import Shape
from pytest_agentcompliance.parsing.churn.tokens import Read, Token, Unit

Form = tuple[object, ...]
_MARK = "\0import"


def form(read: Read, shape: Shape, relaxed: frozenset[str]) -> Form:
    """``relaxed`` has some of: comments, formatting, imports, moves. Two texts are equal so far as their forms are."""
    if shape.layout == "exact":
        return _exact(read.tokens, comments="comments" in relaxed)
    loose = "formatting" in relaxed
    tokens = list(_without_comments(read.tokens)) if "comments" in relaxed else read.tokens
    wanted = {"import"} if "imports" in relaxed else set()
    units = [unit for unit in read.units if unit.kind in (wanted | ({"declaration", "method"} if "moves" in relaxed else set()))]
    if not units:
        return laid(tokens, shape, loose=loose)
    return _taken_apart(tokens, units, shape, loose=loose)


def apart(read: Read, shape: Shape) -> tuple[Form, Counter[Form]]:
    """What a file of code is without its imports: what stands between its declarations, and how often there is each of them.

    Comments, formatting and whether a declaration is exported do not count: it may have to be, once it stands elsewhere.
    """
    tokens = list(_without_comments(read.tokens))
    rest: list[Token] = []
    found: Counter[Form] = Counter()
    for unit, part, _ in _cut(tokens, read.units, within=False):
        if unit is None:
            rest += part
        elif unit.kind != "import":
            words = [word for word in laid(part, shape, loose=True) if not word.startswith(("\n", " "))]
            while words[:1] == ["export"] or words[:1] == ["default"]:
                words.pop(0)
            found[tuple(words)] += 1
    return laid(rest, shape, loose=True), found


def _without_comments(tokens: Iterable[Token]) -> Iterator[Token]:
    """A comment parts what stands on its two sides, as a blank does."""
    for token in tokens:
        yield Token("blank", " ", token.at) if token.kind == "comment" else token


def _exact(tokens: Iterable[Token], *, comments: bool) -> Form:
    """The lines as they stand, but for blanks at their ends; without comments, a line that was nothing else is gone."""
    text = "".join("\0" if comments and token.kind == "comment" else token.text for token in tokens)
    lines = [(line, line.replace("\0", "").rstrip()) for line in text.split("\n")]
    kept = [line if bare.endswith("\\") else bare for line, bare in lines if bare or "\0" not in line]
    return ("\n".join(kept).rstrip("\n"),)


def _taken_apart(tokens: Sequence[Token], units: Sequence[Unit], shape: Shape, *, loose: bool, within: bool = False) -> Form:
    """What stays in its order; what each run of imports imports; how often there is each declaration."""
    rest: list[Token] = []
    runs: list[Counter[str]] = []
    moved: Counter[Form] = Counter()
    in_run = False
    for unit, part, inner in _cut(tokens, units, within=within):
        if unit is None:
            rest += part
            in_run = in_run and all(token.kind in ("blank", "comment") or token.text in (";", "\n") for token in part)
        elif unit.kind == "import" and shape.loose == "script" and _runs_alone(laid(part, shape, loose=True)):
            rest += part  # what it does may have to be done before or after another
            in_run = False
        elif unit.kind == "import":
            if not in_run:
                runs.append(Counter())
                rest.append(Token("word", _MARK, part[0].at))
            in_run = True
            runs[-1].update(_imported(laid(part, shape, loose=True)))
        elif inner:
            moved[_taken_apart(part, inner, shape, loose=loose, within=True)] += 1
        else:
            moved[laid(part, shape, loose=loose)] += 1
    return (laid(rest, shape, loose=loose), tuple(frozenset(run.items()) for run in runs), frozenset(moved.items()))


def _cut(tokens: Sequence[Token], units: Sequence[Unit], *, within: bool) -> Iterator[tuple[Unit | None, list[Token], list[Unit]]]:
    """The tokens in stretches: those of an outermost unit, with the units in it, and those between two of them.

    A method is one only ``within`` the class that it belongs to: it is not moved from one class to another.
    """
    outer: list[tuple[Unit, list[Unit]]] = []
    for unit in units:
        if outer and unit.start < outer[-1][0].end:
            outer[-1][1].append(unit)
        elif within or unit.kind != "method":
            outer.append((unit, []))
    at = 0
    for unit, inner in outer:
        start = at
        while at < len(tokens) and tokens[at].at < unit.start:
            at += 1
        head = at if unit.kind == "import" else _head(tokens, start, at)
        end = at
        while end < len(tokens) and tokens[end].at < unit.end:
            end += 1
        if at < end:
            yield None, list(tokens[start:head]), []
            yield unit, list(tokens[head:end]), inner
            at = end
        else:
            yield None, list(tokens[start:at]), []
    yield None, list(tokens[at:]), []


def _head(tokens: Sequence[Token], start: int, at: int) -> int:
    """Where a unit begins with the comments that stand directly over it."""
    head = at
    while head - 2 >= start and tokens[head - 1].kind == "blank" and tokens[head - 2].kind == "comment":
        if tokens[head - 1].text.count("\n") != 1:
            break
        if head - 3 >= start and "\n" not in tokens[head - 3].text:
            break
        head -= 2
    return head


def _runs_alone(statement: Sequence[str]) -> bool:
    """Whether an import names nothing: ``import './setup'``."""
    words = [word for word in statement if word not in (" ", "\n", ";")]
    return len(words) == 2 and words[0] == "import"


def _imported(statement: Sequence[str]) -> Iterator[str]:
    """What one import names, each name by itself: their order in the brackets means nothing."""
    words = [word for word in statement if not word.startswith("\n")]
    if words[:1] == ["from"] and "import" in words:
        at = words.index("import") + 1
        head, names, tail = words[:at], [word for word in words[at:] if word not in ("(", ")")], []
    elif "{" in words and "}" in words:
        first, last = words.index("{"), words.index("}")
        head, names, tail = words[:first], words[first + 1 : last], words[last + 1 :]
    else:
        yield "".join(words)
        return
    for name in " ".join(names).split(","):
        if name.strip():
            yield "\0".join(["".join(head), " ".join(name.split()), "".join(tail)])

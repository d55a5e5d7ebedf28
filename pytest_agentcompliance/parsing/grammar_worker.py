"""The child process in which grammars and lexers run: one JSON question a line in, one JSON answer a line out.

Started by ``grammar`` as a script of its own; it imports nothing of ours. ast-grep counts in characters.
"""

import json
import sys
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

Answer = list[tuple[Any, ...]]
COMMENT_KINDS = ("comment", "line_comment", "block_comment", "multiline_comment")
LOADERS = frozenset({
    "import", "require", "require.resolve",
    "jest.mock", "jest.requireActual", "jest.requireMock", "jest.doMock",
    "jest.unmock",
    "vi.mock", "vi.importActual", "vi.importMock", "vi.doMock", "vi.unmock",
    "__import__", "importlib.import_module", "import_module",
})
KEPT = 4_000_000  # characters whose trees are kept, some 35 bytes for each: several rules ask about one file, one after the other
ENOUGH = 16  # times after which it is known whether it pays to ask for less first
_TREES: OrderedDict[tuple[str, str], Any] = OrderedDict()
_PATTERNS: dict[int, Any] = {}
_TRIED: dict[tuple[int | None, str], list[int]] = {}  # of a pattern in a grammar, how often less was asked first, and was enough


def _tree(text: str, grammar: str) -> Any:
    """The root of a text's syntax tree, parsed once as long as it is kept."""
    from ast_grep_py import SgRoot

    key = (grammar, text)
    if key not in _TREES:
        _TREES[key] = SgRoot(text, grammar)
        while len(_TREES) > 1 and sum(len(kept) for _, kept in _TREES) > KEPT:
            _TREES.popitem(last=False)
    _TREES.move_to_end(key)
    return _TREES[key].root()


def comments(text: str, grammar: str) -> Answer:
    """Each comment and docstring: start, end, whether it is a docstring."""
    root = _tree(text, grammar)
    found = [(*_ends(node), False) for kind in COMMENT_KINDS if _has(grammar, kind) for node in root.find_all(kind=kind)]
    if grammar == "python":
        found += [(*_ends(node), True) for node in _docstrings(root)]
    elif grammar == "elixir":
        found += [(*_ends(node), True) for node in root.find_all(pattern="@$NAME $DOC") if _is_doc(node.text())]
    return sorted(set(found))


def _is_doc(text: str) -> bool:
    return text.startswith(("@moduledoc", "@doc", "@typedoc"))


def _has(grammar: str, kind: str) -> bool:
    """Whether a grammar knows a kind of node: one that it does not know is an error to ast-grep."""
    special = {
        "java": ("line_comment", "block_comment"),
        "rust": ("line_comment", "block_comment"),
        "kotlin": ("line_comment", "multiline_comment"),
        "swift": ("comment", "multiline_comment"),
        "scala": ("comment", "block_comment"),
    }
    return kind in special.get(grammar, ("comment",))


def _docstrings(root: Any) -> Iterator[Any]:
    first = _first_statement(root)
    if first is not None:
        yield first
    for node in root.find_all(any=[{"kind": "class_definition"}, {"kind": "function_definition"}]):
        body = node.field("body")
        first = _first_statement(body) if body is not None else None
        if first is not None:
            yield first


def _first_statement(block: Any) -> Any:
    for child in block.children():
        if child.kind() == "comment":
            continue
        if child.kind() == "expression_statement" and len(child.children()) == 1:
            inner = child.child(0)
            return inner if inner.kind() in ("string", "concatenated_string") else None
        return None
    return None


def tokens(text: str, lexer: str) -> Answer:
    """The comments that a lexer of Pygments tells; tokens that touch are one comment."""
    from pygments.lexers import get_lexer_by_name
    from pygments.token import Comment

    comment: Any = Comment
    others: list[Any] = [Comment.Preproc, Comment.PreprocFile, Comment.Hashbang]
    found: Answer = []
    # Some lexers see a comment only where a newline ends it.
    for start, kind, value in get_lexer_by_name(lexer).get_tokens_unprocessed(text + "\n"):
        if kind not in comment or kind in others or not value:
            continue
        if found and found[-1][1] == start and start < len(text):
            found[-1] = (found[-1][0], min(start + len(value), len(text)), False)
        else:
            found.append((start, min(start + len(value), len(text)), False))
    return found


def imports(text: str, grammar: str) -> Answer:
    """Each import: start, module as written, whether it imports types alone."""
    root = _tree(text, grammar)
    return sorted(set(_python_imports(root) if grammar == "python" else _script_imports(root)))


def _script_imports(root: Any) -> Iterator[tuple[Any, ...]]:
    for node in root.find_all(any=[{"kind": "import_statement"}, {"kind": "export_statement"}]):
        source = node.field("source") or _required(node)
        if source is not None:
            yield _start(node), _unquoted(source.text()), _types_only(node)
    yield from _calls(root, "call_expression", "arguments")


def _required(node: Any) -> Any:
    """The string of ``import x = require("y")``."""
    for child in node.children():
        if child.kind() == "import_require_clause":
            return next((one for one in child.children() if one.kind() == "string"), None)
    return None


def _types_only(node: Any) -> bool:
    if any(child.kind() == "type" for child in node.children()):
        return True
    named = [one for kind in ("import_specifier", "export_specifier") for one in _below(node, kind)]
    clause = next((child for child in node.children() if child.kind() == "import_clause"), None)
    if clause is not None and any(child.kind() in ("identifier", "namespace_import") for child in clause.children()):
        return False
    return bool(named) and all(any(child.kind() == "type" for child in one.children()) for one in named)


def _below(node: Any, kind: str) -> list[Any]:
    groups = [group for child in node.children() for group in (child, *child.children())]
    return [leaf for group in groups for leaf in group.children() if leaf.kind() == kind]


def _calls(root: Any, call: str, arguments: str) -> Iterator[tuple[Any, ...]]:
    for node in root.find_all(kind=call):
        function, given = node.field("function"), node.field("arguments")
        if function is None or given is None or given.kind() != arguments or function.text() not in LOADERS:
            continue
        first = next((child for child in given.children() if child.is_named() and child.kind() != "comment"), None)
        if first is not None and first.kind() in ("string", "template_string") and "${" not in first.text():
            yield _start(node), _unquoted(first.text()), False


def _python_imports(root: Any) -> Iterator[tuple[Any, ...]]:
    for node in root.find_all(kind="import_statement"):
        for child in node.children():
            name = child.field("name") if child.kind() == "aliased_import" else child
            if name is not None and name.kind() == "dotted_name":
                yield _start(node), name.text(), _for_types(node)
    for node in root.find_all(kind="import_from_statement"):
        module = node.field("module_name")
        if module is not None:
            yield _start(node), module.text(), _for_types(node)
    yield from _calls(root, "call", "argument_list")


def _for_types(node: Any) -> bool:
    parent = node.parent()
    above = parent.parent() if parent is not None else None
    if above is None or above.kind() != "if_statement":
        return False
    condition = above.field("condition")
    return condition is not None and condition.text().endswith("TYPE_CHECKING")


def elements(text: str, grammar: str) -> Answer:
    """The outermost JSX elements: start. A .ts file is only asked for them where it is no proper TypeScript."""
    root = _tree(text, grammar)
    if grammar == "typescript":
        wrong = len(root.find_all(kind="ERROR"))
        if not wrong:
            return []
        root = _tree(text, "tsx")
        if len(root.find_all(kind="ERROR")) >= wrong:
            return []
    found: Answer = []
    last = -1
    places = sorted(_ends(node) for node in root.find_all(any=[{"kind": "jsx_element"}, {"kind": "jsx_self_closing_element"}]))
    for start, end in places:
        if start >= last:
            found.append((start,))
            last = end
    return found


def find(text: str, grammar: str, asked: list[Any]) -> Answer:
    """What patterns of ast-grep match: which one, start, end, kind of node, and where each of its variables stands.

    A pattern comes as a number, what is to be asked first, itself and its variables, and later as its number alone.
    """
    patterns = [_pattern(one) for one in asked]  # all of them, whatever happens then: they are not told again
    root = _tree(text, grammar)
    found: Answer = []
    for index, (number, first, pattern, variables) in enumerate(patterns):
        if first is not None and _spares(number, grammar, root, first):
            continue
        for node in root.find_all(pattern):
            held = [node.get_match(name) for name in variables]
            found.append((index, *_ends(node), node.kind(), [_ends(one) if one is not None else None for one in held]))
        if number is not None:
            _TRIED.setdefault((number, grammar), [0, 0])
    return found


def _spares(number: int | None, grammar: str, root: Any, first: dict[str, Any]) -> bool:
    """Whether a text has no match of a pattern since it has none of what is asked first, where that is worth its while.

    The first time each pattern is asked as it is: what a grammar does not know in it must show.
    """
    tried = _TRIED.get((number, grammar))
    if tried is None or (tried[0] >= ENOUGH and 4 * tried[1] < tried[0]):
        return False
    spared = root.find(first) is None
    tried[0] += 1
    tried[1] += spared
    return spared


def _pattern(one: Any) -> Any:
    if isinstance(one, int):
        return _PATTERNS[one]
    if one[0] is not None:
        _PATTERNS[one[0]] = one
    return one


def nodes(text: str, grammar: str, rules: list[dict[str, Any]]) -> Answer:
    """For each rule the nodes that it matches, in order: the names of their kinds, then kind, start and end of each.

    A tree of a hundred thousand nodes is handed over so: a row of its own for each would cost more than the parse.
    """
    root = _tree(text, grammar)
    found: Answer = []
    for rule in rules:
        kinds: dict[str, int] = {}
        row: list[int] = []
        for node in root.find_all({"rule": rule}):
            place = node.range()
            row += (kinds.setdefault(node.kind(), len(kinds)), place.start.index, place.end.index)
        found.append((list(kinds), row))
    return found


def _ends(node: Any) -> tuple[int, int]:
    place = node.range()
    return place.start.index, place.end.index


def _start(node: Any) -> int:
    return int(node.range().start.index)


def _unquoted(text: str) -> str:
    return text.strip("\"'`")


QUESTIONS: dict[str, Any] = {
    "comments": comments, "tokens": tokens, "imports": imports, "elements": elements, "find": find, "nodes": nodes,
}  # fmt: skip


def main() -> None:
    """Answer until the input ends. An answer of null says that the question was too much for the grammar."""
    with suppress(ImportError):  # while the parent is still busy with git
        import ast_grep_py  # noqa: F401
    for line in sys.stdin.buffer:
        question, name, text, *more = json.loads(line)
        try:
            answer: Answer | None = QUESTIONS[question](text, name, *more)
        except BaseException:  # a panic of the grammar is no Exception
            answer = None
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.path[:0] = json.loads(sys.argv[1])
    main()

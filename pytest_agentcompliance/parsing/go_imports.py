"""What a Go file imports: ``parsing.code`` reads the languages that need no module path."""

import re

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.code import Import
from pytest_agentcompliance.parsing.comments import blanked

_QUOTED = re.compile(r"[\"`]([^\"`\n]{1,300})[\"`]")
_ROUGH = re.compile(r"^import\b[^\n(]{0,200}(?:\(([^)]{0,20000})\)|([\"`][^\n]{0,300}))", re.MULTILINE)


def go_imports(text: str) -> tuple[Import, ...]:
    """The import paths of a Go file, each with its line."""
    found = grammar.find([({"rule": {"kind": "import_spec"}}, ())], "go", text)
    if found is None:
        code = blanked(text, "x.go")
        spans = [(one.start(1), one.end(1)) if one[1] is not None else (one.start(2), one.end(2)) for one in _ROUGH.finditer(code)]
    else:
        code, spans = text, [(one.start, one.end) for one in found]
    told = {(name[1], code.count("\n", 0, name.start()) + 1) for span in spans for name in _QUOTED.finditer(code, *span)}
    return tuple(Import(name, line) for name, line in sorted(told, key=lambda one: (one[1], one[0])))

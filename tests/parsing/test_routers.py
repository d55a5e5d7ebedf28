"""What is looked at behind the grammar is told as the patterns told it that once were asked of the grammar itself."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import endpoints, handlers, logged

VERBS = r"get|post|put|patch|delete|del|all|head|options|use|on"
HANDLED = re.compile(
    r"^(?:.*[.)])?(?:app|router|server|fastify|api|hono|route|routes|v\d|instance|typed|[\w$]*(?:Router|Routes?|App|Server|Api))"
    rf"(?:<[^<>()]{{0,200}}>)?(?:\.route\([^()]{{0,100}}\))?(?:\.withTypeProvider(?:<[^<>]{{0,60}}>)?\(\))?\.(?:{VERBS})\Z"
)
DECLARED = re.compile(
    r"^(?:.*\.)?(?:app|router|server|fastify|api|hono|route|routes|v\d|instance|[a-zA-Z]*(?:Router|Routes?|App|Server|Api))"
    r"(?:\.route\([^()]{0,100}\))?\.(?:get|post|put|patch|delete|all)\Z"
)
ANSWERS = re.compile(r"^\(\s*_?(?:req|request)\s*(?::[^,]*(?:,[^,()]*>)?)?,\s*_?(?:res|response|reply|rep)\b")
CONTEXT = re.compile(r"^\(\s*_?(?:c|ctx|context)\s*:\s*(?:\w+\.)?\w*Context(?:<[^()]{0,200}>)?\s*,?\s*\)\Z")
PARTS = [
    "app", "router", "myRouter", "Routes", "v1", "v", "api", "x", "$", "_", "\u00e9", ".", ".", ")", "(", "<T>", "<a, b>", "<", ">",
    ".route('/a')", ".route(", ".withTypeProvider<Z>()", ".withTypeProvider()", ".get", ".post", ".on", ".use", ".all", "get", "\n",
    "\r", " ", "this.", "#", "typed", "instance",
]  # fmt: skip
TAKEN = [
    "(", ")", "req", "request", "_req", "res", "reply", "c", "ctx", "context", ":", ",", " ", "\n", "Request", "Context", "hono.",
    "AppContext", "<{ a: B }>", "<A, B>", ">", "x", "result",
]  # fmt: skip


@given(parts=st.lists(st.sampled_from(PARTS), max_size=10), before=st.sampled_from(["", "a\n", "app", "x.", "\u00e9"]))
def test_routers_are_told_as_by_one_pattern(parts: list[str], before: str) -> None:
    said = "".join(parts)
    text = before + said
    plain = said.replace("\r", "\n")  # as the grammar gets it
    assert handlers._is_router(text, len(before), len(text)) == (HANDLED.search(plain) is not None)
    assert endpoints._is_router(text, len(before), len(text)) == (DECLARED.search(plain) is not None)


@pytest.mark.parametrize("length", [0, 1, 199, 200, 201, 400])
def test_long_types_are_told_as_by_one_pattern(length: int) -> None:
    routed = f"a.app<{'a' * length}>.route('{'b' * min(length, 98)}').get"
    for text in (f"app<{'a' * length}>.get", routed, f"{'a' * length}Router.get"):
        assert handlers._is_router(text, 0, len(text)) == (HANDLED.search(text) is not None), length


def test_what_stands_behind_many_calls_is_told_at_once() -> None:
    text = "a(b).app.get" * 20_000
    assert all(handlers._is_router(text, 0, end) for end in range(12, len(text), 1200))


@given(parts=st.lists(st.sampled_from(TAKEN), max_size=8))
def test_parameters_are_told_as_by_one_pattern(parts: list[str]) -> None:
    text = "(" + "".join(parts) + ")"
    assert handlers._is_asked(text, 0, len(text)) == (ANSWERS.search(text) is not None or CONTEXT.search(text) is not None)


def test_many_blanks_between_parameters_are_gone_through_once() -> None:
    text = "(c: Context" + " " * 200_000 + "x)"
    assert not handlers._is_asked(text, 0, len(text))


LEVELS = r"(?:log|info|warn|warning|error|debug|trace|fatal|verbose|silly|http|notice|critical|exception|success|msg|dir|table)"
LOGGERS = r"(?:logger|log|_logger|_log|logging|LOGGER|LOG|winston|pino|Logger|appLogger|rootLogger|reqLog)"
CALLEES = {
    "python": rf"^(?:print|pprint|pprint\.pprint|(?:[A-Za-z_]\w*\.)*{LOGGERS}\.{LEVELS})\Z",
    "go": r"^(?:fmt\.Print(?:f|ln)?|log\.(?:Print|Fatal|Panic)(?:f|ln)?|slog\.(?:Debug|Info|Warn|Error)(?:Context)?"
          r"|(?:[A-Za-z_]\w*\.)*(?:logger|log|sugar|zap)\.(?:Debug|Info|Warn|Error|Fatal|Panic|Print)(?:f|w|ln)?)\Z",
    "typescript": rf"^(?:console\.{LEVELS}|(?:[A-Za-z_$][\w$]*\.)*{LOGGERS}\.{LEVELS})\Z",
}  # fmt: skip
CALLED = [
    "console", "log", "logger", "print", "pprint", "fmt", "slog", "this", "self", "a1", "$", ".", ".", "(", ")", "info", "Info",
    "Infof", "InfoContext", "Printf", "Println", "error", "x", "\u00e9", "\n", " ", "zap", "Logger", "http",
]  # fmt: skip


@pytest.mark.parametrize("name", sorted(CALLEES))
@given(said=st.lists(st.sampled_from(CALLED), max_size=7).map("".join), before=st.sampled_from(["", "a.", "("]))
def test_loggers_are_told_as_by_one_pattern(name: str, said: str, before: str) -> None:
    told = logged._is_callee(before + said, len(before), len(before + said), name)
    assert told == (re.search(CALLEES[name], said) is not None)
    assert not told or re.search(logged._ENDS["" if name == "typescript" else name], said) is not None

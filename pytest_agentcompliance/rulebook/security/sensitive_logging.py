"""security/sensitive-logging: no password, token or whole request is written to a log."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy, unformatted

if TYPE_CHECKING:  # start-up time: calls are read when a file is a candidate
    from pytest_agentcompliance.parsing.logged import Logged

_CODE = (".py", ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".go")
# What talks to the person who started it: it prints, and that is no log.
_TERMINAL = re.compile(r"(?i)(?:^|/)(?:scripts?|bin|cli|cmd|tools?|examples?|demos?|docs?|notebooks?|benchmarks?|seeds?|"
                       r"playwright|fixtures?|mocks?|__mocks__|setup)(?:/|\.\w+$|[-_][^/]*\.\w+$)|(?:^|/)(?:[\w-]+[-_])?(?:cli|"
                       r"setup|seed|login|wizard|examples?|demo)\.\w+$|(?:^|/)install[\w-]*\.\w+$")
_PRINTS = re.compile(r"print|pprint|fmt\.|console\.")


class SensitiveLogging(Rule):
    """No password, token, cookie or whole request is written to a log.

    Why: logs are read by more people than the data that they speak of, are kept longer, and are sent to other companies. A
    token in a log is a token in the hands of all of them.

    The calls of loggers that the change added are read with the language's grammar (console, pino, winston, logging,
    structlog, loguru, print; fmt, log, slog and zap in Go): what they are given, in arguments, templates and f-strings, is
    told by its name: passwords, secrets, tokens, keys, credentials, authorization headers, cookies, card and social security
    numbers; the whole body or headers of a request; the whole environment. An e-mail address is a matter of style. What is
    masked, cut, counted, compared or only asked whether it is there is fine (``mask(token)``, ``token.slice(0, 4)``,
    ``len(token)``, ``!!token``), and so are counts of a language model's tokens and the words alone in a text.

    Blind spots: what a name does not say (``data``, ``user``, ``config``, a password under another name),
    what an exception or a function carries, what any
    function but a serializer was given, loggers that are called otherwise, redaction in the configuration of a logger (its
    calls are reported all the same), what tests and scripts print, a name that is put on a line of its own into a call that
    base has.
    """

    exempt: list[str] = Field(default=[], description="Globs of files whose logs stay with the person who reads them.")

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    remedy: ClassVar[Remedy] = Remedy("fix", "Log an id, a length or a masked form instead, or name the fields that are needed.")
    candidates = Candidates(
        contains=(rb"console\.", rb"ogger\.", rb"log\.", rb"logging\.", rb"LOG(?:GER)?\.", rb"print\(", rb"Print", rb"sugar\."),
        endings=_CODE,
    )
    examples = (
        Example(
            "A logged password, token, header or request is reported.",
            after={
                "src/a.ts": "console.log('login', password)\nlogger.info(`token ${session.accessToken}`)\n"
                            "log.debug({ headers: req.headers }, 'in')\nlogger.error('bad', JSON.stringify(req.body))\n",
                "app/b.py": 'logger.info("got %s", api_key)\nlogging.debug(f"secret={client.secret!r}")\nlog.info("x", '
                            'auth=request.headers["authorization"])\n',
                "pkg/c.go": 'package c\n\nfunc f() {\n\tslog.Info("in", "token", authToken)\n}\n',
            },
            finds=("app/b.py:1", "app/b.py:2", "app/b.py:3", "pkg/c.go:4", "src/a.ts:1", "src/a.ts:2", "src/a.ts:3", "src/a.ts:4"),
        ),
        Example(
            "So is the whole environment, over several lines too.",
            after={"app/b.py": "import os\nlogger.debug(\n    'env %s',\n    os.environ,\n)\n", "src/a.ts": "console.log(process"
                ".env)\n"},
            finds=("app/b.py:2", "src/a.ts:1"),
        ),
        Example("An e-mail address is a matter of style.", after={"src/a.ts": "logger.info('sent', "
            "user.email)\n"}, styles=("src/a.ts:1",)),
        Example("What is masked, cut, counted or only asked for is kept.", after={
            "src/a.ts": "logger.info('t', mask(token), token.slice(0, 4), !!apiKey, token ? 'set' : 'unset', hasToken, "
                        "password.length)\n"
                        "logger.info({ token: redact(token), max: maxTokens, tokensUsed, tokenCount })\nconsole.log(`key "
                        "${apiKey ? 'yes' : 'no'}`)\n"
                        "console.log(process.env.NODE_ENV, req.body.name)\n",
            "app/b.py": "logger.info('t %s %d %s', bool(token), len(token), token[:4])\nlogger.info(f'{usage.total_tokens} "
                        "{token_count} {secret is None}')\n"
                        "logger.info('x', token='***', present='yes' if password else 'no')\nlogger.info('n %s', "
                        "os.environ['HOME'])\n",
        }),
        Example("A value that shows itself as stars is kept, but not when it is asked for what it holds.", after={
            "app/b.py": "def f():\n    token = SecretStr(get())\n    logger.debug(f'got {token}')\n"
                        "    logger.info(f'got {token.get_secret_value()}')\n",
        }, finds=("app/b.py:4",)),
        Example("What a name ends with says what it is.", after={
            "src/a.ts": "logger.info('paid', { apiKeyOwnerWallet, apiKeyEarnings, TOKEN_ENV, fromToken, tokenSymbol })\n",
            "app/b.py": "print(f\"{best['predicted_first_token']:.0f} ms, {secret_santa}\")\n",
        }),
        Example("The word alone is kept, and so are scripts and tests.", after={
            "src/a.ts": "logger.info('password reset sent')\nlogger.warn(`invalid token for ${userId}`)\n",
            "scripts/make.py": "print(token)\n", "tests/test_a.py": "print(password)\n", "app/llm.py": "max_tokens = 3\nfor "
                "token in stream:\n    print(token, end='')\n",
        }),
        Example("What was there, or only moved, is kept.",
            before={"src/a.ts": "console.log(password)\n", "src/b.ts": "f()\nlogger.info(secret)\n"},
            after={"src/a.ts": "f()\n  console.log(password);\n", "src/b.ts": "f()\n", "src/c.ts": "g()\nlogger.info(secret)\n"}),
    )  # fmt: skip

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        fresh: list[tuple[FileChange, Logged]] = []
        gone: Counter[str] = Counter()
        for change in changes.readable(one for one in self.touched(changes) if self._is_served(one.path)):
            if not self._may(change):
                continue
            had = Counter(_key(one) for one in self._read(change.before))
            gone += had
            added = {line.number for line in change.added}
            found = [one for one in self._read(change.after) if not _prints_for_people(change.path, one)]
            # Of two alike the one on an added line is new.
            for one in sorted(found, key=lambda one: not added.isdisjoint(range(one.line, one.last + 1))):
                if had[_key(one)]:
                    had[_key(one)] -= 1
                    gone[_key(one)] -= 1
                else:
                    fresh.append((change, one))
        for change, one in sorted(fresh, key=lambda pair: (pair[0].position, pair[1].line)):
            if gone[_key(one)] > 0:
                gone[_key(one)] -= 1
                continue
            level: Level = "style" if one.kind == "personal" else "breach"
            yield Finding(f"{one.callee} writes {one.what} to the log", Place(change.path, one.line), level, unformatted(one.what))

    def _is_served(self, path: str) -> bool:
        from pytest_agentcompliance.parsing.testcode import is_test

        return not is_test(path) and not matches(path, self.exempt)

    def _may(self, change: FileChange) -> bool:
        """Whether a name that matters stands on a changed line."""
        from pytest_agentcompliance.parsing.logged import SENSITIVE

        try:
            return SENSITIVE.found("\n".join(line.text[:20_000] for line in (*change.added, *change.removed)))
        except Unreadable:
            return False

    def _read(self, content: Content | None) -> "tuple[Logged, ...]":
        from pytest_agentcompliance.parsing.logged import logged

        if content is None or not is_file(content.mode):
            return ()
        return logged(content.path, content.text().replace("\0", ""))


def _key(one: "Logged") -> str:
    return unformatted(f"{one.what} {one.callee}")


def _prints_for_people(path: str, one: "Logged") -> bool:
    return _TERMINAL.search(path) is not None and _PRINTS.match(one.callee) is not None

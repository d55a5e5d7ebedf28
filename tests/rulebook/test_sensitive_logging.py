"""security/sensitive-logging: what calls of loggers are given, told by the grammar."""

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.parsing.logged import logged
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.security.sensitive_logging import SensitiveLogging


def found(path: str, text: str) -> list[str]:
    return [one.what for one in logged(path, text)]


def places(**example: object) -> tuple[str, ...]:
    return workshop.places(SensitiveLogging, Example("x", **example))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        ("a.ts", "console.log(password)", "password"),
        ("a.ts", "console.log(`Reset token for ${id}: ${resetToken}`)", "resetToken"),
        ("a.ts", "console.error(`x ${user.apiKey}`)", "user.apiKey"),
        ("a.ts", "this.logger.debug('t', { token: session.refreshToken })", "session.refreshToken"),
        ("a.ts", "logger.info({ accessToken }, 'in')", "accessToken"),
        ("a.ts", "log.warn('x', JSON.stringify(req.headers))", "all of req.headers"),
        ("a.ts", "console.log(req.headers['authorization'])", "req.headers.authorization"),
        ("a.ts", "request.log.info({ body: request.body })", "all of request.body"),
        ("a.ts", "console.log(token || 'none')", "token"),
        ("a.js", "console.log(card.cardNumber, card.cvv)", "card.cardNumber"),
        ("a.ts", "winston.info(process.env)", "all of process.env"),
        ("a.py", "logger.info('t %s', api_key)", "api_key"),
        ("a.py", "log.info('in', token=auth.token)", "auth.token"),
        ("a.py", "print(f'{client_secret}')", "client_secret"),
        ("a.py", "logging.error(f'{password!r}')", "password"),
        ("a.py", "logging.error(f'{password=}')", "password"),
        ("a.py", "self.logger.debug('env: %s', dict(os.environ))", "all of os.environ"),
        ("a.py", "logger.exception('x %s' % request.headers)", "all of request.headers"),
        ("a.go", 'package a\nfunc f() { log.Printf("t %s", authToken) }', "authToken"),
        ("a.go", 'package a\nfunc f() { logger.Info("t", zap.String("t", apiKey)) }', "apiKey"),
        ("a.go", 'package a\nfunc f() { fmt.Println(password) }', "password"),
    ],
)
def test_logged(path: str, text: str, wanted: str) -> None:
    assert found(path, text)[:1] == [wanted]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", "console.log('password reset sent')"),
        ("a.ts", "console.log(`token expired for ${id}`)"),
        ("a.ts", "console.log(mask(password), redact(user.token))"),
        ("a.ts", "console.log(token.slice(0, 4), token?.length, token.substring(0, 6))"),
        ("a.ts", "console.log(!!token, !apiKey, !!(id && secret), Boolean(token), typeof token)"),
        ("a.ts", "console.log(token ? 'set' : 'unset', token === other, token !== undefined)"),
        ("a.ts", "console.log({ token: '***', password: undefined, hasToken: true })"),
        ("a.ts", "console.log(usage.inputTokens, tokenCount, maxTokens, tokensUsed, totalTokens)"),
        ("a.ts", "console.log(cookieName, secretId, passwordField, tokenType, tokenExpiry, jwtAlgorithm, apiKeyId)"),
        ("a.ts", "console.log(req.body.name, req.headers['x-request-id'], process.env.NODE_ENV)"),
        ("a.ts", "logger.info('x', (token) => 1)"),
        ("a.ts", "catalog.info(password)\nfoo(password)\nlogin(password)"),
        ("a.ts", "// console.log(password)\nconst s = 'console.log(password)'"),
        ("a.ts", "res.json({ token })"),
        ("a.py", "logger.info('t %s %s', bool(token), len(api_key))"),
        ("a.py", "logger.info(f'{token[:4]} {mask(token)} {token is None}')"),
        ("a.py", "logger.info('set' if token else 'unset')"),
        ("a.py", "logger.info('x', extra={'prefix': token[:8] if len(token) > 8 else token})"),
        ("a.py", "logger.info('x', token=hash_token(token))"),
        ("a.py", "logger.info(os.environ['HOME'], os.environ.get('X'))"),
        ("a.py", "max_tokens = 3\nprint(token, end='')"),
        ("a.py", "logger.debug('%d', token_count)\nlogger.debug(secret_name)"),
        ("a.go", 'package a\nfunc f() { log.Printf("n %d", len(token)) }'),
        ("a.md", "console.log(password)"),
        ("a.rb", "logger.info(password)"),
    ],
)
def test_not_logged(path: str, text: str) -> None:
    assert found(path, text) == []


def test_message_and_fingerprint() -> None:
    (one,) = SensitiveLogging().findings_in(workshop.run_of(Example("x", after={"a.ts": "f()\nconsole.log('in', "
        "user.password)\n"})))
    assert (one.message, one.evidence, str(one.at)) == ("console.log writes user.password to the log", "user.password", "a.ts:2")


def test_second_of_two_alike_is_new() -> None:
    text = "console.log(password)\n"
    assert places(before={"a.ts": text}, after={"a.ts": text + "f()\n" + text}) == ("a.ts:3",)


def test_call_over_several_lines_is_placed_where_it_begins() -> None:
    assert places(after={"a.ts": "f()\nlogger.info('x', {\n  id,\n  password,\n})\n"}) == ("a.ts:2",)


def test_exempt_files_are_left_out() -> None:
    example = {"given": {"exempt": ["local/**"]}, "after": {"local/a.ts": "console.log(password)\n"}}
    assert places(**example) == ()


def test_logger_in_a_script_counts_and_print_does_not() -> None:
    assert places(after={"scripts/a.py": "logger.info(password)\nprint(password)\n"}) == ("scripts/a.py:1",)


@pytest.mark.parametrize("text", ["console.log(" * 5000, "console.log(" + "token," * 20_000 + ")", "logger.info(`$"
    "{" * 3000, "print(f'{" * 3000])
def test_no_text_is_too_much(text: str) -> None:
    for path in ("a.ts", "a.py"):
        logged(path, text)

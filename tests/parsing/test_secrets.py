"""Secrets in text: the forms that providers give them, values that are named, and what is none."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import secrets
from pytest_agentcompliance.parsing.secrets.detectors import ASKED
from pytest_agentcompliance.parsing.secrets.forms import FORMS, Form
from pytest_agentcompliance.parsing.secrets.hints import HINTS
from pytest_agentcompliance.parsing.secrets.leaks import leaks

LETTERS = "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9fG1hJ3kL5mN7pQ9rS1tU3vW5xY7zA9bC1dE3fG5hJ7kL9m"
HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 3
KEY = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *["MIIEpAIBAAKCAQEAx" + LETTERS[:40]] * 20, "-----END RSA PRIVATE KEY-----"])

# Written in two parts, so that no scanner takes this file for a leak.
GIVEN = [
    ("AWS key", "AKIA" + "IOSFODNN7QRSTUVW"),
    ("GitHub token", "ghp_" + LETTERS[:36]),
    ("GitHub token", "gho_" + LETTERS[:36]),
    ("GitHub token", "github_pat_" + LETTERS[:82]),
    ("GitLab token", "glpat-" + LETTERS[:20]),
    ("Slack token", "xoxb-" + "123456789012-" + LETTERS[:24]),
    ("Slack token", "xapp-1-" + LETTERS[:30]),
    ("Stripe key", "sk_live_" + LETTERS[:24]),
    ("Stripe key", "whsec_" + LETTERS[:32]),
    ("Anthropic key", "sk-ant-api03-" + LETTERS[:80]),
    ("OpenAI key", "sk-proj-" + LETTERS[:48]),
    ("OpenAI key", "sk-" + LETTERS[:48]),
    ("Google key", "AIza" + LETTERS[:35]),
    ("Google token", "ya29." + LETTERS[:60]),
    ("npm token", "npm_" + LETTERS[:36]),
    ("PyPI token", "pypi-AgE" + LETTERS[:70]),
    ("Hugging Face token", "hf_" + LETTERS[:34]),
    ("DigitalOcean token", "dop_v1_" + HEX[:64]),
    ("SendGrid key", "SG." + LETTERS[:22] + "." + LETTERS[:43]),
    ("Twilio key", "SK" + HEX[:32]),
    ("Mailgun key", "key-" + HEX[:32]),
    ("Telegram token", "123456789:AA" + LETTERS[:33]),
    ("Shopify token", "shpat_" + HEX[:32]),
    ("Databricks token", "dapi" + HEX[:32]),
    ("Vault token", "hvs." + LETTERS[:40]),
    ("age key", "AGE-SECRET-KEY-1" + LETTERS[:58].upper()),
    ("JSON web token", "eyJ" + LETTERS[:20] + ".eyJ" + LETTERS[:30] + "." + LETTERS[:43]),
]


@pytest.mark.parametrize(("kind", "token"), GIVEN, ids=[kind for kind, _ in GIVEN])
@pytest.mark.parametrize("around", ["{}", "x={}\n", '"{}",', "https://h/?k={}&b=1", "({})", "\n{}\n"])
def test_a_token_is_known_by_its_form(kind: str, token: str, around: str) -> None:
    text = around.format(token)
    found, count = secrets.masked(text)
    assert count == 1
    assert token not in found
    assert token[-12:] not in found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("postgres://ada:hunter22x@db/x", "postgres://ada:[masked: password]@db/x"),
        ("Authorization: Bearer abc.def-123456", "Authorization: Bearer [masked: authorization]"),
        ('"authorization": "Basic dXNlcjpwYXNz"', '"authorization": "Basic [masked: authorization]"'),
        ("curl -H 'Authorization: token s3cr3tv4lue'", "curl -H 'Authorization: token [masked: authorization]'"),
        ("Authorization: `Bearer abc.def-123456`", "Authorization: `Bearer [masked: authorization]"),
        ("password: hX7(kQ2!vB9zLw", "password: [masked: secret]"),
        ("DB_PASSWORD=hX7#kQ2!vB9z", "DB_PASSWORD=[masked: secret]"),
        ("api_key: 'a8Kd93jfLs02Qmx7'", "api_key: '[masked: secret]'"),
        ('{"clientSecret": "Zk3.8fQ~w1Lp0vXt"}', '{"clientSecret": "[masked: secret]"}'),
        ("--token a8Kd93jfLs02Qmx7 --verbose", "--token [masked: secret] --verbose"),
        (f"before\n{KEY}\nafter", "before\n[masked: private key]\nafter"),
        (KEY[:600], "[masked: private key]"),
        (f"{KEY[300:]}\nafter", "[masked: private key]\nafter"),
        (f"{KEY}\nand\n{KEY}", "[masked: private key]\nand\n[masked: private key]"),
    ],
)
def test_what_is_named_is_masked(text: str, wanted: str) -> None:
    assert secrets.masked(text)[0] == wanted


@pytest.mark.parametrize(
    "text",
    [
        "password=",
        "password: ********",
        "inputTokens: z.number().int().min(0).optional().default(0),",
        "Authorization: `Bearer ${openaiApiKey}`,",
        "PASSWORD=changeme",
        "token=$TOKEN",
        "api_key=${API_KEY}",
        "secret: process.env.SECRET",
        "token: <your-token>",
        "tests/test_token.py::test_refresh PASSED",
        "at TokenService.refresh (src/token-service.ts:12:5)",
        "secret = get_secret('name')",
        "password: str | None = None",
        "the token is invalid",
        "tokens: 1234567890",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "token_type_ids",
        "access_key_id",
        "https://example.org:8080/a@b",
        "sha256:" + HEX[:64],
        HEX[:40],
        "const apiKeyHeader = 'x-api-key-header'",
        "AKIA",
        "sk-learn",
        "key-value",
        "git@github.com:owner/name.git",
        "12:34:56.789",
        "passwordResetTokenService.createPasswordResetToken",
        "password: 'correct horse battery staple'",
        "PasswordField(required=True)",
        "tests: 12 passed, 3 failed in 1.20s",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "postgres://localhost:5432/db",
        "token=2026-03-01T00:00",
    ],
)
def test_what_is_none_is_left(text: str) -> None:
    assert secrets.masked(text) == (text, 0)


@given(
    st.lists(st.one_of(st.text(max_size=20), st.sampled_from([token for _, token in GIVEN]), st.just(KEY)), max_size=6).map(
        " ".join
    )
)
def test_a_masked_text_has_no_secret_any_more(text: str) -> None:
    found, count = secrets.masked(text)
    assert secrets.masked(found) == (found, 0)
    assert (count == 0) == (found == text)
    spans = secrets.find(text)
    assert all(one.end <= two.start for one, two in pairwise(spans))


@pytest.mark.parametrize(
    "text",
    [
        "eyJ" * 200_000,
        "token=" * 100_000,
        "://a:" * 100_000,
        "-----BEGIN RSA PRIVATE KEY-----\n" * 20_000,
        "authorization: " * 50_000,
        "-----END RSA PRIVATE KEY-----\n" * 20_000,
        "a" * 1_000_000,
        " " * 1_000_000,
        "password: '" + "x" * 1_000_000,
        "glpat-" * 100_000,
        "eyJaaaaaaaa." * 50_000,
        "sk-" * 200_000,
        "A" * 63 + "\n" * 9 + "QUFB\n" * 100_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    secrets.masked(text)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.start)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.data())
def test_each_form_has_a_hint(form: Form, data: st.DataObject) -> None:
    """A file is looked at only where its bytes have one of the hints."""
    rest = re.sub(r"\(\?<=[^)]*\)", "", form.rest)
    before = {":AA": "12345678", ".atlasv1.": "abcD3fghijklm9", "Q~": "aB_8"}.get(form.start, "")
    text = f'x("{before}{form.start}{data.draw(st.from_regex(rest, fullmatch=True))}")'
    if leaks(text):
        assert any(re.search(hint, text.encode(), re.DOTALL) for hint in HINTS)


@pytest.mark.parametrize("word", sorted({word for *_, words, _ in ASKED for word in words} - {"-us", "AKC"}))
def test_what_calls_a_detector_is_a_hint(word: str) -> None:
    assert any(re.search(hint, f"x {word} y".encode(), re.DOTALL) for hint in HINTS)


def test_the_ids_above_a_patch_are_no_hint() -> None:
    ids = f"{'0a1b2c3d' * 5}..{'9f8e7d6c' * 5}"
    above = f"diff --git a/a.py b/a.py\nindex {ids} 100644\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-a\n+b\n"
    assert [hint for hint in HINTS if re.search(hint, above.encode(), re.DOTALL)] == []

"""security/secrets: tokens of many providers in files of many types, what is none, and what a finding may show."""

import base64
import json
import random
import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance import workshop
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.security.secrets import Secrets, _apart
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from pytest_agentcompliance.verdict import Finding, fingerprinted
from tests.conftest import GitRepo
from tests.rulebook.near_misses import NEAR_MISSES

LETTERS = string.ascii_letters + string.digits
SMALL = string.ascii_lowercase + string.digits
HEX = "0123456789abcdef"


def drawn(size: int, letters: str = LETTERS, seed: str = "") -> str:
    """Letters as a provider would draw them, the same in each run."""
    return "".join(random.Random(f"{seed} {size} {letters}").choices(letters, k=size))


def part(said: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def key(kind: str = "RSA ") -> str:
    body = "\\n".join(drawn(64, LETTERS + "+/", str(row)) for row in range(12))
    return f"-----BEGIN {kind}PRIVATE KEY-----\\n{body}\\n-----END {kind}PRIVATE KEY-----\\n"


def tokens(seed: str) -> dict[str, tuple[str, str]]:
    """Name and value of a token of each provider; they are put together here, so that no scanner takes this file for a leak."""
    def some(size: int, letters: str = LETTERS) -> str:
        return drawn(size, letters, seed)

    token = part({"alg": "HS256", "typ": "JWT"}) + "." + part({"sub": "u-82", "role": "owner", "exp": 1999999999}) + "." + some(43)
    return {
        "Anthropic": ("ANTHROPIC_API_KEY", "sk-ant-api03-" + some(86, LETTERS + "_-") + "-" + some(6) + "AA"),
        "OpenAI project": ("OPENAI_API_KEY", "sk-proj-" + some(120, LETTERS + "_-") + "A"),
        "OpenAI service": ("OPENAI_KEY", "sk-svcacct-" + some(60) + "T3Blbk" + "FJ" + some(60)),
        "GitHub classic": ("GH_TOKEN", "ghp_" + some(36)),
        "GitHub fine-grained": ("GITHUB_TOKEN", "github_pat_" + some(22) + "_" + some(59)),
        "GitHub app": ("GITHUB_APP", "ghs_" + some(36)),
        "GitLab": ("GITLAB_TOKEN", "glpat-" + some(20)),
        "Hugging Face": ("HF_TOKEN", "hf_" + some(34)),
        "Vault": ("VAULT_TOKEN", "hvs." + some(90)),
        "npm": ("NPM_TOKEN", "npm_" + some(36)),
        "PyPI": ("PYPI_TOKEN", "pypi-AgEIcHlwaS5vcmc" + some(150, LETTERS + "_-") + "A"),
        "Slack": ("SLACK_TOKEN", f"xoxb-{some(12, string.digits)}-{some(13, string.digits)}-{some(24)}"),
        "Slack webhook": ("HOOK", f"https://hooks.slack.com/services/T{some(10, SMALL.upper())}/B{some(10, SMALL.upper())}/"
                                  f"{some(24)}"),
        "Stripe": ("STRIPE_SECRET", "sk_" + "live_" + some(99)),
        "Stripe webhook": ("STRIPE_WEBHOOK", "whsec_" + some(32)),
        "Twilio": ("TWILIO_AUTH_TOKEN", some(32, HEX)),
        "Twilio key": ("TWILIO_KEY", "SK" + some(32, HEX)),
        "Google": ("GOOGLE_KEY", "AIza" + "Sy" + some(32) + "4"),
        "Google OAuth": ("OAUTH", "GOCSPX-" + some(28)),
        "Azure storage": ("STORAGE", f"DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={some(86, LETTERS + '+/')}==;"),
        "Azure": ("AZURE_CLIENT_SECRET", some(3) + "8Q~" + some(34)),
        "AWS": ("AWS_ACCESS_KEY_ID", "AKIA" + some(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")),
        "AWS secret": ("AWS_SECRET_ACCESS_KEY", some(40, LETTERS + "/+")),
        "private key": ("PRIVATE", key()),
        "JSON web token": ("SESSION", token),
        "URL": ("DATABASE_URL", f"postgres://app:{some(18)}@db.prod.acme.io:5432/app"),
        "SendGrid": ("SENDGRID", f"SG.{some(22)}.{some(43)}"),
        "DigitalOcean": ("DO_TOKEN", "dop_v1_" + some(64, HEX)),
        "Cloudflare": ("CLOUDFLARE_API_TOKEN", some(40, LETTERS + "_-")),
        "Datadog": ("DD_API_KEY", some(32, HEX)),
        "Heroku": ("HEROKU_API_KEY", f"{some(8, HEX)}-{some(4, HEX)}-4{some(3, HEX)}-a{some(3, HEX)}-{some(12, HEX)}"),
        "Linear": ("LINEAR", "lin_api_" + some(40)),
        "Supabase": ("SUPABASE_KEY", "sb_secret_" + some(31)),
        "Databricks": ("DATABRICKS_TOKEN", "dapi" + some(32, HEX)),
        "Shopify": ("SHOPIFY", "shpat_" + some(32, HEX)),
        "Telegram": ("BOT", f"{some(10, '123456789')}:AA{some(33)}"),
        "Discord": ("DISCORD_TOKEN", f"M{some(25)}.{some(6)}.{some(38)}"),
        "Mailgun": ("MAILGUN", "key-" + some(32, HEX)),
        "New Relic": ("NEW_RELIC", "NRAK-" + some(27, SMALL.upper())),
        "Mailchimp": ("MAILCHIMP", some(32, HEX) + "-us14"),
        "Square": ("SQUARE", "sq0csp-" + some(43)),
    }  # fmt: skip


FILES = {
    "src/client.py": '{name} = "{value}"\n',
    "src/client.ts": "export const {name} = '{value}'\n",
    "deploy/values.yaml": "env:\n  {name}: {value}\n",
    ".env": "{name}={value}\n",
    "config.json": '{{\n  "{name}": "{value}"\n}}\n',
    "docs/setup.md": "Set it up:\n\n```sh\nexport {name}={value}\n```\n",
}


def found(example: Example) -> list[Finding]:
    return list(Secrets(**example.given).findings_in(workshop.run_of(example)))


# The providers that the criterion names, and those of everyday work: one token each has to be found.
NAMED = (
    "Anthropic", "OpenAI project", "GitHub classic", "GitHub fine-grained", "GitLab", "Hugging Face", "Vault", "npm", "PyPI",
    "Slack", "Stripe", "Twilio", "Google", "Azure storage", "private key", "JSON web token", "URL", "AWS", "AWS secret", "SendGrid",
    "DigitalOcean", "Cloudflare", "Datadog", "Heroku", "Linear", "Supabase", "Databricks", "Shopify", "Telegram", "Discord",
)  # fmt: skip


def missed(path: str, seeds: str, providers: tuple[str, ...]) -> dict[str, list[str]]:
    """Which tokens of which providers are not found where they stand, in files of one type, judged together."""
    files, wanted = {}, {}
    for provider in providers:
        for seed in seeds:
            name, value = tokens(seed)[provider]
            at = f"{provider}/{seed}/{path}".replace(" ", "-")
            files[at] = "\n" + FILES[path].format(name=name, value=value)
            wanted[at] = provider, [row for row, line in enumerate(files[at].split("\n"), 1) if value[:24] in line]
    rows: dict[str, list[int]] = {}
    for finding in found(Example("x", after=files)):
        if finding.at and finding.at.line and finding.level == "breach":
            rows.setdefault(finding.at.path, []).append(finding.at.line)
    lost: dict[str, list[str]] = {}
    for at, (provider, lines) in wanted.items():
        if rows.get(at) != lines:
            lost.setdefault(provider, []).append(at)
    return lost


@pytest.mark.parametrize("path", FILES)
def test_at_least_23_of_24_tokens_of_providers_are_found_in_files_of_each_type(path: str) -> None:
    lost = missed(path, "a", NAMED)
    assert len(NAMED) >= 24
    assert len(lost) * 24 <= len(NAMED), lost


@pytest.mark.parametrize("path", FILES)
def test_tokens_of_a_provider_are_found_however_they_are_drawn(path: str) -> None:
    lost = missed(path, "abcdefgh", tuple(tokens("")))
    # What is drawn may look made up now and then.
    assert {provider: paths for provider, paths in lost.items() if len(paths) > (2 if provider == "Cloudflare" else 1)} == {}


@pytest.mark.parametrize("path", FILES)
def test_no_finding_shows_a_secret(path: str) -> None:
    shown = tokens("shown")
    files = {f"{row}/{path}": FILES[path].format(name=name, value=value) for row, (name, value) in enumerate(shown.values())}
    findings = tuple(fingerprinted("security/secrets", found(Example("x", after=files))))
    assert len(findings) >= len(shown) - 1
    said = "\n".join(f"{one.message} {one.evidence} {one.remedy}" for one in findings).replace("hooks.slack.com/", "")
    for _, value in shown.values():
        assert not any(value[at : at + 10] in said for at in range(12, len(value) - 10)), said


def test_near_misses_are_none() -> None:
    files = {f"n{number}/{path}": text + "\n" for number, (path, text) in enumerate(NEAR_MISSES)}
    said = [(str(finding.at), finding.level, finding.message) for finding in found(Example("x", after=files))]
    assert said == []


@pytest.mark.parametrize(
    ("kind", "many"),
    [
        (r"sha\d+|integrity|checksum|\b[0-9a-f]{32,64}\b", 20), (r"\.(lock|sum|map|snap)\x00|-lock\.", 8),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-", 4), (r"data:image|data:font|;base64,", 5), (r"environ|getenv|process\.env|\$\{", 10),
        (r"(?i)your|change-?me|<[a-z_ ]+>|xxx|\.\.\.|example|placeholder", 20),
    ],
)  # fmt: skip
def test_near_misses_are_of_each_kind(kind: str, many: int) -> None:
    assert len({row for row in NEAR_MISSES if re.search(kind, "\0".join(row))}) >= many


def test_near_misses_are_many() -> None:
    assert len(set(NEAR_MISSES)) >= 200


def audited(repo: GitRepo, base: str, head: str = "HEAD") -> list[Finding]:
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, head, {}), Secrets.reads, Wanted())
        return list(Secrets().findings_in(run))


def test_what_a_later_commit_took_away_is_found_once_with_its_commit(repo: GitRepo) -> None:
    token = tokens("gone")["GitHub classic"][1]
    base = repo.commit("base", {"a.py": "x = 1\n"})
    first = repo.commit("one", {"a.py": f"x = 1\nkey = '{token}'\n"})
    repo.commit("two", {"a.py": f"x = 2\ny = 1\nkey = '{token}'\n", "b.py": f"other = '{token}'\n"})
    repo.commit("three", {"a.py": "x = 2\n", "b.py": None})
    (one,) = audited(repo, base)
    assert str(one.at) == "a.py:2"
    assert first[:9] in one.message


def test_what_the_end_shows_is_not_told_twice(repo: GitRepo) -> None:
    token = tokens("once")["GitHub classic"][1]
    base = repo.commit("base", {"a.py": "x = 1\n"})
    repo.commit("one", {"a.py": f"x = 1\nkey = '{token}'\n"})
    repo.commit("two", {"a.py": "x = 1\n", "c.py": f"key = '{token}'\n"})
    (one,) = audited(repo, base)
    assert str(one.at) == "c.py:1"


def test_a_secret_of_base_that_a_run_moves_and_removes_is_not_its_own(repo: GitRepo) -> None:
    token = tokens("old")["GitHub classic"][1]
    base = repo.commit("base", {"a.py": f"key = '{token}'\n"})
    repo.commit("one", {"a.py": None, "b.py": f"x = 1\nkey = '{token}'\n"})
    repo.commit("two", {"b.py": "x = 1\n"})
    assert audited(repo, base) == []


def test_message_of_a_commit_is_read(repo: GitRepo) -> None:
    token = tokens("message")["Anthropic"][1]
    base = repo.commit("base", {"a.py": "x = 1\n"})
    repo.commit(f"Use a key\n\nIt is {token}.\n", {"a.py": "x = 2\n"})
    (one,) = audited(repo, base)
    assert one.at is None
    assert "in the message of commit" in one.message


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le"])
def test_utf_16_is_read(repo: GitRepo, codec: str) -> None:
    token = tokens("wide")["GitHub classic"][1]
    base = repo.commit("base", {"a.txt": "one\n".encode(codec)})
    repo.commit("one", {"a.txt": f"one\nkey = {token}\n".encode(codec)})
    assert [str(one.at) for one in audited(repo, base)] == ["a.txt:2"]


def test_of_a_binary_file_only_forms_that_nothing_else_has_count(repo: GitRepo) -> None:
    database = b"SQLite format 3\0" + b"\0" * 3000 + b'{"names": {"token_bytes": "' + drawn(41).encode() + b'"}}' + b"\0\1\2" * 300
    few = b"SQLite format 3\0" + b'{"api_key": "' + drawn(41).encode() + b'"}\n' * 300
    base = repo.commit("base", {"a.txt": "one\n"})
    token = tokens("binary")["GitHub classic"][1].encode()
    repo.commit("one", {"cache.db": database, "few.db": few, "pickle": b"\x80\4\0\0" + b"\0key\xff\xfe\0\1" * 50 + token + b"\0."})
    assert [one.at.path for one in audited(repo, base) if one.at] == ["pickle"]


def test_a_null_byte_does_not_make_a_file_binary(repo: GitRepo) -> None:
    base = repo.commit("base", {"a.txt": "one\n"})
    repo.commit("one", {".env": b"DB_PASSWORD=hX7#kQ2!vB9z\n# \0 and more of the settings that the service needs to be started, as "
                        b"they were told on the last day of the month by those who know\n"})
    assert [str(one.at) for one in audited(repo, base)] == [".env:1"]


def test_target_of_a_link_is_read(repo: GitRepo) -> None:
    base = repo.commit("base", {"a.txt": "one\n"})
    (repo.root / "link").symlink_to("https://x/" + tokens("link")["GitHub classic"][1])
    repo.commit("one")
    assert [str(one.at) for one in audited(repo, base)] == ["link:1"]


def test_one_long_line_is_searched_to_its_end(repo: GitRepo) -> None:
    token = tokens("long")["Anthropic"][1]
    base = repo.commit("base", {"a.js": "1\n"})
    repo.commit("one", {"a.js": "var a=[" + '"abc",' * 300_000 + f'"{token}"]\n'})
    assert [str(one.at) for one in audited(repo, base)] == ["a.js:1"]


@pytest.mark.parametrize(
    "text",
    ["eyJ" * 100_000, "api_key=" * 50_000, "aws token " * 30_000, "://a:" * 60_000, "-----BEGIN RSA PRIVATE "
        "KEY-----\n" * 9000, "password" * 60_000,
     "M" * 300_000, "discord M." * 30_000, "PuTTY-User-Key-File-2: " * 10_000, "token: '" + "ab1" * 100_000, "aA1_" * 100_000],
)  # fmt: skip
def test_no_text_is_too_much(text: str) -> None:
    list(found(Example("x", after={"a.txt": text, "a.py": text})))


def test_names_of_tools_excuse_nothing() -> None:
    token = tokens("excuse")["GitHub classic"][1]
    marks = ["# pragma: allowlist secret", "# gitleaks:allow", "# nosec", "# noqa: S105", "// trufflehog:ignore", "# ggignore"]
    text = "".join(f'k{row} = "{token[:-2]}{row}z"  {mark}\n' for row, mark in enumerate(marks))
    assert len(found(Example("x", after={"a.py": text, ".secrets.baseline": "{}", ".gitleaks.toml": "[allowlist]\npaths=['a.py']"
        "\n"}))) == 6


def test_two_tokens_of_a_kind_have_two_fingerprints_and_guessable_passwords_no_digest() -> None:
    one, two = (
        found(Example("x", after={"a.py": f"k = '{tokens(seed)['GitHub classic'][1]}'\n"}))[0].evidence for seed in ("one", "two")
    )
    assert one != two
    one, two = (found(Example("x", after={"a.py": f"password = '{value}'\n"}))[0].evidence for value in ("hX7#kQ2!", "pW3$zR8?"))
    assert one == two == "password password"


def test_rule_reads_nothing_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name, value = tokens("disk")["Mailchimp"]
    assert len(found(Example("x", after={"gone/away.py": f'{name} = "{value}"\n'}))) == 1


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ADMIN_API_KEY", True), ("adminToken", True), ("NEXTAUTH_SECRET", True), ("GEMINI_API_KEY", True),
        ("MINIO_SECRET_KEY", True), ("WEBSITE_SECRET", True), ("PAGERDUTY_TOKEN", True), ("LATEST_SECRET", True), ("API_KEY", True),
        ("nextToken", False), ("next_page_token", False), ("NEXT_PUBLIC_API_KEY", False), ("csrftoken", False),
        ("maxTokens", False), ("siteKey", False), ("anonKey", False), ("partitionKey", False),
    ],
)  # fmt: skip
def test_a_word_of_a_name_says_that_it_may_be_seen_and_no_part_of_one(name: str, told: bool) -> None:
    value = drawn(32, seed=f"value of {name}")
    found = Secrets().findings_in(workshop.run_of(Example("x", after={"a.py": f'{name} = "{value}"\n'})))
    assert bool(list(found)) is told


@pytest.mark.parametrize("place", [3, 400, 797])
def test_a_secret_is_found_wherever_a_commit_put_it_among_its_other_edits(repo: GitRepo, place: int) -> None:
    token = tokens("among")["GitHub classic"][1]
    rows = [f"line_{number} = {number}" for number in range(800)]
    base = repo.commit("base", {"a.py": "\n".join(rows) + "\n"})
    edited = [f"{row}  # {number}" if number in (0, 250, 500, 799) else row for number, row in enumerate(rows)]
    first = repo.commit("one", {"a.py": "\n".join([*edited[:place], f"key = '{token}'", *edited[place:]]) + "\n"})
    repo.commit("two", {"a.py": "\n".join(edited) + "\n"})
    (one,) = audited(repo, base)
    assert str(one.at) == f"a.py:{place + 1}"
    assert first[:9] in one.message


def test_a_file_in_which_nothing_looks_like_a_secret_is_not_read(repo: GitRepo) -> None:
    base = repo.commit("base", {"a.py": "x = 1\n", "b.py": "y = 1\n"})
    head = repo.commit("one", {"a.py": "x = 2\n", "b.py": f"y = '{tokens('read')['GitHub classic'][1]}'\n"})
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, head, {}), Secrets.reads, Wanted())
        assert run.changes is not None
        assert [one.path for one in Secrets().touched(run.changes)] == ["b.py"]


@given(st.lists(st.sampled_from([b"a", b"bb", b"", b"ccc"])), st.data())
def test_of_two_contents_no_line_is_lost_that_only_one_has(rows: list[bytes], data: st.DataObject) -> None:
    long = [row * 90 for row in rows]
    other = [row for row in long if data.draw(st.booleans())] + data.draw(st.lists(st.sampled_from([b"d", b"a", b"e"])))
    one, two = b"\n".join(long * 9), b"\n".join(other)
    told = {row for part in _apart(one, two) for row in part.split(b"\n")}
    assert {row for row in one.split(b"\n") if row not in two.split(b"\n")} <= told | {b""}

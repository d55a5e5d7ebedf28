"""No secret of the evidence stands in a bundle, whichever way it came there; what is masked keeps its lines."""

import gzip
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from pytest_agentcompliance import bundle, engine
from pytest_agentcompliance.bundle import archive
from pytest_agentcompliance.bundle.masking import Masks
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.parsing.secrets import masked_lines
from pytest_agentcompliance.reporters import formats, json
from pytest_agentcompliance.verdict import Outcome
from tests.conftest import GitRepo

TOKEN = "ghp_" + "9fK2mQ7xLz4TnB8vRc3WpY6sHd1JgE5uAo0X"  # of nobody
NAMED = "hX7#kQ2!vB9z" + "Lw4"
ARMOUR = (
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
    "Qm7Zr2Vx9Lk4Hd8Tn3Wp6Yb1Gc5Jf0RsKuEa7Io2MvNx5Bq8Tg1Zh6Uj3Ck0Wd9",
)
KEY = "-----BEGIN " + "PRIVATE KEY-----\n" + "\n".join(ARMOUR) + "\nzz==\n-----END " + "PRIVATE KEY-----\n"
SECRETS = (TOKEN, NAMED, *ARMOUR)
PROFILE = """\
spec: what an agent was told
clauses:
  G-01: {says: "No secrets", rules: {security/secrets: {}}}
  G-02: {says: "No markers of unfinished work", rules: {content/todo: {}}}
  G-03: {says: "Commits say what they do", rules: {history/commit-message: {}}}
  G-04: {says: "Chunks", rules: {log/chunk-size: {}}}
evidence: {log: LOG.md, transcript: s.jsonl}
"""


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    """Secrets in code, where they are named and where they are not, in a message, in what a commit took away, in a log."""
    repo.commit("start", {
        "agent-compliance.yaml": "profiles: [{name: gate}]\n", ".agent-compliance/profiles/gate.yaml": PROFILE,
        "src/gone.ts": f"const token = '{TOKEN}'\n", "src/a.ts": "const z = 0\n",
    })  # fmt: skip
    repo.branch("agent")
    repo.commit(f"feat: use {TOKEN} for the login", {"src/a.ts": f"const z = 0\nconst password = '{NAMED}' // TODO: hide\n"})
    repo.commit("feat: and take it away", {
        "src/a.ts": "const z = 0 // TODO: hide\n", "docs/x.md": f"Log in as ada with {NAMED} please.\n", "k.pem": KEY,
        "src/gone.ts": None, "wide.ts": "\ufeff".encode("utf-16-le") + f"const token = '{TOKEN}'\n".encode("utf-16-le"),
        "LOG.md": f"## Chunk 1 - keys\n- Objective: log in with {TOKEN}\n\n{KEY}\n",
        "s.jsonl": '{"type":"user","message":{"role":"user","content":"the password is ' + NAMED + '"}}\n',
    })  # fmt: skip
    return repo


@pytest.mark.parametrize("name", ["run.tar", "run.tar.gz"])
def test_no_secret_stands_in_it_packed_or_unpacked(run: GitRepo, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    made = bundle.write(engine.Options(run.root, "main", "HEAD", environ={}), file)
    raw = file.read_bytes()
    whole = gzip.decompress(raw) if name.endswith(".gz") else raw
    assert b"hide" in whole
    for secret in SECRETS:
        assert not any(secret in formats.dumps(one, made.account) for one in formats.RICH)
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert secret.encode(encoding) not in whole, secret
            assert secret.encode(encoding) not in raw
    again = bundle.read(file)
    assert json.dumps(again.account.audit) == json.dumps(made.account.audit)
    for one in formats.RICH:
        assert formats.dumps(one, again.account) == formats.dumps(one, made.account)
    found = {one.rule: one for one in again.account.audit.verdicts}
    assert found["security/secrets"].outcome is Outcome.BROKEN
    assert made.said == again.said
    assert re.fullmatch(r".* because of text that is masked in it: gate::G-01\[security/secrets\](, what was read)?", again.said[0])
    assert found["content/todo"].outcome is Outcome.BROKEN  # judged anew, beside masked text


def test_what_is_masked_is_named(run: GitRepo, tmp_path: Path) -> None:
    bundle.write(engine.Options(run.root, "main", "HEAD", environ={}), tmp_path / "run.tar")
    members = archive.read(tmp_path / "run.tar")
    manifest = members["manifest.json"].decode()
    for path in ("docs/x.md", "k.pem", "wide.ts"):
        oid = run.git("rev-parse", f"HEAD:{path}")
        assert f"blobs/{oid}" not in members or f'"blobs/{oid}"' in manifest.partition('"masked"')[2]
    oid = run.git("rev-parse", "HEAD:src/a.ts")
    assert f'"blobs/{oid}"' not in manifest.partition('"masked"')[2]


def test_both_commands_say_what_is_not_judged_anew(run: GitRepo, tmp_path: Path) -> None:
    file = str(tmp_path / "run.tar")
    made = CliRunner().invoke(main, ["audit", "--repo", str(run.root), "--base", "main", "--bundle", file, "--quiet"])
    again = CliRunner().invoke(main, ["audit", "--from-bundle", file, "--quiet"])
    assert (made.exit_code, made.stdout) == (again.exit_code, again.stdout) == (1, again.stdout)
    assert made.stderr == again.stderr
    said = r"agent-compliance: (one part|2 parts) of the audit (is|are) in the bundle as made, and not judged anew, because"
    assert re.match(said, made.stderr)


def test_lines_and_signs_of_a_patch_stay() -> None:
    signed = "".join(f"+{line}\n" for line in KEY.splitlines())
    patch = f"diff --git a/k b/k\n--- /dev/null\n+++ b/k\n@@ -0,0 +1,5 @@\n{signed}diff --git a/l b/l\n@@ -1 +1 @@\n-a\n+b\n"
    masks = Masks()
    masks.learn_data(patch.encode())
    made = masks.data(patch.encode(), patch=True).decode().split("\n")
    assert [line[:1] for line in made] == [line[:1] for line in patch.split("\n")]
    assert [line for line in made if line.startswith(("diff", "@@"))] == [
        line for line in patch.split("\n") if line.startswith(("diff", "@@"))
    ]
    assert not any(one in line for one in ARMOUR for line in made)
    assert made[-3:] == ["-a", "+b", ""]


def test_weak_value_is_masked_where_it_is_named_and_nowhere_else() -> None:
    masks = Masks()
    url, other = "postgres://app:postgres@db.prod.acme.io/app", "we use postgres\r\nand more\r\n"
    for text in (url, other):
        masks.learn(text)
    assert masks.text(url) == "postgres://app:[masked: password]@db.prod.acme.io/app"
    assert masks.text(other) == other
    assert masks.data(other.encode()) == other.encode()


def test_paths_stay_as_they_are() -> None:
    path = f"src/{TOKEN}/a.ts"
    masks = Masks(frozenset([path]))
    for text in (path, f"token = '{TOKEN}'"):
        masks.learn(text)
    assert masks.text(path) == path
    assert TOKEN not in masks.text(f"see {path}")


def test_bytes_that_are_no_text_stay() -> None:
    masks, data = Masks(), bytes(range(256)) * 20
    masks.learn_data(data)
    masks.learn(f"token = '{TOKEN}'")
    assert masks.data(data) == data
    assert masks.data(data + TOKEN.encode() + data) == data + b"[masked: GitHub token]" + data


def test_excerpt_from_the_midst_of_a_key_shows_none_of_it() -> None:
    """What is shown of a file is masked as a part of the whole."""
    text = f"a\r\n{KEY}b TODO\n"
    assert masked_lines(text).split("\n") == ["a\r", *["[masked: private key]"] * 5, "b TODO", ""]
    assert masked_lines("nothing here\n") == "nothing here\n"

"""A signed verdict that others check: who is believed, what it is held to, and that nothing altered or hostile ever passes."""

import base64
import copy
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_agentcompliance import engine, verification
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.cli_verify import verify_command
from pytest_agentcompliance.errors import AgentComplianceError
from pytest_agentcompliance.parsing import svr
from pytest_agentcompliance.prover import signing
from pytest_agentcompliance.reporters import formats
from pytest_agentcompliance.verification import Asked, Verified
from tests.conftest import GitRepo, new_repo
from tests.parsing.test_proof_signatures import private, public
from tests.reporters.test_svr import account, verdict
from tests.test_waivers import LAW, TODO

STATEMENT = formats.dumps("svr", account(verdict("G-01"), verdict("G-02", rule="scope/allowed-paths")))
Envelope = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of a CI and of somebody else, each with its public half in a file beside it."""
    made = tmp_path_factory.mktemp("keys")
    for name in ("ci", "other"):
        (made / f"{name}.pub").write_text(public(private(made, name)))
    return made


def signed(folder: Path, statement: str = STATEMENT, name: str = "ci") -> Envelope:
    envelope: Envelope = json.loads(signing.sign(statement.encode(), str(folder / f"{name}.pem")))
    return envelope


def checked(folder: Path, content: Any, *keys: str, **more: Any) -> Verified:
    """What comes of a file with this content, held to the keys of these names."""
    file = folder / "verdict.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return verification.verify(Asked(file, tuple(folder / f"{name}.pub" for name in keys), **more))


def shell(*words: object) -> Result:
    return CliRunner().invoke(main, ["verify", *map(str, words)])


def altered(**fields: Any) -> str:
    """The statement with other fields, as somebody with a key could sign it; the name says where, its words apart by __."""
    made = json.loads(STATEMENT)
    for at, value in fields.items():
        *way, last = at.split("__")
        place = made
        for word in way:
            place = place[0] if word == "first" else place[word]
        place[last] = value
    return json.dumps(made)


# Whose signature


def test_what_a_trusted_key_signed_is_verified(folder: Path) -> None:
    made = checked(folder, signed(folder), "ci")
    assert (made.exit_code, made.by, made.wrong, made.unknown) == (0, "ci.pub", (), ())
    assert made.said == svr.read(STATEMENT.encode())
    assert checked(folder, signed(folder), "other", "ci").by == "ci.pub"


def test_who_did_not_sign_is_not_believed(folder: Path) -> None:
    bare = checked(folder, STATEMENT.encode(), "ci")
    assert (bare.exit_code, bare.by, bare.unknown) == (3, "", ("it is not signed",))
    nobody = checked(folder, signed(folder))
    assert (nobody.exit_code, nobody.unknown) == (3, ("there is no key to hold its signature to; pass one with --key",))
    stranger = checked(folder, signed(folder, name="other"), "ci")
    assert (stranger.exit_code, stranger.by) == (3, "")
    assert "none of the keys that are trusted" in stranger.unknown[0]


def test_a_payload_that_was_altered_is_told_from_one_of_a_stranger(folder: Path) -> None:
    envelope = signed(folder)
    envelope["payload"] = base64.b64encode(altered(predicate__properties=[svr.PASSED, svr.CLAUSE + "gate::G-99"]).encode()).decode()
    [problem] = checked(folder, envelope, "ci").wrong
    assert problem == "it claims to be by the key ci.pub, and is not"
    assert checked(folder, envelope, "ci").exit_code == 1
    envelope["signatures"][0]["keyid"] = ""
    assert checked(folder, envelope, "ci").exit_code == 3


def test_an_audit_that_did_not_pass_is_no_pass_whoever_signed_it(folder: Path) -> None:
    made = checked(folder, signed(folder, altered(predicate__properties=[f"{svr.CLAUSE}gate::G-01"])), "ci")
    assert (made.exit_code, made.by, made.wrong) == (1, "ci.pub", ("the audit did not pass",))


def test_a_verdict_of_tomorrow_is_wrong(folder: Path) -> None:
    late = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    made = checked(folder, signed(folder, altered(predicate__timeCreated=late)), "ci")
    assert (made.exit_code, made.wrong) == (1, ("it says that it was made in the future",))


def test_policy_from_outside_is_held_to_its_digest(folder: Path) -> None:
    file = folder / "policy.yaml"
    file.write_text("profiles: []\n")
    made = checked(folder, signed(folder), "ci", policy=file)
    assert made.exit_code == 1
    assert "it was judged by another policy (sha256 dddddddddddd) than the one that was passed (sha256 " in made.wrong[0]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["{folder}/none.json"], "No such file"),
        (["{folder}"], "it is no regular file"),
        (["{folder}/v.json", "--key", "{folder}/none.pub"], "No such file"),
        (["{folder}/v.json", "--key", "{folder}/ci.pem"], "this is a PRIVATE key"),
        (["{folder}/v.json", "--key", "{folder}/v.json"], "this is no public key; write the public key as"),
        (["{folder}/v.json", "--base", "main"], "--base and --head are of a repository"),
        (["{folder}/v.json", "--key", "{folder}/ci.pub", "--repo", "{folder}/none"], "pass the folder of a git repository"),
    ],
)
def test_a_wrong_question_is_told(folder: Path, words: list[str], says: str) -> None:
    (folder / "v.json").write_text(STATEMENT)
    done = shell(*(word.format(folder=folder) for word in words))
    assert done.exit_code == 2, done.output
    assert says in done.output
    assert "agent compliance: verified" not in done.output


# Hostile files


def with_payload(data: bytes) -> Callable[[Envelope], Any]:
    return lambda one: {**one, "payload": base64.b64encode(data).decode()}


HOSTILE: Mapping[str, Callable[[Envelope], Any]] = {
    "nothing": lambda one: b"",
    "no JSON": lambda one: b"\xff\xfe{",
    "a list": lambda one: [one],
    "too large": lambda one: json.dumps(one).encode() + b" " * (16 * 1024 * 1024),
    "a bomb of brackets": lambda one: b"[" * 2_000_000,
    "a bomb of objects": lambda one: b'{"payload":' * 200_000,
    "a bomb within": with_payload(b"[" * 2_000_000),
    "a number that is none": lambda one: json.dumps(one).encode()[:-1] + b',"a":NaN}',
    "a number of many digits": lambda one: json.dumps(one).encode()[:-1] + b',"a":' + b"9" * 100_000 + b"}",
    "two payload types": lambda one: json.dumps(one).encode()[:-1] + b',"payloadType":"text/plain"}',
    "two payloads": lambda one: json.dumps(one).encode()[:-1] + b',"payload":"e30="}',
    "another payload type": lambda one: {**one, "payloadType": "application/json"},
    "a payload type of another predicate": lambda one: {**one, "payloadType": "application/vnd.in-toto.svr+json"},
    "a payload type that is a list": lambda one: {**one, "payloadType": ["application/vnd.in-toto+json"]},
    "no payload type": lambda one: {key: value for key, value in one.items() if key != "payloadType"},
    "a statement around the envelope": lambda one: {**one, **json.loads(STATEMENT)},
    "a payload that is no base64": lambda one: {**one, "payload": "%%%"},
    "a payload that is an object": lambda one: {**one, "payload": json.loads(STATEMENT)},
    "an empty payload": lambda one: {**one, "payload": ""},
    "an envelope in the envelope": lambda one: with_payload(json.dumps(one).encode())(one),
    "no signatures": lambda one: {**one, "signatures": []},
    "signatures that are none": lambda one: {**one, "signatures": [None]},
    "signatures that are an object": lambda one: {**one, "signatures": one["signatures"][0]},
    "the same signature twice": lambda one: {**one, "signatures": one["signatures"] * 2},
    "the same signature in the other alphabet": lambda one: {
        **one,
        "signatures": [*one["signatures"], {"sig": one["signatures"][0]["sig"].replace("+", "-").replace("/", "_"), "keyid": "x"}],
    },
    "the same key twice": lambda one: {**one, "signatures": [*one["signatures"], {**one["signatures"][0], "sig": "AA=="}]},
    "thousands of signatures": lambda one: {**one, "signatures": [{"keyid": str(k), "sig": "AA=="} for k in range(5000)]},
    "a signature that is a number": lambda one: {**one, "signatures": [{"keyid": "ci.pub", "sig": 1}]},
    "a key id that is a list": lambda one: {**one, "signatures": [{**one["signatures"][0], "keyid": ["ci"]}]},
    "a signature of nothing": lambda one: {**one, "signatures": [{**one["signatures"][0], "sig": ""}]},
    "half a signature": lambda one: {**one, "signatures": [{**one["signatures"][0], "sig": one["signatures"][0]["sig"][:44]}]},
    "a key id that lies": lambda one: {**one, "signatures": [{"keyid": "ci.pub", "sig": "A" * 86 + "=="}]},
}


@pytest.mark.parametrize("way", HOSTILE)
def test_a_hostile_envelope_never_raises_and_never_passes(folder: Path, way: str) -> None:
    made = checked(folder, HOSTILE[way](copy.deepcopy(signed(folder))), "ci", "other")
    assert made.exit_code in (1, 3)
    assert made.by == ""
    said = [text for _, text in verification.lines(made)]
    assert all(text.isprintable() for text in said)
    assert "verified: signed" not in said[-1]
    json.dumps(verification.as_json(made)).encode()


STATEMENTS: Mapping[str, Mapping[str, Any]] = {
    "another type": {"_type": "https://in-toto.io/Statement/v0.1"},
    "another predicate": {"predicateType": "https://in-toto.io/attestation/svr/v0.1"},
    "no subject": {"subject": []},
    "two subjects": {"subject": [{"digest": {"gitCommit": "a" * 40}}, {"digest": {"gitCommit": "e" * 40}}]},
    "a subject that is none": {"subject": ["a" * 40]},
    "a digest of another kind": {"subject__first__digest": {"sha256": "a" * 64}},
    "a digest of two kinds": {"subject__first__digest": {"gitCommit": "a" * 40, "gitTree": "b" * 40}},
    "a short digest": {"subject__first__digest": {"gitCommit": "a" * 7}},
    "a digest with a line end": {"subject__first__digest": {"gitCommit": "a" * 40 + "\n"}},
    "a digest that is a list": {"subject__first__digest": {"gitCommit": ["a" * 40]}},
    "a merge base that is an option": {"subject__first__annotations": {"merge_base": "--upload-pack=x"}},
    "annotations that are none": {"subject__first__annotations": 1},
    "no predicate": {"predicate": None},
    "another verifier": {"predicate__verifier__id": "https://example.com/verifier"},
    "a verifier with a line end": {"predicate__verifier__id": f"{svr.VERIFIER}1\n"},
    "a verifier that is none": {"predicate__verifier": []},
    "no policies": {"predicate__verifier__policies": None},
    "two policies": {"predicate__verifier__policies": [{"digest": {"sha256": "d" * 64}}] * 2},
    "a policy without a digest": {"predicate__verifier__policies": [{"uri": "x"}]},
    "a policy with another digest": {"predicate__verifier__policies": [{"digest": {"sha1": "d" * 40}}]},
    "a time without a zone": {"predicate__timeCreated": "2026-01-02T03:04:05"},
    "a day that was not": {"predicate__timeCreated": "2026-02-31T03:04:05Z"},
    "a time that is a number": {"predicate__timeCreated": 1},
    "properties that are one": {"predicate__properties": svr.PASSED},
    "properties that are numbers": {"predicate__properties": [svr.PASSED, 1]},
}


@pytest.mark.parametrize("way", STATEMENTS)
def test_what_is_signed_and_is_no_verdict_of_ours_could_not_be_told(folder: Path, way: str) -> None:
    made = checked(folder, signed(folder, altered(**STATEMENTS[way])), "ci")
    assert made.exit_code == 3
    assert made.unknown[0].startswith("the file holds no verdict: ")


def test_fields_that_nobody_knows_are_passed_over(folder: Path) -> None:
    assert checked(folder, signed(folder, altered(new=1, predicate__new={}, subject__first__uri="x")), "ci").exit_code == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["payload", "AA==", "ci.pub"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_value_in_any_place_never_raises_and_passes_only_where_nothing_is_signed(folder: Path, data: st.DataObject) -> None:
    envelope, statement = signed(folder), json.loads(STATEMENT)
    inside = data.draw(st.booleans())
    place: Any = statement if inside else envelope
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else list(range(len(place)))))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(JSON)
    if inside:
        envelope["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    same = statement == json.loads(STATEMENT) if inside else False
    made = checked(folder, envelope, "ci")
    assert (made.exit_code in (1, 3)) or same or (not inside and made.said == svr.read(STATEMENT.encode()))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_is_never_a_verdict_that_was_not_signed(folder: Path, at: int, bit: int) -> None:
    data = bytearray(json.dumps(signed(folder)).encode())
    data[at % len(data)] ^= 1 << bit
    made = checked(folder, bytes(data), "ci")
    assert made.exit_code != 0 or made.said == svr.read(STATEMENT.encode())


# Of real repositories


def law(folder: Path) -> dict[str, str]:
    """A policy that trusts the key of the CI."""
    key = (folder / "ci.pub").read_text().replace("\n", "\n      ").strip()
    return {**LAW, "agent-compliance.yaml": f"{LAW['agent-compliance.yaml']}proofs:\n  keys:\n    ci: |\n      {key}\n"}


@pytest.fixture
def run(tmp_path: Path, folder: Path) -> GitRepo:
    """A branch with a run that kept to its spec; base's policy trusts the key of the CI."""
    repo = new_repo(tmp_path / "shop")
    repo.commit("start", {**law(folder), "src/a.ts": "const z = 0\n"})
    repo.branch("agent")
    repo.commit("work", {"src/b.ts": "const b = 0\n"})
    return repo


def written(folder: Path, repo: GitRepo, name: str = "ci", head: str | None = "HEAD", **more: Any) -> Path:
    """The verdict of a repository, signed."""
    made = engine.account(engine.Options(repo.root, more.pop("base", "main"), head, environ={}, **more))
    file = folder / "verdict.json"
    file.write_bytes(signing.sign(formats.dumps("svr", made).encode(), str(folder / f"{name}.pem")))
    return file


def held(file: Path, repo: GitRepo, *keys: Path, **more: Any) -> Verified:
    return verification.verify(Asked(file, keys, repo.root, **more))


def test_commit_base_and_policy_are_those_of_the_repository(folder: Path, run: GitRepo) -> None:
    file = written(folder, run)
    made = held(file, run, folder / "ci.pub")
    assert (made.exit_code, made.held) == (0, ("commit", "base", "policy"))
    made = held(file, run, base="main")  # the keys are those of base's policy
    assert (made.exit_code, made.by, made.held) == (0, "ci", ("commit", "base", "policy"))
    assert made.key == held(file, run, folder / "ci.pub").key


def test_shell_says_it_all_in_lines_of_a_terminal(folder: Path, run: GitRepo) -> None:
    file = written(folder, run)
    done = shell(file, "--key", folder / "ci.pub", "--repo", run.root)
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("signature  by ci.pub, ed25519 key ")
    assert lines[2] == f"commit     {run.git('rev-parse', 'HEAD')}, as in the repository"
    assert lines[3] == f"base       {run.git('rev-parse', 'main')}, as in the repository"
    assert lines[4] == "policy     agent-compliance.yaml at the merge base, as in the repository"
    assert lines[6:] == [
        "result     passed", "kept       gate: 2: G-01, G-02", "           integrity: 4: IN-01, IN-02, IN-03, IN-04",
        "agent compliance: verified: signed by ci.pub, and the audit passed",
    ]
    done = shell(file, "--repo", run.root, "--base", "main", "--output", "json")
    document = json.loads(done.stdout)
    assert (document["verified"], document["signed_by"]["name"]) == (True, "ci")
    assert document["says"]["subject"] == {"gitCommit": run.git("rev-parse", "HEAD")}


def test_another_commit_is_not_that_of_the_verdict(folder: Path, run: GitRepo) -> None:
    file, first = written(folder, run), run.git("rev-parse", "HEAD")
    run.commit("more", {"src/c.ts": TODO})
    made = held(file, run, folder / "ci.pub")
    assert (made.exit_code, made.held) == (1, ("base", "policy"))
    assert made.wrong == (f"it speaks of the commit {first[:12]}, and here it is {run.git('rev-parse', 'HEAD')[:12]}",)
    assert held(file, run, folder / "ci.pub", head="HEAD~1").exit_code == 0


def test_a_verdict_of_a_shorter_run_is_not_that_of_the_whole(folder: Path, run: GitRepo) -> None:
    """The run has its last commit judged alone, and hides what came before."""
    run.commit("more", {"src/c.ts": "const c = 0\n"})
    file = written(folder, run, base="HEAD~1")
    made = held(file, run, base="main")
    assert (made.exit_code, made.held) == (1, ("commit", "policy"))
    assert "it speaks of the base " in made.wrong[0]


def test_a_policy_that_the_run_brought_is_not_that_of_base(folder: Path, run: GitRepo) -> None:
    other = folder / "lax.yaml"
    other.write_text("profiles: [{name: gate, clauses: {G-02: {off: never}}}]\n")
    file = written(folder, run, policy=other)
    made = held(file, run, folder / "ci.pub")
    assert made.exit_code == 1
    assert "it was judged by another policy" in made.wrong[0]
    assert held(file, run, folder / "ci.pub", policy=other).exit_code == 0


def test_a_key_that_the_run_added_itself_signs_nothing(folder: Path, run: GitRepo) -> None:
    policy = run.git("show", "main:agent-compliance.yaml").replace(
        (folder / "ci.pub").read_text().splitlines()[1], (folder / "other.pub").read_text().splitlines()[1]
    )
    run.commit("law", {"agent-compliance.yaml": policy + "\n"})
    file = written(folder, run, "other")
    made = held(file, run, base="main")
    assert (made.exit_code, made.by) == (1, "")  # the audit itself says that the policy was edited
    assert any("none of the keys that are trusted" in one for one in made.unknown)


def test_a_policy_that_nobody_reviewed_lends_no_key_and_is_not_called_reviewed(folder: Path, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "new")
    repo.commit("start", {"src/a.ts": "const z = 0\n"})
    repo.branch("agent")
    repo.commit("law", law(folder))
    file = written(folder, repo)
    made = held(file, repo, base="main")
    assert (made.by, made.unknown) == ("", ("it is signed, and base's policy trusts no key",))
    made = held(file, repo, folder / "ci.pub")
    assert made.said is not None
    assert (made.held, made.said.reviewed) == (("commit", "base", "policy"), False)
    plain = json.loads(base64.b64decode(json.loads(file.read_bytes())["payload"]))
    plain["predicate"]["properties"].append(svr.REVIEWED)
    file.write_text(json.dumps(signed(folder, json.dumps(plain))))
    made = held(file, repo, folder / "ci.pub")
    assert "it says that its policy was reviewed, and here the run brought its own" in made.wrong


def test_a_signer_who_is_not_trusted_does_not_say_what_the_base_was(folder: Path, run: GitRepo) -> None:
    """Else the run could name a base whose policy has its own key."""
    run.commit("law", {"agent-compliance.yaml": run.git("show", "main:agent-compliance.yaml") + "\nwaivers: []\n"})
    run.commit("more", {"src/c.ts": "const c = 0\n"})
    file = written(folder, run, "other", base="HEAD~1")
    made = held(file, run, folder / "ci.pub", base=None)
    assert made.exit_code == 1
    assert "base" not in made.held


def test_a_base_that_is_not_there_could_not_be_told(folder: Path, run: GitRepo, tmp_path: Path) -> None:
    file = written(folder, run)
    shallow = GitRepo(tmp_path / "shallow")
    run.git("clone", "--quiet", "--depth", "1", "--branch", "agent", f"file://{run.root}", str(shallow.root))
    made = held(file, shallow, folder / "ci.pub")
    assert (made.exit_code, made.by) == (3, "ci.pub")
    assert made.unknown[0].startswith("the repository could not be compared from ")


def test_a_work_tree_is_held_to_its_tree(folder: Path, run: GitRepo) -> None:
    run.write("src/c.ts", "const c = 0\n")
    file = written(folder, run, head=None)
    made = held(file, run, folder / "ci.pub")
    assert (made.exit_code, made.held) == (0, ("tree", "base", "policy"))
    run.commit("what was judged", {})
    assert held(file, run, folder / "ci.pub", head="HEAD").exit_code == 0
    run.write("src/c.ts", TODO)
    made = held(file, run, folder / "ci.pub")
    assert (made.exit_code, made.held) == (1, ("base", "policy"))


def test_a_run_without_any_policy_is_held_to_there_being_none(folder: Path, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "bare")
    repo.commit("start", {"a.txt": "a\n"})
    repo.branch("agent")
    repo.commit("work", {"b.txt": "b\n"})
    file = written(folder, repo, profiles=("integrity",))
    assert held(file, repo, folder / "ci.pub").exit_code == 0
    made = held(file, repo, base="main")
    assert (made.exit_code, made.unknown) == (3, ("it is signed, and base's policy trusts no key",))


def test_a_wrong_base_is_a_wrong_question(folder: Path, run: GitRepo) -> None:
    with pytest.raises(AgentComplianceError, match="nowhere"):
        held(written(folder, run), run, folder / "ci.pub", base="nowhere")


def test_docs_name_every_property_and_option() -> None:
    text = (Path(__file__).parent.parent / "docs" / "svr.md").read_text("utf-8")
    for one in (svr.PASSED, svr.NOTHING_BROKEN, svr.REVIEWED):
        assert f"| `{one}` |" in text
    for one in (f"{svr.PROFILE}NAME", f"{svr.CLAUSE}PROFILE::CLAUSE", f"{svr.VERIFIER}VERSION", svr.PREDICATE.rpartition("/v")[2]):
        assert one in text
    options = [one for parameter in verify_command.params for one in parameter.opts if one.startswith("--")]
    assert [one for one in options if f"[{one} " not in text] == []


def test_without_the_library_nothing_is_verified(folder: Path) -> None:
    file = folder / "verdict.json"
    file.write_text(json.dumps(signed(folder)))
    code = (
        "import sys; sys.modules['securesystemslib'] = sys.modules['cryptography'] = None\n"
        "from pathlib import Path; from pytest_agentcompliance.verification import Asked, verify\n"
        "made = verify(Asked(Path(sys.argv[1]), (Path(sys.argv[2]),)))\n"
        "print(made.exit_code, *made.unknown)"
    )
    words = [sys.executable, "-c", code, str(file), str(folder / "ci.pub")]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    assert done.stdout.startswith("3 the signature was not checked: install")


def test_names_in_a_statement_are_shown_inert(folder: Path) -> None:
    name = "x\n\x1b[2J\u202e::error::@everyone"
    listed = [svr.PASSED, *(f"{svr.CLAUSE}{name}{k}::{name}" for k in range(60)), *(f"{svr.CLAUSE}p::{name}{k}" for k in range(60))]
    text = altered(predicate__properties=listed, predicate__verifier__policies=[
        {"digest": {"sha256": "d" * 64}, "annotations": {"source": name * 100}}
    ])  # fmt: skip
    made = checked(folder, signed(folder, text), "ci")
    lines = [line for _, line in verification.lines(replace(made, by=name))]
    assert all(line.isprintable() for line in lines)
    assert len(lines) < 400
    assert sum(map(len, lines)) < 40_000

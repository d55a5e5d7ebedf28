"""Who signed a proof: keys that base trusts, keys that it does not, and envelopes that lie."""

import base64
import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.proofs import keys, signatures
from pytest_agentcompliance.parsing.proofs.signatures import Signed, verify
from pytest_agentcompliance.parsing.proofs.statement import PAYLOAD_TYPE
from pytest_agentcompliance.prover import signing

STATEMENT = '{"_type": "https://in-toto.io/Statement/v1", "é": 1}'.encode()
FOREIGN = Signed(why="it is signed by a key that base does not trust")


def private(folder: Path, name: str) -> Path:
    """A file with a new key."""
    made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / f"{name}.pem"
    file.write_bytes(made)
    file.chmod(0o600)
    return file


def public(file: Path) -> str:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(file.read_bytes(), None).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signed(file: Path, statement: bytes = STATEMENT) -> dict[str, Any]:
    envelope = json.loads(signing.sign(statement, str(file)))
    assert isinstance(envelope, dict)
    return envelope


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return private(tmp_path_factory.mktemp("ours"), "ci")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return private(tmp_path_factory.mktemp("theirs"), "agent")


@pytest.fixture(scope="module")
def trusted(ours: Path) -> Mapping[str, str]:
    return {"ci": public(ours)}


def test_key_that_base_trusts_is_named(ours: Path, theirs: Path, trusted: Mapping[str, str]) -> None:
    assert verify(signed(ours), trusted) == Signed("ci")
    assert verify(signed(ours), {"agent": public(theirs), **trusted}) == Signed("ci")


def test_key_that_base_does_not_trust_does_not_count(theirs: Path, trusted: Mapping[str, str]) -> None:
    assert verify(signed(theirs), trusted) == FOREIGN


def test_where_base_trusts_none_nothing_counts(ours: Path) -> None:
    said = verify(signed(ours), {})
    assert (said.by, said.broken) == ("", False)
    assert "base's policy trusts no key" in said.why


def test_altered_payload_is_broken(ours: Path, trusted: Mapping[str, str]) -> None:
    envelope = signed(ours) | {"payload": base64.b64encode(STATEMENT + b" ").decode()}
    said = verify(envelope, trusted)
    assert (said.by, said.broken, said.why) == ("", True, "it claims to be by the key ci, and is not")


def test_signature_of_another_payload_is_broken(ours: Path, trusted: Mapping[str, str]) -> None:
    envelope = signed(ours) | {"signatures": signed(ours, b"{}")["signatures"]}
    assert verify(envelope, trusted).broken


def test_altered_payload_with_no_name_of_a_key_is_nobodys(ours: Path, trusted: Mapping[str, str]) -> None:
    """What a run could make without a key of ours must not count for more, and need not count for less."""
    envelope = signed(ours) | {"payload": base64.b64encode(b"{}").decode()}
    for keyid in ("", "other", None):
        envelope["signatures"][0]["keyid"] = keyid
        assert verify(envelope, trusted) == FOREIGN


def test_key_id_is_a_hint(ours: Path, theirs: Path, trusted: Mapping[str, str]) -> None:
    """By its name, by another's, by none: what counts is which key verifies it."""
    envelope = signed(ours)
    for keyid in ("", "ci", "no such key", signed(theirs)["signatures"][0]["keyid"], None):
        envelope["signatures"][0]["keyid"] = keyid
        assert verify(envelope, {**trusted, "agent": public(theirs)}) == Signed("ci")
    del envelope["signatures"][0]["keyid"]
    assert verify(envelope, trusted) == Signed("ci")


def test_foreign_signature_with_the_id_of_ours_is_broken(ours: Path, theirs: Path, trusted: Mapping[str, str]) -> None:
    envelope = signed(theirs)
    for keyid in ("ci", signed(ours)["signatures"][0]["keyid"]):
        envelope["signatures"][0]["keyid"] = keyid
        assert verify(envelope, trusted).broken


def test_several_signatures(ours: Path, theirs: Path, trusted: Mapping[str, str]) -> None:
    both = signed(theirs)
    both["signatures"] += signed(ours)["signatures"]
    assert verify(both, trusted) == Signed("ci")
    assert verify(both, {"agent": public(theirs)}) == Signed("agent")
    both["signatures"].append(signed(ours, b"{}")["signatures"][0])  # one that is ours, and of something else
    assert verify(both, trusted).broken
    both["signatures"] = both["signatures"][:1] * 9
    assert verify(both, trusted) == Signed(why="its envelope has more than 8 signatures", broken=True)


def test_both_alphabets_of_base64_are_read(ours: Path, trusted: Mapping[str, str]) -> None:
    statement = b'{"a": "\xf0\x9f\xbf\xbf??>>~~"}'
    envelope = signed(ours, statement)
    envelope["payload"] = base64.urlsafe_b64encode(statement).decode()
    envelope["signatures"][0]["sig"] = envelope["signatures"][0]["sig"].replace("+", "-").replace("/", "_")
    assert verify(envelope, trusted) == Signed("ci")


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ({"payloadType": "application/json"}, "something else than an in-toto statement"),
        ({"payloadType": None}, "something else than an in-toto statement"),
        ({"payload": "e30"}, "no base64"),
        ({"payload": "e30=\n"}, "no base64"),
        ({"payload": "\u00e9"}, "no base64"),
        ({"payload": None}, "no payload"),
        ({"signatures": []}, "no signature"),
        ({"signatures": {}}, "no signature"),
        ({"signatures": ["x"]}, "a signature of its envelope is none"),
        ({"signatures": [{"keyid": 1, "sig": ""}]}, "a signature of its envelope is none"),
        ({"signatures": [{"keyid": "a"}]}, "a signature of its envelope is none"),
        ({"signatures": [{"keyid": "a", "sig": "?"}]}, "a signature of its envelope is no base64"),
    ],
)
def test_envelope_that_is_none_is_broken(ours: Path, trusted: Mapping[str, str], part: dict[str, Any], says: str) -> None:
    for keys_of_base in (trusted, {}):
        said = verify(signed(ours) | part, keys_of_base)
        assert (said.by, said.broken) == ("", True)
        assert says in said.why


@pytest.mark.parametrize("size", [0, 1, 63, 65, 10_000])
def test_signature_of_another_length_is_none_of_ours(ours: Path, trusted: Mapping[str, str], size: int) -> None:
    envelope = signed(ours)
    envelope["signatures"][0] |= {"sig": base64.b64encode(b"\1" * size).decode(), "keyid": ""}
    assert verify(envelope, trusted) == FOREIGN


@pytest.mark.parametrize("library", ["securesystemslib", "cryptography"])
def test_without_the_library_nothing_is_checked_and_nothing_dies(
    ours: Path, trusted: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    envelope = signed(ours)
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, library, None)
    assert verify(envelope, trusted) == Signed(why=signatures.INSTALL)
    assert "pytest-agentcompliance[signing]" in signatures.INSTALL
    assert verify(envelope | {"payload": "?"}, trusted).broken  # what needs no library is seen without one


def test_nothing_is_imported_where_there_is_no_key() -> None:
    code = (
        "import sys; from pytest_agentcompliance.parsing.proofs.signatures import verify; "
        f"verify({{'payload': '', 'payloadType': '{PAYLOAD_TYPE}', 'signatures': [{{'sig': ''}}]}}, {{}}); "
        "print([name for name in ('cryptography', 'securesystemslib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda one: st.lists(one) | st.dictionaries(st.text(), one)
)


@given(st.dictionaries(st.sampled_from(["payload", "payloadType", "signatures", "x"]), JSON), JSON)
def test_whatever_the_envelope_is_it_is_no_signature(envelope: dict[str, Any], one: Any) -> None:
    key = Ed25519PrivateKey.from_private_bytes(b"\7" * 32).public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert verify(envelope, {"ci": pem}).by == ""
    assert verify({"payloadType": PAYLOAD_TYPE, "payload": "e30=", "signatures": [one]} | envelope, {"ci": pem}).by == ""


@given(st.integers(0, 63), st.integers(1, 255))
def test_every_byte_of_a_signature_counts(ours: Path, trusted: Mapping[str, str], at: int, change: int) -> None:
    envelope = copy.deepcopy(signed(ours))
    sig = bytearray(base64.b64decode(envelope["signatures"][0]["sig"]))
    sig[at] ^= change
    envelope["signatures"][0]["sig"] = base64.b64encode(sig).decode()
    assert verify(envelope, trusted).broken


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl here")
def test_openssl_makes_the_keys_and_agrees(tmp_path: Path) -> None:
    """The lines that the docs show."""

    def openssl(*words: str) -> str:
        return subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    openssl("genpkey", "-algorithm", "ed25519", "-out", "ci.pem")
    pem = openssl("pkey", "-in", "ci.pem", "-pubout")
    (tmp_path / "ci.pub").write_text(pem)
    (tmp_path / "ci.pem").chmod(0o600)
    envelope = signed(tmp_path / "ci.pem")
    assert verify(envelope, {"ci": pem}) == Signed("ci")
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"].encode()
    (tmp_path / "signed").write_bytes(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload))
    (tmp_path / "sig").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    openssl("pkeyutl", "-verify", "-pubin", "-inkey", "ci.pub", "-rawin", "-in", "signed", "-sigfile", "sig")


# Public keys as a policy spells them


def test_public_key_is_read_whatever_its_white_space(ours: Path) -> None:
    pem = public(ours)
    [_, body, *_] = pem.split("\n")
    assert len(keys.public(pem)) == 32
    split = f"{body[:20]}\r\n {body[20:]}"
    assert keys.public(pem) == keys.public("\r\n  " + pem.replace(body, split) + "  ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no public key"),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI x", "a key of ssh's"),
        ("-----BEGIN PUBLIC KEY-----\n" + "A" * 60 + "\n-----END PUBLIC KEY-----", "no ed25519 key"),
        ("-----BEGIN PUBLIC KEY-----\n" + "A" * 61 + "\n-----END PUBLIC KEY-----", "cut or altered"),
        ("-----BEGIN PUBLIC KEY-----\n" + "A" * 1_000_000, "no public key"),
    ],
)
def test_what_is_no_public_key_is_told(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        keys.public(text)


def test_key_of_another_kind_is_refused() -> None:
    pem = generate_private_key(SECP256R1()).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(ValueError, match="no ed25519 key"):
        keys.public(pem)


def test_private_key_is_known_and_not_repeated(ours: Path) -> None:
    pem = ours.read_text()
    secret = pem.split("\n")[1]
    for text in (pem, f"a: |\n  {pem}", secret, pem.replace("\n", "\\n"), pem.replace("\n", "\n      ")):
        assert keys.private_at(text.encode())
    with pytest.raises(ValueError, match="PRIVATE key") as caught:
        keys.public(pem)
    assert secret[20:40] not in str(caught.value)
    for kept in (b"a waiver for '-----BEGIN PRIVATE KEY-----' in a fixture", public(ours).encode(), b""):
        assert keys.private_at(kept) == 0

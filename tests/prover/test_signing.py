"""The key that signs: where it may lie, what it must be, and that nothing repeats it."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.prover import signing

PLAIN = NoEncryption()


def key(file: Path, kind: PrivateFormat = PrivateFormat.PKCS8, lock: KeySerializationEncryption = PLAIN, mode: int = 0o600) -> Path:
    file.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, kind, lock))
    file.chmod(mode)
    return file


def refusal(file: Path, root: Path | None = None) -> str:
    with pytest.raises(UsageError) as caught:
        signing.opened(file, root)
    return str(caught.value)


def test_key_is_read_before_it_is_needed(tmp_path: Path) -> None:
    signer = signing.opened(key(tmp_path / "ci.pem"), tmp_path / "repo")
    (tmp_path / "ci.pem").unlink()
    assert signer.note == ""
    assert b'"payloadType": "application/vnd.in-toto+json"' in signer.sign(b"{}")
    assert "PRIVATE" not in repr(signer)


@pytest.mark.skipif(sys.platform == "win32", reason="no modes there")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_key_that_others_can_read_is_told_of(tmp_path: Path, mode: int) -> None:
    assert "chmod 600" in signing.opened(key(tmp_path / "ci.pem", mode=mode)).note


def test_key_within_the_repository_is_refused(tmp_path: Path) -> None:
    inside = key(tmp_path / "ci.pem")
    assert "it lies in the repository" in refusal(inside, tmp_path)
    outside = tmp_path.parent / f"{tmp_path.name}-link.pem"
    outside.symlink_to(inside)
    assert "it lies in the repository" in refusal(outside, tmp_path)


def test_what_is_no_key_is_told_and_not_repeated(tmp_path: Path) -> None:
    file = tmp_path / "x.pem"
    assert "No such file" in refusal(file)
    secret = "c2VjcmV0c2VjcmV0c2VjcmV0"
    for text in ("", secret, f"-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----\n", "\udcff" * 10):
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        said = refusal(file)
        assert "it is no private key in PEM; make one by 'openssl genpkey -algorithm ed25519 -out FILE'" in said
        assert secret not in said
    file.write_bytes(Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert "it is the public key" in refusal(file)
    file.write_bytes(generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, PLAIN))
    assert "no ed25519 key" in refusal(file)
    assert "no private key in PEM" in refusal(key(file, PrivateFormat.OpenSSH))
    assert "passphrase" in refusal(key(file, lock=BestAvailableEncryption(b"x")))
    if sys.platform != "win32":
        assert "no regular file" in refusal(Path("/dev/null"))
    assert str(tmp_path) in refusal(tmp_path)


def test_without_the_library_it_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['securesystemslib'] = sys.modules['cryptography'] = None\n"
        "from pathlib import Path; from pytest_agentcompliance.errors import UsageError\n"
        "from pytest_agentcompliance.prover import signing\n"
        "try: signing.opened(Path(sys.argv[1]))\n"
        "except UsageError as wrong: print(wrong)"
    )
    words = [sys.executable, "-c", code, str(key(tmp_path / "ci.pem"))]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    assert "pip install 'pytest-agentcompliance[signing]'" in done.stdout

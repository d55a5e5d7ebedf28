"""What in-toto's own library says of a statement; it has no types, so that it is imported by name."""

from importlib import import_module
from typing import Any

_FORMAT: Any = import_module("google.protobuf.json_format")
_SPEC: Any = import_module("in_toto_attestation.v1.statement_pb2")
_CHECKED: Any = import_module("in_toto_attestation.v1.statement")
_LINK: Any = import_module("in_toto_attestation.predicates.link.v0.link_pb2")
_RESULT: Any = import_module("in_toto_attestation.predicates.test_result.v0.test_result_pb2")
KINDS = {
    "https://in-toto.io/attestation/link/v0.3": _LINK.Link,
    "https://in-toto.io/attestation/test-result/v0.1": _RESULT.TestResult,
}


def validated(data: bytes) -> Any:
    """The predicate of a statement, as the message of its kind. Raises what the library raises."""
    found = _FORMAT.Parse(data, _SPEC.Statement())
    _CHECKED.Statement.copy_from_pb(found).validate()
    return _FORMAT.ParseDict(_FORMAT.MessageToDict(found.predicate), KINDS[found.predicate_type]())

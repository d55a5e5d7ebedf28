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


def _svr() -> Any:
    """The message of a Simple Verification Result 0.2. The library has none, and the specification's own stayed at 0.1, so that
    this one is made of the fields of spec/predicates/svr.md (in-toto/attestation, commit 051624ce466deaed4c5a66e66877f69b471fccbe).
    """
    built: Any = import_module("google.protobuf.descriptor_pb2")
    pool: Any = import_module("google.protobuf.descriptor_pool").Default()
    classes: Any = import_module("google.protobuf.message_factory")
    described: Any = import_module("in_toto_attestation.v1.resource_descriptor_pb2").ResourceDescriptor.DESCRIPTOR
    time: Any = import_module("google.protobuf.timestamp_pb2").Timestamp.DESCRIPTOR
    kind = built.FieldDescriptorProto

    def field(message: Any, number: int, name: str, of: Any = None, *, many: bool = False) -> None:
        label = kind.LABEL_REPEATED if many else kind.LABEL_OPTIONAL
        type = {"type": kind.TYPE_STRING} if of is None else {"type": kind.TYPE_MESSAGE, "type_name": f".{of}"}
        message.field.add(name=name, json_name=name, number=number, label=label, **type)

    file = built.FileDescriptorProto(
        name="tests/svr_v0_2.proto", package="tests.svr", syntax="proto3", dependency=[described.file.name, time.file.name]
    )
    verifier = file.message_type.add(name="Verifier")
    field(verifier, 1, "id")
    field(verifier, 2, "policies", described.full_name, many=True)
    result = file.message_type.add(name="SimpleVerificationResult")
    field(result, 1, "verifier", "tests.svr.Verifier")
    field(result, 2, "timeCreated", time.full_name)
    field(result, 3, "properties", many=True)
    pool.AddSerializedFile(file.SerializeToString())
    return classes.GetMessageClass(pool.FindMessageTypeByName("tests.svr.SimpleVerificationResult"))


KINDS["https://in-toto.io/attestation/svr/v0.2"] = _svr()

"""Code of tests: which files hold it, which cases, and what they assert."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.testcode.record import Assertion, Case, Tests

# As pytest, unittest, jest, vitest, mocha, playwright, cypress and go find them, and the folders that projects keep them in.
_TESTS = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests?__|__specs?__|e2e|cypress|testing|integration[-_]tests?|unit[-_]tests?)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_tests?|conftest|tests)\.pyi?$"
    r"|[._-](?:tests?|spec|e2e|cy|e2e-spec|integration|bench)\.[cm]?[jt]sx?$"
    r"|_test\.go$",
    re.IGNORECASE,
)
_CODE = re.compile(r"\.(?:py|pyi|[cm]?[jt]sx?|go)$", re.IGNORECASE)


def is_test(path: str) -> bool:
    """Whether a file belongs to the tests: its cases, its helpers, its data."""
    return _TESTS.search(path) is not None


def is_source(path: str) -> bool:
    """Whether a file is code of the product, and none of the tests."""
    return _CODE.search(path) is not None and not is_test(path)


def is_test_code(path: str) -> bool:
    """Whether a file belongs to the tests and is code."""
    return _CODE.search(path) is not None and is_test(path)


@lru_cache(maxsize=512)  # several rules ask about one file
def read(path: str, text: str) -> "Tests":
    """The cases and assertions of a file of tests; nothing of a file that is not code, or that no runner looks into."""
    from pytest_agentcompliance.parsing.testcode import go, python, scripts
    from pytest_agentcompliance.parsing.testcode.record import Tests

    if not is_test_code(path):
        return Tests()
    if path.endswith((".py", ".pyi")):
        return python.read(path, text)
    return go.read(path, text) if path.endswith(".go") else scripts.read(path, text)


def cases(path: str, text: str) -> "tuple[Case, ...]":
    """The test cases of a file, in order."""
    return read(path, text).cases


def assertions(path: str, text: str) -> "tuple[Assertion, ...]":
    """The assertions of a file, in order, helpers' among them."""
    return read(path, text).assertions

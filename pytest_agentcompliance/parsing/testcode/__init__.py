"""Code of tests: which files hold it."""

import re

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

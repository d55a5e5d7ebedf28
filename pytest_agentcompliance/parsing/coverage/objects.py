"""Coverage reports that are JSON: which of them a file is."""

import json

from pytest_agentcompliance.parsing.coverage import istanbul, python_json
from pytest_agentcompliance.parsing.coverage.gathered import Gathered, Strange


def read(data: bytes, into: Gathered) -> bool:
    """Whether it is one of those that are known."""
    try:
        said = json.loads(data)
    except RecursionError:
        raise Strange("it is nested too deep") from None
    except ValueError as wrong:  # no JSON, no text, a number of too many digits
        raise Strange(f"it is no JSON: {str(wrong)[:100]}") from None
    if not isinstance(said, dict):
        return False
    return python_json.read(said, into) or istanbul.read(said, into)

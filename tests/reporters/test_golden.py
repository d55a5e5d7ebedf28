"""The golden files are what the formats say of one small audit."""

import pytest

from pytest_agentcompliance.reporters import formats
from tests.reporters import golden


@pytest.mark.parametrize("name", golden.FILES)
def test_file_is_what_the_format_says(name: str) -> None:
    file = golden.FOLDER / golden.FILES[name]
    assert file.read_bytes().decode() == golden.made(name), "run: python -m tests.reporters.golden, and read what changed"


def test_there_is_no_file_of_no_format() -> None:
    assert {file.name for file in golden.FOLDER.iterdir()} == set(golden.FILES.values())
    assert set(golden.FILES) <= set(formats.FORMATS)

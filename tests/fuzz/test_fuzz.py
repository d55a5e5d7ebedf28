"""A few hundred of the inputs, the same each time; the long run is ``python -m tests.fuzz``."""

from itertools import islice

import pytest

from tests.fuzz.inputs import stream
from tests.fuzz.targets import TARGETS

pytestmark = pytest.mark.walk


@pytest.mark.parametrize("name", TARGETS)
def test_reader_raises_nothing_that_is_not_meant_for_people(name: str) -> None:
    target = TARGETS[name]
    for data in islice(stream(target.kind, seed=7), 15 if target.starts_processes else 60):
        target.read(data)


def test_inputs_are_the_same_for_the_same_seed() -> None:
    assert list(islice(stream("log", 3), 20)) == list(islice(stream("log", 3), 20))
    assert list(islice(stream("log", 3), 20)) != list(islice(stream("log", 4), 20))

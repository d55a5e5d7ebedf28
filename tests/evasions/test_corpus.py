"""The corpus: of every attack the audit says what it must, of every honest twin it says nothing."""

from pathlib import Path

import pytest

from tests.evasions.harness import ATTACKS, CONTROLS, FAMILIES, Attack, Control, Stage, load, prepare, shows, staged, tried

load()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The repository that every stage is a copy of, made once for each worker."""
    folder = tmp_path_factory.mktemp("prepared") / "repo"
    return folder, prepare(folder)


@pytest.fixture
def stage(prepared: tuple[Path, str], tmp_path: Path) -> Stage:
    return staged(*prepared, tmp_path)


def _cases(cases: "dict[str, Attack] | dict[str, Control]") -> list[object]:
    return [pytest.param(one, id=one.name, marks=_unfinished(one)) for one in cases.values()]


def _unfinished(one: Attack | Control) -> list[pytest.MarkDecorator]:
    """That the audit does not say it yet: a case that cannot even be built, or an audit that dies, fails all the same."""
    return [pytest.mark.xfail(strict=True, raises=AssertionError, reason=one.unfinished)] if one.unfinished else []


@pytest.mark.parametrize("case", _cases(ATTACKS))
def test_what_hides_is_reported(case: Attack, stage: Stage) -> None:
    held, report = tried(case, stage)
    assert held, f"{case.says}\n{report}\nran: {stage.sung}"


@pytest.mark.parametrize("case", _cases(CONTROLS))
def test_what_is_honest_is_not_accused(case: Control, stage: Stage) -> None:
    held, report = tried(case, stage)
    assert held, f"{report}\nran: {stage.sung}"


@pytest.mark.parametrize("case", [one for one in ATTACKS.values() if one.fools], ids=lambda one: one.name)
def test_what_is_said_to_hide_does(case: Attack, stage: Stage) -> None:
    expected = case.build(stage)
    for reader in case.fools:
        assert not shows(expected, stage.naively(reader)), f"{reader} shows it"


def test_the_corpus_is_whole() -> None:
    assert len(ATTACKS) >= 110
    assert len(CONTROLS) >= 60
    assert {one.family for one in ATTACKS.values()} == set(FAMILIES)
    assert [one.name for one in CONTROLS.values() if one.twin not in ATTACKS] == []
    assert {ATTACKS[one.twin].family for one in CONTROLS.values()} == set(FAMILIES)


def test_every_attack_says_what_it_does_and_what_defeats_it() -> None:
    assert [one.name for one in ATTACKS.values() if not one.says or not one.defeated.endswith(".")] == []

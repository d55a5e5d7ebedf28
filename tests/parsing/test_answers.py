"""What people answer at a checkpoint: the table of phrases."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.checkpoints.answers import judge, said

OPTIONS = {"A": "Approve", "B": "Changes", "C": "Pause", "D": "Skip"}

APPROVES = [
    "approved", "Approve.", "yes", "Yep!", "yes please", "LGTM", "lgtm, ship it", "looks good", "Looks great, thanks", "go ahead",
    "ok go ahead", "Sure, go ahead", "okay proceed", "continue", "Perfect!", "sounds good", "that works", "let's go", "do it",
    "A", "a)", "A)", "A) Approve", "Option A", "I'll go with A", "A, looks good", "D", "A - approved", "no changes, approved",
    "Yes, no changes.", "All good here. On to G5.2!", "approved, but also add tests", "ok yes please go ahead", "I approve this.",
    "Great work. You can proceed with the services.", "no further questions, approved", "skip it",
    "No, go ahead.", "don't see any issues, approved", "don't worry, continue",
    "Approve (Recommended)",
]  # fmt: skip
UNCLEAR = [
    "ok", "OK.", "okay", "k", "sure", "Sure thing", "fine", "I guess", "maybe", "whatever", "thanks", "ok thanks", "cool", "hm",
    "got it", "I see", "up to you", "you decide", "", "👍", "...", "why?", "why did you take Prisma?",
    "ok, but what about the seeds?",
    "is there a migration", "how do I test it", "I'm not sure", "let me think", "interesting", "nice job", "all good?",
    "can you explain the schema?", "approve? not sure yet", "I'll look at it tomorrow",
]  # fmt: skip
REFUSES = [
    "no", "No.", "nope", "wait", "hold on", "stop", "not yet", "not approved", "This is not approved.", "I can't approve this",
    "don't proceed", "do not continue", "B", "C", "c) pause", "option C", "reject", "pause", "I don't like it", "yes but wait",
    "[Request interrupted by user]", "Changes", "please hold", "let me test this first",
]  # fmt: skip
CHANGES = [
    "Looks good, but rename the table", "B) use a decimal for the price", "no, use a decimal for the price instead",
    "changes please: use cuid", "I have concerns about the ids",
    "Don't proceed. The price has to be a decimal first.", "approve once the tests pass",
]  # fmt: skip
OTHER = [
    "now write the services for carts", "commit and push", "add a column for the currency", "https://example.org/shop", "ok 開始",
    "could you also add the currency?", "A few columns are named otherwise in the plan", "run the tests again and show the output",
]  # fmt: skip
ELSEWHERE = [
    ("ja, mach weiter", "approves"), ("genehmigt", "approves"), ("Sieht gut aus", "approves"), ("nein", "refuses"),
    ("Änderungen nötig", "refuses"),
    ("noch nicht", "refuses"), ("nicht freigegeben", "refuses"), ("klar", "unclear"), ("na gut", "unclear"),
    ("warum Prisma?", "unclear"),
    ("oui, vas-y", "approves"), ("c'est validé", "approves"), ("d'accord", "unclear"), ("peut-être", "unclear"), ("non", "refuses"),
    ("pas encore", "refuses"), ("sí, adelante", "approves"), ("aprobado", "approves"), ("vale", "unclear"),
    ("todavía no", "refuses"), ("no aprobado", "refuses"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *((text, "approves") for text in APPROVES),
        *((text, "unclear") for text in UNCLEAR),
        *((text, "refuses") for text in REFUSES),
        *((text, "changes") for text in CHANGES),
        *((text, "other") for text in OTHER),
        *ELSEWHERE,
    ],
)
def test_what_an_answer_comes_to(text: str, kind: str) -> None:
    assert judge(text, OPTIONS) == kind


def test_a_language_that_is_not_read_says_nothing() -> None:
    assert judge("genehmigt", languages=["en"]) == "other"
    assert judge("genehmigt", languages=["de"]) == "approves"
    assert judge("Add it to the list, and comment cursor", languages=["en", "fr"]) == "other"


def test_the_letters_are_those_of_the_checkpoint() -> None:
    own = {"A": "Keep the old schema and stop", "B": "Approve and continue", "1": "Approve", "2": "Request changes"}
    assert judge("B", own) == "approves"
    assert judge("A", own) == "refuses"
    assert judge("1", own) == "approves"
    assert judge("2", own) == "refuses"
    assert judge("2", OPTIONS) == "other"
    assert judge("E", OPTIONS) == "unclear"


def test_a_project_has_phrases_of_its_own() -> None:
    assert judge("roger") == "other"
    assert judge("roger", more={"approves": ["Roger"]}) == "approves"
    assert judge("Later, maybe", more={"refuses": ["later"]}) == "refuses"
    assert judge("roger", more={"unclear": ["roger"]}) == "unclear"


def test_only_the_own_words_of_a_person_count() -> None:
    assert said("<system-reminder>approved</system-reminder>ok") == "ok"
    assert said("<a><b>yes</b></a>") == ""
    assert said("# Context from my IDE setup:\n\n## Active file: a.ts\n\n## My request for Codex:\nstop\n") == "stop"
    assert said("> shall I proceed?\n\n```\napproved\n```\nno") == "no"
    assert judge("<system-reminder>approved</system-reminder>ok") == "unclear"
    assert judge("> approved\n\nok") == "unclear"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["ok", "not", "approved", "A)", "?", "<a>", "</a>", "\n", " ", "> ", "```", "🙂"]), max_size=40))
def test_any_answer_is_judged(parts: list[str]) -> None:
    assert judge("".join(parts), OPTIONS) in ("approves", "refuses", "changes", "unclear", "other")


@pytest.mark.parametrize("text", ["<a>" * 20_000, "ok " * 20_000, "(" * 50_000, "a" * 100_000, "? " * 20_000, "yes, " * 20_000])
def test_long_answers_are_judged(text: str) -> None:
    assert judge(text) in ("approves", "unclear", "other")

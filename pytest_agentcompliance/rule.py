"""How a rule is written: its parameters, the evidence it asks for, its examples."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from inspect import get_annotations, signature
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from pytest_agentcompliance.evidence import ChangeSet, FileChange, Run
from pytest_agentcompliance.parsing import hints
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.verdict import Finding, Remedy


@dataclass(frozen=True, slots=True)
class Example:
    """A tiny run and what the rule finds in it: a test and a piece of documentation.

    ``before`` and ``after`` are the trees at base and at head, path to text; a path in ``after`` is as it
    is there, one that only ``before`` has was deleted. ``links`` are symbolic links at head, path to target.
    ``commits``, instead of ``after``, leads from base to head step by step: path to text, None where it is deleted.
    Documents lie at the root: STORY.md, IMPLEMENTATION-PLAN.md, SCOPE.md, ARCHITECTURAL-DECISIONS.yaml, BLOCKERS.md, INTENT.md.
    The log is ``log`` (as it was at base: ``log_before``), or BACKEND-LOG.md of the trees; FRONTEND-LOG.md is another agent's.
    ``unread`` are paths that could not be read, each with the reason.
    ``report`` is the agent's final report, at REPORT.md. ``proofs`` are fields of ``Proof``, with the command as one line and the
    place left out (the first is at .agent-compliance/proofs/0001.json), or ``{"refused": why}``. ``transcript`` are steps at
    SESSION.jsonl, one a line: fields of ``Step`` where ``command``, ``read``, ``edit``, ``call`` or ``says`` gives the kind and
    its text or path. ``task`` is the task that was delegated, at TASK.md (one among ``after`` alone is the run's own).
    ``coverage`` are coverage reports, path to text; ``stale`` says of some why they are out of date. ``messages`` are those of
    ``commits``, in order.
    ``finds`` lists the places of the breaches as ``path:line``, ``styles`` those of the remarks on style.
    Empty: the rule is kept.
    """

    title: str
    given: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    commits: tuple[Mapping[str, str | None], ...] = ()
    log: str | None = None
    log_before: str | None = None
    finds: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    report: str | None = None
    proofs: tuple[Mapping[str, Any], ...] = ()
    transcript: tuple[Mapping[str, Any], ...] = ()
    task: str | None = None
    coverage: Mapping[str, str] = field(default_factory=dict)
    stale: Mapping[str, str] = field(default_factory=dict)
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidates:
    """What could make a rule fire: globs of paths, or patterns of bytes in the patch of a file (a dot is any byte).

    ``endings``, in small letters, are those of the paths whose patches are searched; none: all of them. Most of a large
    change is often prose and data, so that a rule over code costs little where it names the endings of code.
    """

    paths: tuple[str, ...] = ()
    contains: tuple[bytes, ...] = ()
    endings: tuple[str, ...] = ()

    def patterns(self) -> list[re.Pattern[bytes]]:
        """One by one: several that begin with a letter are ten times quicker than all of them as one."""
        return [one.pattern for one in self.hints.all]

    @property
    def hints(self) -> hints.Hints:
        """The patterns, for a search that asks for all of them at once."""
        return hints.of(self.contains)


class Rule(BaseModel):
    """One way to hold a run to a clause.

    The fields of a subclass are its parameters. The arguments of its ``check`` name the evidence it
    reads, as the arguments of a test name its fixtures; one whose annotation admits None is optional,
    and without one that is not, the clause is "not judged". ``check`` may raise ``NotJudged``. What the
    generator returns, if it returns a text, becomes the verdict's ``why``: how the rule came to it.
    ``at_end``: what it asks is owed only once the log says that the run ended; before, it is not due, and an audit
    of a run that is over judges it all the same. ``on_the_way``: whether a state that the run was in, and that its end does
    not show, is held to it too; not where the rule asks how good the work is that was delivered.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidates: ClassVar[Candidates] = Candidates()
    at_end: ClassVar[bool] = False
    on_the_way: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = ()
    remedy: ClassVar[Remedy]
    check: ClassVar[Callable[..., Iterator[Finding]]]
    reads: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.reads = frozenset(list(signature(cls.check).parameters)[1:])
        if unknown := cls.reads - Run.kinds():
            raise TypeError(
                f"{cls.__qualname__}.check asks for {', '.join(sorted(unknown))}; "
                f"the evidence of a run is {', '.join(sorted(Run.kinds()))}"
            )
        annotations = get_annotations(cls.check)
        cls.needs = frozenset(kind for kind in cls.reads if "None" not in str(annotations.get(kind, "")))

    def findings_in(self, run: Run) -> Iterator[Finding]:
        """What the rule finds, one by one, so that a rule that fails half-way keeps what it found."""
        return self.check(**{kind: getattr(run, kind) for kind in self.reads})

    def wanted(self) -> Candidates:
        """What could make the rule fire with the parameters that it has: ``candidates``, where they make no difference."""
        return self.candidates

    def canaries(self) -> tuple[Example, ...]:
        """Breaches of the rule with the parameters that it has, for ``agent-compliance canary``: what it plants, the first first.

        The examples, unless parameters can make that none of them breaks the rule, or only one that misses the point.
        """
        return tuple(one for one in self.examples if one.finds or one.unread)

    def searched(self, path: str) -> bool:
        """Whether the patch of a file is searched at all, by its path: a rule that does not read a language need not look."""
        endings = self.candidates.endings
        return not endings or path.lower().endswith(endings)

    def touched(self, changes: ChangeSet) -> Iterator[FileChange]:
        """The changes that ``wanted`` names, by their path or by their patch, before anything is read or parsed."""
        wanted = self.wanted()
        among = frozenset(one.position for one in changes if self.searched(one.path)) if wanted.contains else frozenset()
        hit = {change.position for change in changes.containing(wanted.hints, among)} if wanted.contains else set()
        return (one for one in changes if one.position in hit or (wanted.paths and matches(one.path, wanted.paths)))

    @classmethod
    def title(cls) -> str:
        """The first line of the docstring."""
        return (cls.__doc__ or "").strip().partition("\n")[0]

"""What the code of an endpoint has otherwise than the plan: fields of its bodies, a list for an object, cases of error."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pytest_agentcompliance.parsing.openapi.shapes import plain
from pytest_agentcompliance.parsing.plan import PlanEndpoint, PlanError, PlanShape
from pytest_agentcompliance.parsing.plan.code import EVERYWHERE, Body, Code, spelled
from pytest_agentcompliance.parsing.routes import Route
from pytest_agentcompliance.place import Place

MOST = 30  # cases of error of one endpoint


@dataclass(frozen=True, slots=True)
class Difference:
    """One of them, in words. ``about`` "remark": what is only spelled otherwise, or may well be meant."""

    said: str
    at: Place
    about: Literal["body", "error", "remark"]
    evidence: str


def differences(path: str, endpoint: PlanEndpoint, route: Route, code: Code) -> Iterator[Difference]:
    """What a route has otherwise than an endpoint of the plan at ``path``."""
    called = f"{endpoint.method} {endpoint.path[:200]}"
    if endpoint.request is not None and endpoint.request.fields and (body := code.request(route)) is not None:
        yield from _body(path, (called, "takes"), endpoint.request, body, route)
    if endpoint.response is not None and endpoint.response.fields:
        answer, many = code.response(route)
        if answer is not None and many is not None and many != endpoint.response.many:
            had = "a list" if endpoint.response.many else "an object"
            said = f"{called} answers with {'a list of' if many else 'one'} {answer.where}, and the plan has {had}"
            yield Difference(said, Place(route.at.path, route.at.line), "body", f"list {called}")
        elif answer is not None:
            yield from _body(path, (called, "answers with"), endpoint.response, answer, route)
    for case in endpoint.errors[:MOST]:
        yield from _case(path, called, case, route, code)


def _body(path: str, of: tuple[str, str], planned: PlanShape, body: Body, route: Route) -> Iterator[Difference]:
    """The fields of a body that are not those of the plan: that it lacks, that are spelled otherwise, that it has besides."""
    called, verb = of
    does, takes = f"{called} {verb}", verb == "takes"
    ours = {plain(one): one for one in body.names}
    theirs = {plain(one) for one in planned.names}
    known = [one for one in planned.fields if plain(one.name) in ours]
    at = Place(body.path, body.line)
    where = f"the plan ({path}:{planned.line})"
    if not known:
        if body.closed:
            said = f"{does} {body.where}, which has none of the fields that {where} has"
            yield Difference(said, at, "remark", f"{verb} {called} apart")
        return
    lacking = [
        one.name for one in planned.fields
        if plain(one.name) not in ours and not (takes and (one.optional or one.name in route.parameters)) and body.closed
    ]  # fmt: skip
    if lacking:
        said = f"{does} {_and(lacking[:8])} in {where}, and {body.where} has no such field"
        yield Difference(said, at, "body", f"{verb} {called} {' '.join(lacking)}")
    if spelt := [f"{ours[plain(one.name)]} for {one.name}" for one in known if one.name not in body.names]:
        yield Difference(f"{does} {_and(spelt[:8])} of {where}", at, "remark", f"{verb} {called} {' '.join(spelt)}")
    more = [
        one.name for one in body.fields
        if plain(one.name) not in theirs and not (takes and one.optional) and one.name not in route.parameters
    ]  # fmt: skip
    if more and not planned.partial:
        said = f"{called} {'demands' if takes else verb} {_and(more[:8])}, which {where} does not have"
        yield Difference(said, at, "body" if takes else "remark", f"{verb} {called} +{' '.join(more)}")


def _case(path: str, called: str, case: PlanError, route: Route, code: Code) -> Iterator[Difference]:
    """A listed case of error that the code does not have."""
    if case.status in EVERYWHERE:
        return
    name = f"{case.status or ''} {case.code}".strip()
    at = Place(path, case.line)
    evidence = f"error {called} {name}"
    if case.code and (said_in := code.saying(case.code, route.at.path)):
        if case.status is not None and not said_in & set(code.reached(route)) and not code.fails_with(route, case.status):
            said = f"{called} lists the error {name} in the plan, and nothing that the handler imports leads to {min(said_in)}"
            yield Difference(said, at, "remark", evidence)
    elif case.code and (other := next((one for one in spelled(case.code) if code.saying(one, route.at.path)), "")):
        said = f"{called}: the plan calls an error {case.code}, and the code writes {other}"
        yield Difference(said, at, "remark", evidence)
    elif case.status is not None and code.fails_with(route, case.status):
        if case.code:
            said = f"{called} may answer with {case.status}; nothing in the code says {case.code}"
            yield Difference(said, at, "remark", evidence)
    else:
        where = f"{route.at.path}:{route.at.line}"
        said = (
            f"{called} lists the error {name} in the plan, and nothing in the handler ({where}) or what it imports answers with it"
        )
        yield Difference(said, at, "error" if case.status is not None else "remark", evidence)


def _and(items: Iterable[object]) -> str:
    names = [str(one) for one in items]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

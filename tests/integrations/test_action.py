"""The GitHub action: its steps run as the runner runs them, over real repositories; ``gh`` alone is a program of ours."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import GitRepo, new_repo
from tests.integrations.github_runner import ACTION, ROOT, Expression, Job, Runner, obeyed
from tests.integrations.harness import BROKEN, CODE, KEPT, PAGE
from tests.integrations.test_guides import blocks
from tests.logbook import shop

pytestmark = pytest.mark.walk

SCHEMAS = ROOT / "tests" / "schemas"
SECRET = "ghs_" + "7Rk2mQ9xLz4TnB8vRc3WpY6sHd1J"  # of nobody
PROGRAMS = ("git", "base64", "tr", "od", "sed", "head", "cat", "rm", "mkdir")
FETCH, AUDIT, SARIF, REPORT, COMMENT = (
    "Fetch what the checkout lacks", "Audit", "Hand the findings to code scanning", "Keep the report", "Comment",
)  # fmt: skip
SPY = "#!/bin/sh\nnoted=$(echo \"{name}: $*\" | paste -s; env)\nprintf '%s\\036' \"$noted\" >> '{seen}'\n{then}\n"
GH = '''
import json, os, sys
words, state = sys.argv[1:], json.load(open(os.environ["GH_STATE"]))
assert os.environ["GH_TOKEN"] and os.environ["GH_TOKEN"] not in " ".join(words)
given = {words[at]: words[at + 1] for at in range(len(words) - 1) if words[at].startswith("--")}
place = next(one for one in words if one == "graphql" or one.startswith("repos/"))
state["calls"].append([given.get("--method", "GET"), place, os.environ["GH_HOST"]])
status = state["refuses"] and place != "graphql"
if place == "graphql":
    assert (given["--raw-field"], given["--jq"]) == ("query={viewer{login}}", ".data.viewer.login")
    print(state["me"])
elif status:
    print("gh: Resource not accessible by integration (HTTP 403)", file=sys.stderr)
elif "--method" not in given:
    assert given["--jq"] == '.[] | select(.user.login == env.ME and (.body | startswith(env.MARK))) | .id'
    for number, (who, body) in enumerate(state["comments"]):
        if who == os.environ["ME"] and body.startswith(os.environ["MARK"]):
            print(number)
else:
    name, _, file = given["--field"].partition("=@")
    body = open(file).read()
    assert name == "body" and len(body) <= 65536
    if given["--method"] == "PATCH":
        state["comments"][int(place.rpartition("/")[2])][1] = body
    else:
        state["comments"].append([state["me"], body])
json.dump(state, open(os.environ["GH_STATE"], "w"))
sys.exit(1 if status else 0)
'''


def program(folder: Path, name: str, text: str) -> str:
    """A program of ours."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(text)
    file.chmod(0o755)
    return str(file)


@dataclass
class Hub:
    """A repository on GitHub with its branches and pull requests, and the machine that runs jobs of it."""

    root: Path
    repo: GitRepo
    url: str = ""
    number: int = 0
    inputs: dict[str, str] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def bare(self) -> GitRepo:
        return GitRepo(self.root / "hub.git")

    @property
    def state(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads((self.root / "gh.json").read_text())
        return read

    def told(self, **more: object) -> None:
        """What ``gh`` is to answer from now on."""
        (self.root / "gh.json").write_text(json.dumps({**self.state, **more}))

    def branch(self, name: str, files: Mapping[str, str | bytes | None], start: str = "main") -> str:
        """A branch with one commit, pushed; its id."""
        self.repo.git("checkout", "-q", "-B", name, start)
        made = self.repo.commit(name, files)
        self.repo.git("push", "-q", "--force", "origin", f"HEAD:refs/heads/{name}")
        return made

    def request(
        self, head: str, *, base: str = "", fork: bool = False, target: str = "main", number: int = 0
    ) -> dict[str, Any]:
        """A pull request of this commit, as its event's payload has it; ``base`` is what it goes to as the event names it.

        ``number`` is of one that was there before, and had another head.
        """
        self.number = number or self.number + 1
        self.repo.git("checkout", "-q", "--detach", target)
        self.repo.git("merge", "-q", "--no-ff", "-m", "Merge", head)
        ref = f"refs/pull/{self.number}"
        self.repo.git("push", "-q", "--force", "origin", f"{head}:{ref}/head", f"HEAD:{ref}/merge")
        whose = {"full_name": "stranger/shop" if fork else "owner/shop", "fork": fork}
        return {
            "number": self.number, "repository": {"full_name": "owner/shop", "default_branch": "main"},
            "pull_request": {
                "number": self.number, "head": {"sha": head, "ref": "agent/SHOP-7", "repo": whose},
                "base": {"sha": base or self.repo.git("rev-parse", target), "ref": target, "repo": {"full_name": "owner/shop"}},
            },
        }  # fmt: skip

    def checkout(self, ref: str, depth: int = 1) -> str:
        """A checkout as actions/checkout leaves it; the commit's id."""
        work = GitRepo(self.root / "work")
        shutil.rmtree(work.root, ignore_errors=True)
        work.root.mkdir()
        work.git("init", "-q", "--template=")
        work.git("remote", "add", "origin", self.url)
        work.git("config", "gc.auto", "0")
        local = ref.replace("refs/heads", "refs/remotes/origin").replace("refs/pull", "refs/remotes/pull")
        deep = [f"--depth={depth}"] if depth else []
        work.git("-c", "http.extraheader=" + header(), "fetch", "-q", "--no-tags", *deep, "origin", f"+{ref}:{local}")
        work.git("checkout", "-q", "--force", *(["-B", ref[11:]] if ref.startswith("refs/heads/") else []), local)
        return work.git("rev-parse", "HEAD")

    def run(self, event: str, payload: Mapping[str, Any], *, ref: str = "", depth: int = 1, **github: str) -> Job:
        """The job that the event starts: a checkout, and the action."""
        request = payload.get("pull_request")
        known = {"repository": "owner/shop", "server_url": "https://github.com", "token": SECRET}
        if request:
            ref = ref or f"refs/pull/{request['number']}/merge"
            known |= {"base_ref": request["base"]["ref"], "head_ref": request["head"]["ref"], "ref": ref}
        known |= {"sha": self.checkout(ref or "refs/heads/main", depth), "ref": ref, **github}
        temp = self.root / "temp"
        shutil.rmtree(temp, ignore_errors=True)
        temp.mkdir()
        environ = {
            "PATH": f"{self.root / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOME": str(temp), "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1", "PYTHONDONTWRITEBYTECODE": "1", "GH_STATE": str(self.root / "gh.json"), **self.environ,
        }  # fmt: skip
        return Runner(temp, self.root / "work", environ).run(event, payload, self.inputs, **known)

    @property
    def audit(self) -> dict[str, Any]:
        """What the last job's audit says."""
        folder = self.root / "temp" / "agent-compliance" / "agent-compliance"
        found: dict[str, Any] = json.loads((folder / "audit.json").read_text())
        return found


def header() -> str:
    return "AUTHORIZATION: basic " + b64encode(f"x-access-token:{SECRET}".encode()).decode()


def hub_of(root: Path, repo: GitRepo) -> Hub:
    """A repository on GitHub, pushed to from this one, and a runner that has an agent-compliance already."""
    bare = root / "hub.git"
    repo.git("init", "-q", "--bare", "--initial-branch=main", str(bare))
    GitRepo(bare).git("config", "uploadpack.allowAnySHA1InWant", "true")  # as GitHub has it
    repo.git("remote", "add", "origin", str(bare))
    ours = program(root / "bin", "ours", f'#!/bin/sh\nexec "{sys.executable}" -P -m pytest_agentcompliance "$@"\n')
    program(root / "bin", "gh", f"#!{sys.executable} -I\n{GH}")
    (root / "gh.json").write_text(json.dumps({"me": "github-actions[bot]", "comments": [], "calls": [], "refuses": False}))
    return Hub(root, repo, f"file://{bare}", inputs={"command": ours, "token": SECRET})


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """One whose policy stands on main."""
    repo = new_repo(tmp_path / "author")
    repo.commit("start", shop.START)
    made = hub_of(tmp_path, repo)
    repo.git("push", "-q", "origin", "main")
    return made


@pytest.fixture
def quick(hub: Hub) -> Hub:
    """With an audit that says nothing, where only what comes before it is looked at."""
    hub.inputs["command"] = program(hub.root / "bin", "mute", '#!/bin/sh\necho "agent-compliance: said" >&2\nexit 3\n')
    return hub


def test_a_run_that_broke_its_spec_and_was_mended(hub: Hub) -> None:
    """The request weakens the policy, main has moved on, and the base that the event names is old."""
    old = hub.repo.git("rev-parse", "main")
    weak = shop.START["agent-compliance.yaml"] + "    clauses:\n      C3-03: {off: we may do anything}\n"
    broken = hub.branch("agent/SHOP-7", {**BROKEN, "agent-compliance.yaml": weak})
    hub.repo.git("checkout", "-q", "main")
    hub.repo.commit("somebody else", {"apps/web/other.tsx": "export {}\n"})
    hub.repo.git("push", "-q", "origin", "main")
    hub.told(comments=[["mallory", "<!-- agent-compliance: agent-compliance -->\nall is well"], ["github-actions[bot]", "hello"]])
    job = hub.run("pull_request", hub.request(broken, base=old))
    assert job.failed
    assert job.outputs["verdict"] == "broken"
    assert job.outputs["code"] == "1"
    assert job.steps["Verdict"].failed
    assert [name for name, step in job.steps.items() if not step.ran] == []
    assert hub.audit["head"] == broken
    assert hub.audit["merge_base"] == old
    assert hub.audit["policy"]["reviewed"] is True
    [scope] = [one for one in hub.audit["verdicts"] if one["rule"] == "scope/allowed-paths"]
    assert scope["outcome"] == "broken", "what the request says of the policy counts for nothing"
    told = [one for one in job.annotations if one.name == "error"]
    assert [one for one in told if one.properties.get("file") == PAGE]
    assert {one.name for one in job.annotations} <= {"error", "warning", "notice"}
    assert "C3-03" in job.summary
    assert job.steps[SARIF].given["sha"] == broken
    assert job.steps[SARIF].given["ref"] == "refs/pull/1/head"
    assert json.loads(Path(job.steps[SARIF].given["sarif_file"]).read_text())["version"] == "2.1.0"
    assert [Path(one).suffix for one in job.steps[REPORT].given["path"].split()] == [".html", ".json"]
    assert all(Path(one).is_file() for one in job.steps[REPORT].given["path"].split())
    theirs, other, ours = hub.state["comments"]
    assert (theirs[1].endswith("all is well"), other[1]) == (True, "hello")
    assert ours[0] == "github-actions[bot]"
    assert ours[1].startswith("<!-- agent-compliance: agent-compliance -->\n## ❌")
    assert "C3-03" in ours[1]

    kept = hub.branch("agent/SHOP-7", KEPT, old)
    job = hub.run("pull_request", hub.request(kept, base=old, number=1))
    assert not job.failed, job.log
    assert job.outputs["verdict"] == "kept"
    assert not [one for one in job.annotations if one.name == "error"]
    assert [one[0] for one in hub.state["comments"]] == ["mallory", "github-actions[bot]", "github-actions[bot]"]
    theirs, other, ours = hub.state["comments"]
    assert (theirs[1].endswith("all is well"), other[1]) == (True, "hello")
    assert ours[1].startswith("<!-- agent-compliance: agent-compliance -->\n## ✅")


def test_a_fork_is_judged_and_needs_no_right_to_write(hub: Hub) -> None:
    job = hub.run("pull_request", hub.request(hub.branch("stranger", BROKEN), fork=True))
    assert job.failed
    assert job.outputs["verdict"] == "broken"
    assert [one for one in job.annotations if one.properties.get("file") == PAGE]
    assert "C3-03" in job.summary
    assert {name for name, step in job.steps.items() if not step.ran} == {SARIF, COMMENT}
    assert job.steps[REPORT].ran
    assert hub.state["calls"] == []


def test_of_a_fork_that_is_gone_nothing_is_believed(quick: Hub) -> None:
    payload = quick.request(quick.branch("stranger", KEPT), fork=True)
    payload["pull_request"]["head"]["repo"] = None
    assert {name for name, step in quick.run("pull_request", payload).steps.items() if not step.ran} == {SARIF, REPORT, COMMENT}


def test_a_repository_that_is_a_fork_itself_gets_its_comment(quick: Hub) -> None:
    payload = quick.request(quick.branch("agent/SHOP-7", KEPT))
    payload["pull_request"]["head"]["repo"]["fork"] = True
    assert quick.run("pull_request", payload).steps[COMMENT].ran


def test_the_workflow_of_base_judges_without_a_checkout_of_the_head(hub: Hub) -> None:
    """``pull_request_target``: the tree of main lies there; of the head there are objects, and not one file."""
    head = hub.branch("stranger", BROKEN)
    job = hub.run("pull_request_target", hub.request(head, fork=True), ref="refs/heads/main")
    assert job.outputs["verdict"] == "broken"
    assert hub.audit["head"] == head
    assert not (hub.root / "work" / PAGE).exists()
    assert [one for one in job.annotations if one.properties.get("file") == PAGE]
    assert job.steps[SARIF].given == {
        **job.steps[SARIF].given, "ref": f"refs/pull/{hub.number}/head", "sha": head,
    }  # fmt: skip
    assert len(hub.state["comments"]) == 1


def test_nothing_of_the_tree_is_obeyed(hub: Hub) -> None:
    """Paths and contents that are commands, outputs, Markdown; in a log that says so too."""
    names = (
        "::error file=x::pwned.tsx", "::set-env name=A::b.tsx", "##[set-env name=A;]b.tsx", "a\n::add-mask::b\nverdict=kept.tsx",
        "a\r::stop-commands::x.tsx", "@everyone <script>alert(1)</script>.tsx", "\x1b[31mred\u202egnp.tsx",
    )  # fmt: skip
    files = {f"apps/web/{name}": "export const any: any = 1 // TODO ::error::content\n" for name in names}
    log = KEPT[shop.LOG].replace("- Summary of changes: ", "- Summary of changes: ::error::log ##[error]log ")
    job = hub.run("pull_request", hub.request(hub.branch("agent/SHOP-7", {**CODE, shop.LOG: log, **files})))
    assert job.outputs["verdict"] == "broken"
    assert {one.name for one in job.annotations} <= {"error", "warning", "notice"}
    assert {one.properties["title"].split(" ")[0][:3] for one in job.annotations} <= {"C3-", "IN-", "age"}
    assert all(one.properties.keys() <= {"file", "line", "title"} for one in job.annotations)
    assert "pwned.tsx" in job.steps[AUDIT].log, "what is shown is the audited names"
    assert set(job.steps[AUDIT].outputs) == {"code", "verdict", "json", "sarif", "report", "comment"}
    [[_, body]] = hub.state["comments"]
    for text in (job.summary, body):
        assert "<script" not in re.sub(r"`[^`\n]*`", "", text), "as code it is inert"
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_whatever_the_audit_prints_is_not_obeyed(hub: Hub) -> None:
    """On both streams, and where its last line has no end."""
    lines = "##[set-env name=A;]b\\n::add-mask::c\\n::add-path::d"
    hub.inputs["command"] = program(hub.root / "bin", "loud", f"#!/bin/sh\nprintf '{lines}'\nprintf '{lines}' >&2\nexit 1\n")
    job = hub.run("pull_request", hub.request(hub.branch("agent/SHOP-7", KEPT)))
    assert [one.data for one in job.annotations] == ["there is no verdict; the log of this step says why"]
    assert job.steps[AUDIT].log.count("add-mask") == 2


def test_the_runner_would_have_obeyed() -> None:
    """What the test above looks for is seen where nothing keeps it back."""
    text = "a ##[set-env name=A;]b\n  ::error file=x,line=1::no%0Away\n::stop-commands::w\n::error::\n##[error]\n::w::\n::debug::on"
    assert [(one.name, one.data) for one in obeyed(text)] == [("set-env", "b"), ("error", "no\nway"), ("debug", "on")]


def test_no_policy_is_no_verdict(hub: Hub) -> None:
    """And a comment that said otherwise says so no more."""
    hub.told(comments=[["github-actions[bot]", "<!-- agent-compliance: agent-compliance -->\n## ✅ kept"]])
    hub.repo.commit("no policy", {"agent-compliance.yaml": None})
    hub.repo.git("push", "-q", "origin", "main")
    job = hub.run("pull_request", hub.request(hub.branch("agent/SHOP-7", KEPT)))
    assert job.failed
    assert (job.outputs["verdict"], job.outputs["code"]) == ("error", "2")
    assert [one.data for one in job.annotations] == ["there is no verdict; the log of this step says why"]
    assert "agent-compliance init" in job.steps[AUDIT].log
    assert "agent-compliance init" in job.summary
    [[_, body]] = hub.state["comments"]
    assert body.startswith("<!-- agent-compliance: agent-compliance -->\n## ❔")
    assert "agent-compliance init" in body
    assert not job.steps[SARIF].ran
    assert not job.steps[REPORT].ran


def test_what_shares_nothing_with_main_is_undecided(hub: Hub) -> None:
    hub.repo.git("checkout", "-q", "--orphan", "alone")
    alone = hub.repo.commit("alone", KEPT)
    hub.repo.git("push", "-q", "origin", "HEAD:refs/heads/alone")
    payload = {"repository": {"default_branch": "main"}, "before": "0" * 40}
    job = hub.run("push", payload, ref="refs/heads/alone")
    assert job.failed
    assert (job.outputs["verdict"], job.outputs["code"]) == ("undecided", "3")
    assert job.steps[FETCH].outputs["head"] == alone
    assert "no merge base" in job.summary


def test_an_audit_that_says_nothing_is_no_pass(hub: Hub) -> None:
    hub.inputs["command"] = "true"
    job = hub.run("pull_request", hub.request(hub.branch("agent/SHOP-7", KEPT)))
    assert job.failed
    assert job.outputs["verdict"] == "undecided"


def test_severity_and_options_are_handed_on(hub: Hub) -> None:
    record = hub.root / "words"
    hub.inputs["command"] = program(hub.root / "bin", "words", f'#!/bin/sh\nprintf "%s\\n" "$@" > {record}\nexit 1\n')
    hub.inputs |= {"fail-on": "warning", "profile": "integrity", "policy": "p.yaml", "options": "--verbose\n\n  --log=a b\n"}
    hub.run("pull_request", hub.request(hub.branch("agent/SHOP-7", KEPT)))
    words = record.read_text().splitlines()
    assert words[:5] == ["audit", "--repo", ".", "--fail-on", "warning"]
    assert [words[words.index(one) + 1] for one in ("--profile", "--policy")] == ["integrity", "p.yaml"]
    assert "--verbose" in words
    assert "--log=a b" in words


def test_each_event_says_where_the_run_started(quick: Hub) -> None:
    first = quick.repo.git("rev-parse", "main")
    head = quick.branch("agent/SHOP-7", KEPT)
    second = quick.branch("main", {"a.txt": "1"}, "main")
    main = {"repository": {"default_branch": "main"}}

    def ends(event: str, payload: Mapping[str, Any], **more: Any) -> tuple[str, str]:
        found = quick.run(event, {**main, **payload}, **more).steps[FETCH].outputs
        return found["base"], found["head"]

    assert ends("push", {"before": "0" * 40}, ref="refs/heads/agent/SHOP-7") == (second, head)
    assert ends("push", {"before": first}, ref="refs/heads/main") == (first, second)
    assert ends("workflow_dispatch", {}, ref="refs/heads/agent/SHOP-7") == (second, head)
    assert ends("workflow_dispatch", {}, ref="refs/heads/main") == ("", second)
    assert ends("merge_group", {"merge_group": {"base_sha": first}}, ref="refs/heads/agent/SHOP-7") == (first, head)
    for given in (first, "old"):
        quick.repo.git("push", "-q", "--force", "origin", f"{first}:refs/heads/old")
        quick.inputs["base"] = given
        assert ends("push", {"before": "0" * 40}, ref="refs/heads/agent/SHOP-7") == (first, head)
    quick.inputs |= {"base": "HEAD~1", "head": "agent/SHOP-7"}
    assert ends("push", {"before": first}, ref="refs/heads/main") == (first, head)
    quick.inputs["base"] = "--upload-pack=touch pwned;"
    job = quick.run("push", {**main, "before": first}, ref="refs/heads/main")
    assert job.steps[FETCH].failed
    assert [one.data for one in job.annotations] == ["the input 'base' names neither a commit nor a branch of the repository"]
    assert not list(quick.root.rglob("pwned*"))
    assert not job.steps[AUDIT].ran


def test_a_request_is_held_to_what_its_target_is_now(quick: Hub) -> None:
    """The event's base may be older; of a request that is merged it is the one; a merge into another branch says nothing."""
    old = quick.repo.git("rev-parse", "main")
    new = quick.branch("main", {"a.txt": "1"}, "main")
    head = quick.branch("agent/SHOP-7", KEPT, "main")
    assert quick.run("pull_request", quick.request(head, base=old)).steps[FETCH].outputs == {"base": new, "head": head}
    lure = quick.branch("lure", {PAGE: "export {}\n"}, "main")
    last = quick.branch("agent/SHOP-8", KEPT, lure)
    payload = quick.request(last, target="lure")
    payload["pull_request"]["base"] = {"sha": old, "ref": "main"}
    assert quick.run("pull_request", payload).steps[FETCH].outputs == {"base": new, "head": last}
    payload = quick.request(head, base=old)
    quick.repo.git("push", "-q", "origin", f"refs/heads/{'agent/SHOP-7'}:refs/heads/main")
    assert quick.run("pull_request", payload).steps[FETCH].outputs == {"base": old, "head": head}


def test_a_checkout_with_all_history_is_left_as_it_is(quick: Hub) -> None:
    head = quick.branch("agent/SHOP-7", KEPT)
    job = quick.run("pull_request", quick.request(head), depth=0)
    assert job.steps[FETCH].outputs == {"base": quick.repo.git("rev-parse", "main"), "head": head}


def test_without_a_checkout_it_says_what_is_missing(quick: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = quick.request(quick.branch("agent/SHOP-7", KEPT))
    def nothing(hub: Hub, *_: object) -> str:
        (hub.root / "work").mkdir()
        return ""

    monkeypatch.setattr(Hub, "checkout", nothing)
    quick.environ["GIT_CEILING_DIRECTORIES"] = str(quick.root)
    job = quick.run("pull_request", payload)
    assert [one.data for one in job.annotations] == ["there is no repository in 'path'; use actions/checkout before this action"]
    assert not job.steps[AUDIT].ran
    assert job.failed


class Smart(BaseHTTPRequestHandler):
    """A server of git that lets nobody in who does not say the token, in one header."""

    root: Path

    def do_GET(self) -> None:
        said = self.headers.get_all("Authorization") or []
        if [one.lower() for one in said] != [header().partition(": ")[2].lower()]:
            self.send_response(401)
            self.send_header("WWW-Authenticate", "Basic")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        known = {
            "GIT_PROJECT_ROOT": str(self.root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
            "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""), "PATH": os.environ["PATH"],
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }  # fmt: skip
        done = subprocess.run(["git", "http-backend"], input=body, env=known, capture_output=True, check=True).stdout
        head, _, rest = done.partition(b"\r\n\r\n")
        self.send_response(200)
        for line in head.decode().splitlines():
            self.send_header(*line.split(": ", 1))
        self.end_headers()
        self.wfile.write(rest)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def private(hub: Hub) -> Iterator[Hub]:
    """The repository behind a server that asks for the token; each program that a step starts is written down."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Ours", (Smart,), {"root": hub.root}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}/hub.git"
    for name in PROGRAMS:
        real = shutil.which(name)
        program(hub.root / "bin", name, SPY.format(seen=hub.root / "seen", name=name, then=f'exec {real} "$@"'))
    program(hub.root / "bin", "ours", SPY.format(seen=hub.root / "seen", name="audit", then="exit 3"))
    yield hub
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("kept", [False, True], ids=["asked-for", "kept-by-the-checkout"])
def test_the_token_fetches_and_nobody_else_has_it(private: Hub, kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    head = private.branch("agent/SHOP-7", KEPT)
    payload = private.request(head)
    server = private.url.removesuffix("/hub.git")
    if kept:  # as persist-credentials of actions/checkout leaves it
        plain = Hub.checkout

        def keeping(hub: Hub, ref: str, depth: int = 1) -> str:
            made = plain(hub, ref, depth)
            GitRepo(hub.root / "work").git("config", f"http.{server}/.extraheader", header())
            return made

        monkeypatch.setattr(Hub, "checkout", keeping)
    other = SECRET[::-1]  # the job has some in its environment, as some jobs do
    private.environ |= {"GITHUB_TOKEN": other, "DEPLOY_KEY": other, "NPM_TOKEN": other}
    job = private.run("pull_request", payload, server_url=server)
    assert job.steps[FETCH].outputs == {"base": private.repo.git("rev-parse", "main"), "head": head}, job.log
    assert job.steps[COMMENT].ran
    seen = (private.root / "seen").read_text().split("\x1e")
    basic = header().rpartition(" ")[2]
    assert not [one for one in seen if SECRET in one]
    having = [one.partition("\n") for one in seen if basic in one]
    assert bool(having) is not kept
    assert all(basic not in words and words.startswith("git: ") and " fetch " in words for words, _, _ in having)
    [audit] = [one for one in seen if one.startswith("audit: ")]
    assert other not in audit
    assert SECRET not in job.log
    assert basic not in job.log
    left = [file for folder in ("work", "temp") for file in (private.root / folder).rglob("*") if file.is_file()]
    found = [file for file in left if SECRET.encode() in (text := file.read_bytes()) or basic.encode() in text]
    assert [file.name for file in found] == (["config"] if kept else [])


def test_a_comment_that_may_not_be_written_is_a_warning(quick: Hub) -> None:
    payload = quick.request(quick.branch("agent/SHOP-7", KEPT))
    quick.told(refuses=True)
    job = quick.run("pull_request", payload)
    assert job.steps[COMMENT].commands[-1].name == "warning"
    assert "pull-requests: write" in job.steps[COMMENT].commands[-1].data
    quick.told(refuses=False, calls=[])
    quick.inputs["name"] = "web"
    quick.run("pull_request", payload, server_url="https://git.example.org")
    assert {one[2] for one in quick.state["calls"]} == {"git.example.org"}
    assert quick.state["comments"][0][1].startswith("<!-- agent-compliance: web -->\n")


@pytest.mark.parametrize("name", ["..", "web --> $(id)\nb"])
def test_a_name_that_is_more_than_a_name_is_refused(name: str, quick: Hub) -> None:
    quick.inputs["name"] = name
    job = quick.run("push", {"repository": {"default_branch": "main"}})
    assert job.steps[AUDIT].failed
    assert ["the input 'name'" in one.data for one in job.annotations] == [True]


def test_it_installs_its_own_version_whatever_lies_in_the_checkout(tmp_path: Path) -> None:
    """A Python that notes down what is asked of it; the package itself is built and installed in test_wheel.py."""
    temp, work, calls = tmp_path / "temp", tmp_path / "work", tmp_path / "calls"
    temp.mkdir()
    work.mkdir()
    noting = f'printf "%s\\n" "$PWD" "$*" >> {calls}\n'
    made = f"mkdir -p {temp}/agent-compliance-venv/bin && cp {tmp_path}/bin/pip {temp}/agent-compliance-venv/bin/python"
    program(tmp_path / "bin", "pip", f"#!/bin/sh\n{noting}")
    python = program(tmp_path / "bin", "python3", f'#!/bin/sh\n{noting}case "$*" in *venv*) {made};; esac\n')
    output = temp / "output"
    environ = {
        "PATH": os.environ["PATH"], "RUNNER_TEMP": str(temp), "GITHUB_OUTPUT": str(output), "GITHUB_ACTION_PATH": "/the/action",
        "PYTHON": python,
    }  # fmt: skip
    subprocess.run(["bash", str(ROOT / "action" / "install.sh")], cwd=work, env=environ, check=True)
    assert output.read_text() == f"command={temp}/agent-compliance-venv/bin/agent-compliance\n"
    lines = calls.read_text().splitlines()
    assert set(lines[::2]) == {str(temp)}, "no module is looked for in the checkout"
    assert all(one.startswith("-I ") for one in lines[1::2]), "nor where PYTHONPATH says"
    assert lines[-1].endswith(" --constraint /the/action/action/constraints.txt /the/action")


def test_all_that_is_installed_beside_is_pinned() -> None:
    """What the package needs, and what that needs in turn; each pin is one that the package can use."""
    lines = (ROOT / "action" / "constraints.txt").read_text().splitlines()
    pins = {canonicalize_name(name): version for name, _, version in (one.partition("==") for one in lines if one[0] != "#")}
    waiting = [*tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]]
    needed: set[str] = set()
    while waiting:
        asked = Requirement(waiting.pop())
        if asked.marker is not None and not asked.marker.evaluate({"extra": ""}):
            continue
        name = canonicalize_name(asked.name)
        assert asked.specifier.contains(pins[name]), asked
        if name not in needed:
            needed.add(name)
            waiting += distribution(name).requires or []
    assert needed <= pins.keys()


@pytest.mark.parametrize(
    ("given", "said"), [({"PYTHON": "/bin/false"}, "Python 3.11 or newer"), ({"GIVEN": "no-such-program"}, "names no program")]
)
def test_what_cannot_be_installed_is_said(given: dict[str, str], said: str, tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "out"), **given}
    script = ["bash", str(ROOT / "action" / "install.sh")]
    done = subprocess.run(script, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert [said in one.data for one in obeyed(done.stdout)] == [True]


def test_expressions_are_those_of_github() -> None:
    """Where null, a string without its case and an object stand."""
    contexts = {"github": {"event": {"pull_request": {"number": 7}}, "repository": "Owner/Shop"}}
    for text, value in {
        "github.event.pull_request && format('{0}', github.event.pull_request.number) || 'x'": "7",
        "github.event.none.at.all || github.repository": "Owner/Shop",
        "github.repository == 'owner/shop'": True,
        "github.none == github.repository": False,
        "github.none != ''": False,
        "!github.event.none && 'it''s'": "it's",
        "(github.none || 'a') == 'a' && 0": 0,
    }.items():
        assert Expression(text, contexts).value() == value, text


def test_steps_run_no_text_of_an_expression_and_pin_what_they_use() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        if "uses" in step:
            assert len(step["uses"].partition("@")[2]) == 40
            assert step["continue-on-error"] is True


def schema(name: str) -> Draft7Validator:
    return Draft7Validator(json.loads((SCHEMAS / name).read_text("utf-8")))


def test_the_action_and_the_workflows_of_the_guide_are_valid() -> None:
    schema("github-action.json").validate(ACTION)
    examples = [yaml.safe_load(text) for text in blocks("github.md", "yaml") if "\njobs:" in text]
    assert len(examples) == 2
    for one in examples:
        one["on"] = one.pop(True)  # YAML 1.1 takes the word for a truth
        schema("github-workflow.json").validate(one)
        [job] = one["jobs"].values()
        [ours] = [step for step in job["steps"] if "pytest-agentcompliance" in step["uses"]]
        assert ours.get("with", {}).keys() <= ACTION["inputs"].keys()
        rights = {"contents": "read", "pull-requests": "write", "security-events": "write", "actions": "read"}
        assert (one["permissions"], job["permissions"]) == ({}, rights)


def test_the_guide_names_each_input_and_output() -> None:
    _, _, text = (ROOT / "docs" / "guides" / "github.md").read_text("utf-8").partition("\n## Inputs\n")
    text = text.partition("\n## ")[0]
    rows = [line.split("|")[1].strip().strip("`") for line in text.splitlines() if line.startswith("| `")]
    assert rows == [*ACTION["inputs"], *ACTION["outputs"]]

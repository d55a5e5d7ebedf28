"""scope/forbidden-paths over real commits: paths that look alike, manifests of several documents, what is allowed."""

from typing import Any

import pytest

from pytest_agentcompliance.rulebook.scope.forbidden_paths import ForbiddenPaths
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo

Files = dict[str, str | bytes | None]


def told(repo: GitRepo, before: Files, after: Files, **given: Any) -> list[str]:
    base = repo.commit("base", before)
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), ForbiddenPaths.reads, Wanted())
        return [f"{one.at}: {one.message}" for one in ForbiddenPaths(**given).findings_in(run)]


def test_message_names_category_glob_and_what_was_done(repo: GitRepo) -> None:
    assert told(repo, {"infra/main.tf": "a\n"}, {"infra/main.tf": "b\n", "my_mobile/a.dart": "1\n"}) == [
        "infra/main.tf: an infrastructure file (*.tf) was changed", "my_mobile/a.dart: a mobile app file (*.dart) was added",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "ios/App/A.swift", "apps/shop/android/app/build.gradle", "android/app/src/main/java/A.kt", "expo/ios/A.m", "lib/main.dart",
        "deploy/k8s/a.yml", "charts/api/templates/a.yaml", "helm/api/values.yaml", "infra/cdk/stack.ts", "ansible/a.yml",
        "a.tfvars",
        "Pulumi.prod.yaml", "TERRAFORM/main.txt", "terraf\u043erm/a.txt",
    ],
)  # fmt: skip
def test_path_is_out_of_scope(repo: GitRepo, path: str) -> None:
    assert len(told(repo, {}, {path: "x\n"})) == 1


@pytest.mark.parametrize(
    "path",
    [
        "src/infrastructure/a.ts", "src/ios.ts", "src/kubernetes/client.py",
        "docker-compose.yml", "Dockerfile", ".github/workflows/ci.yml", "docs/infra/main.tf", "tests/fixtures/main.tf",
        "helpers/macos/A.swift", "src/mobile/push.ts", "packages/infrastructure/skills/helm/values.yaml",
    ],
)  # fmt: skip
def test_path_is_in_scope(repo: GitRepo, path: str) -> None:
    assert told(repo, {}, {path: "x\n"}) == []


def test_manifest_among_several_documents_is_found_at_its_kind(repo: GitRepo) -> None:
    text = "apiVersion: agent/v1\nkind: Agent\n---\napiVersion: batch/v1\nmetadata: {}\nkind: CronJob\n"
    assert told(repo, {}, {"ops/a.yaml": text}) == ["ops/a.yaml:6: a manifest of Kubernetes is infrastructure: kind: CronJob"]


def test_version_and_kind_of_two_documents_make_no_manifest(repo: GitRepo) -> None:
    assert told(repo, {}, {"ops/a.yaml": "apiVersion: v1\n---\nkind: Service\n"}) == []


def test_type_of_a_parameter_makes_no_resource(repo: GitRepo) -> None:
    text = "Parameters:\n  Vpc:\n    Type: AWS::EC2::VPC::Id\nResources:\n  A:\n    Type: AWS::SQS::Queue\n"
    assert told(repo, {}, {"a.yml": text}) == ["a.yml:6: a resource of CloudFormation is infrastructure: Type: AWS::SQS::Queue"]
    assert told(repo, {}, {"b.yml": text}, contents=False) == []


def test_what_the_task_allows_is_kept_alone(repo: GitRepo) -> None:
    after: Files = {"infra/a.tf": "x\n", "infra/b.tf": "x\n"}
    assert [one.partition(":")[0] for one in told(repo, {}, after, allow=["infra/a.tf"])] == ["infra/b.tf"]


@pytest.mark.parametrize("data", [b"\0AWS::", b"\xff\xfeapiVersion:", b"apiVersion: v1\n" * 5000, b"Type: AWS::" * 5000])
def test_odd_contents_stop_nothing(repo: GitRepo, data: bytes) -> None:
    assert told(repo, {}, {"a.yaml": data}) == []

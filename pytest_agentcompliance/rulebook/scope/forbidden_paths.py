"""scope/forbidden-paths: no mobile app and no infrastructure is worked on."""

import re
from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.lookalikes.paths import disguised
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

MOBILE, INFRASTRUCTURE = "mobile app", "infrastructure"
CATEGORIES = {
    MOBILE: [
        "ios/**", "android/**", "mobile/**", "mobile-*/**", "*[-_]mobile/**", "apps/ios/**", "apps/android/**", "apps/mobile/**",
        "apps/*-mobile/**", "apps/mobile-*/**", "packages/mobile/**", "packages/*-mobile/**", "*/ios/**", "*/android/**",
        "apps/*/ios/**", "apps/*/android/**", "packages/*/ios/**", "packages/*/android/**", "**/AndroidManifest.xml",
        "**/*.xcodeproj/**", "**/*.xcworkspace/**", "**/Podfile", "**/Podfile.lock", "*.storyboard", "*.xib", "*.dart",
        "pubspec.yaml", "pubspec.lock", "eas.json", "metro.config.js", "metro.config.cjs",
    ],
    INFRASTRUCTURE: [
        "*.tf", "*.tfvars", "*.tf.json", "*.tofu", "*.hcl", "!.tflint.hcl", "terraform/**", "*.bicep", "*.nomad", "*.pkr.hcl",
        "Pulumi.yaml", "Pulumi.*.yaml", "cdk.json", "**/cdk/**", "sst.config.ts", "**/cloudformation/**", "**/ansible/**",
        "**/k8s/**/*.yaml", "**/k8s/**/*.yml", "**/kubernetes/**/*.yaml", "**/kubernetes/**/*.yml", "**/helm/**/*.yaml",
        "**/helm/**/*.tpl", "**/charts/**/*.yaml", "**/charts/**/*.tpl", "Chart.yaml", "helmfile.yaml", "kustomization.yaml",
        "kustomization.yml", "skaffold.yaml", "**/argocd/**/*.yaml", "Vagrantfile",
    ],
}  # fmt: skip
EXEMPT = [
    "docs/**", "*.md", "**/skills/**", ".claude/**", "**/examples/**", "**/example/**", "**/fixtures/**", "**/__fixtures__/**",
    "**/testdata/**", "**/tests/**", "**/__tests__/**", "**/node_modules/**", "**/vendor/**",
]  # fmt: skip
_YAML = (".yaml", ".yml", ".json", ".template")
_LONGEST = 1_000_000  # characters of a file that are looked into
_KINDS = (
    "Deployment|StatefulSet|DaemonSet|ReplicaSet|Pod|Service|Ingress|IngressRoute|ConfigMap|Secret|SealedSecret|ExternalSecret"
    "|Namespace|Job|CronJob|ServiceAccount|Role|RoleBinding|ClusterRole|ClusterRoleBinding|PersistentVolume|PersistentVolumeClaim|StorageClass"
    "|HorizontalPodAutoscaler|PodDisruptionBudget|NetworkPolicy|CustomResourceDefinition|ServiceMonitor|PodMonitor|PrometheusRule"
    "|Application|ApplicationSet|AppProject|HelmRelease|Kustomization|Gateway|HTTPRoute|VirtualService|Certificate|ClusterIssuer|Issuer"
)
_VERSION = re.compile(
    r"^apiVersion:[ \t]*[\"']?(?:v1|(?:apps|batch|autoscaling|policy|extensions)/v\d\w{0,10}"
    r"|[\w-]{1,60}(?:\.[\w-]{1,60}){1,5}/v\d\w{0,10})\b"
)
_KIND = re.compile(rf"^kind:[ \t]*[\"']?(?:{_KINDS})\b")
# What a template of CloudFormation makes; functions of a serverless application are what a backend is made of.
_RESOURCE = re.compile(
    r"^[ \t]*[\"']?Type[\"']?[ \t]*:[ \t]*[\"']?AWS::(?!Serverless::(?:Function|Api|HttpApi)\b)\w{1,60}::\w{1,60}(?![\w:])"
)
_CONTENT = "a manifest of Kubernetes", "a resource of CloudFormation"


class ForbiddenPaths(Rule):
    """No mobile app and no infrastructure is worked on: by path and by content.

    Why: what provisions machines, and what ships through an app store, cannot be taken back with the next commit. Both have
    owners of their own, whose checks a backend run does not make.

    A file under one of the globs that is added, changed, deleted or moved is reported, and so is one whose path only looks
    like it, in other case or with look-alike letters. In YAML and JSON elsewhere, manifests of Kubernetes and resources of
    CloudFormation are reported where head has them and base had none. Dockerfiles, compose files and the workflows of a CI are
    no infrastructure here. The frontend is looked for by scope/frontend-files.

    Blind spots: programs that provision through a cloud's SDK; shell scripts that do; infrastructure as code in a
    general language outside of the usual folders.
    """

    categories: dict[str, list[str]] = Field(
        default=CATEGORIES, description="Globs by category; a later !glob of a category takes files out of it again."
    )
    allow: list[str] = Field(default=[], description="Globs of files that the task may change all the same.")
    exempt: list[str] = Field(
        default=EXEMPT, description="Globs of files that only show such things: documentation, examples, fixtures of tests."
    )
    contents: bool = Field(default=True, description="Whether YAML and JSON are looked into for what provisions something.")

    candidates: ClassVar[Candidates] = Candidates(endings=_YAML, contains=(rb"apiVersion:", rb"AWS::"))
    remedy: ClassVar[Remedy] = Remedy(
        "revert", "Take the change of this file back; it has its own agent. If the task needs it, stop and report the conflict."
    )
    examples = (
        Example(
            "Mobile apps and infrastructure are reported by their paths.",
            after={
                "android/app/build.gradle": "x\n", "apps/mobile/src/main.ts": "1\n", "infra/main.tf": "x {}\n",
                "deploy/k8s/api.yaml": "a: 1\n", "src/api.py": "a = 1\n",
            },
            finds=("android/app/build.gradle", "apps/mobile/src/main.ts", "deploy/k8s/api.yaml", "infra/main.tf"),
        ),
        Example(
            "Manifests of Kubernetes and resources of CloudFormation are reported wherever they lie.",
            after={
                "ops/api.yaml": "# the api\napiVersion: apps/v1\nkind: Deployment\n",
                "template.yml": "Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n",
            },
            finds=("ops/api.yaml:3", "template.yml:3"),
        ),
        Example(
            "A file that was deleted or moved away is reported, and so is one whose path only looks like it.",
            before={"terraform/main.txt": "x\n", "ios/A.m": "a\n"}, after={"lib/A.m": "a\n", "Terraform/b.txt": "x\n"},
            finds=("Terraform/b.txt", "ios/A.m", "lib/A.m", "terraform/main.txt"),
        ),
        Example(
            "What the task allows is kept.",
            given={"allow": ["infra/queue.tf"]}, after={"infra/queue.tf": "x {}\n"},
        ),
        Example("Backend code, compose files, Dockerfiles, workflows and functions of a serverless application are kept.", after={
            "src/infrastructure/store.py": "a = 1\n", "src/kubernetes/client.py": "kind = 'Pod'\n", "Dockerfile": "FROM node:22\n",
            "docker-compose.yml": "services: {}\n", ".github/workflows/ci.yml": "on: push\n",
            "template.yaml": "Resources:\n  Api:\n    Type: AWS::Serverless::Function\n",
            "agents/a.yaml": "apiVersion: v1\nkind: Agent\n",
        }),
        Example(
            "Documentation, examples and fixtures are kept, and what base had already.",
            before={"ops/api.yaml": "apiVersion: v1\nkind: Service\n"},
            after={
                "ops/api.yaml": "apiVersion: v1\nkind: Service\n# apiVersion: v1\n", "docs/main.tf": "x {}\n",
                "tests/fixtures/a.yaml": "apiVersion: v1\nkind: Pod\n",
            },
        ),
    )  # fmt: skip

    def canaries(self) -> tuple[Example, ...]:
        from pytest_agentcompliance.parsing.glob_paths import path_in  # start-up time: only a canary asks

        found = []
        for name, globs in self.categories.items():
            path = path_in(globs)
            if path and not matches(path, [*self.exempt, *self.allow]):
                found.append(Example(f"A file of the category {name}.", after={path: "x\n"}, finds=(path,)))
        return tuple(found)

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        plain: set[int] = set()
        for change in changes:
            if self._is_allowed(change.path):
                continue
            if reason := self._by_path(change):
                yield Finding(reason, Place(change.path), evidence=reason)
            elif change.is_text and change.path.lower().endswith(_YAML):
                plain.add(change.position)
        if not self.contents or not plain:
            return
        for change in changes.readable(one for one in self.touched(changes) if one.position in plain):
            had = {what for _, what, _ in _provided(_text(change.before))}
            found = next((one for one in _provided(_text(change.after)) if one[1] not in had), None)
            if found:
                line, what, said = found
                yield Finding(f"{what} is infrastructure: {said}", Place(change.path, line), evidence=said)

    def _is_allowed(self, path: str) -> bool:
        return matches(path, self.exempt) or bool(self.allow and matches(path, self.allow))

    def _by_path(self, change: FileChange) -> str:
        """What makes a file one that is out of scope; empty where nothing of its path does."""
        for name, globs in self.categories.items():
            if glob := self._glob(change.path, globs):
                done = {"deleted": "deleted", "added": "added"}.get(change.kind, "changed")
                moved = f", moved to {change.renamed_to}" if change.renamed_to else ""
                return f"{_a(name)} file ({glob}) was {done}{moved}"
            if change.renamed_from and self._glob(change.renamed_from, globs) and not self._is_allowed(change.renamed_from):
                return f"{_a(name)} file was moved here, from {change.renamed_from}"
        return ""

    def _glob(self, path: str, globs: list[str]) -> str:
        if matches(path, globs):
            return next((glob for glob in reversed(globs) if not glob.startswith("!") and matches(path, [glob])), "")
        return disguised(path, globs)


def _a(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _text(side: Content | None) -> str:
    return side.text() if side is not None and is_file(side.mode) else ""


def _provided(text: str) -> Iterator[tuple[int, str, str]]:
    """What a file provisions: the line, what it is, and its words. A manifest has a version and a kind that belong together."""
    versioned = False
    for number, line in enumerate(text[:_LONGEST].split("\n"), 1):
        row = line[:300].rstrip("\r")
        if row.startswith("---"):
            versioned = False
        elif _VERSION.match(row):
            versioned = True
        elif versioned and _KIND.match(row):
            yield number, _CONTENT[0], row.strip()
        elif _RESOURCE.match(row):
            yield number, _CONTENT[1], row.strip()

"""What can go wrong that is not a finding. Each text is shown to the user as it stands."""


class AgentComplianceError(Exception):
    """The audit could not be made, or one part of it could not."""


class UsageError(AgentComplianceError):
    """What was asked for cannot be done as asked: exit code 2."""


class PolicyError(UsageError):
    """A policy, a profile or a rule's parameter is wrong: exit code 2."""


class EvidenceError(AgentComplianceError):
    """The evidence of the run could not be read: exit code 3."""


class Unreadable(EvidenceError):
    """One file of the evidence could not be read; the rest of it can still be judged."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


class NotJudged(AgentComplianceError):
    """Raised by a rule whose clause the evidence that was left cannot decide; the text is the reason."""

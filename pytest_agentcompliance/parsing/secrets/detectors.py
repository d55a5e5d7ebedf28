"""The detectors of detect-secrets for what has no form of its own: asked one short piece of a line at a time.

Only their ``analyze_string`` is called. Their scans read files from the disk, obey comments in the text, and keep settings for the
whole process; nothing of that is touched here.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.secrets.plausible import fake, worded

if TYPE_CHECKING:
    from detect_secrets.plugins.base import BasePlugin

AROUND = 300  # characters on each side of what calls a detector: some of them take a time that grows with the square
MOST = 200  # pieces of one text
# What calls each of them: its kind, its module and class, and letters that must stand near.
_MORE = re.compile(r"[A-Za-z0-9_-]{1,20}")  # the last part of Discord's tokens became longer
ASKED = (
    ("AWS secret", "aws", "AWSKeyDetector", ("aws", "AWS", "Aws"), r"aws|AWS|Aws"),
    ("OpenAI key", "openai", "OpenAIDetector", ("T3BlbkFJ",), r"T3BlbkFJ"),
    ("Mailchimp key", "mailchimp", "MailchimpDetector", ("-us",), r"-us\d"),
    ("Square token", "square_oauth", "SquareOAuthDetector", ("sq0csp-",), r"sq0csp-"),
    ("Cloudant key", "cloudant", "CloudantDetector", ("cloudant", "CLOUDANT"), r"cloudant|CLOUDANT"),
    ("SoftLayer key", "softlayer", "SoftlayerDetector", ("oftlayer", "SOFTLAYER"), r"oftlayer|SOFTLAYER"),
    ("IBM Cloud key", "ibm_cloud_iam", "IbmCloudIamDetector", ("ibm", "IBM"), r"ibm|IBM"),
    ("IBM storage key", "ibm_cos_hmac", "IbmCosHmacDetector", ("cos_", "cos-", "COS_"), r"cos[-_]|COS_"),
    ("Discord token", "discord", "DiscordBotTokenDetector", ("iscord", "ISCORD"), r"iscord|ISCORD"),
    ("Artifactory key", "artifactory", "ArtifactoryDetector", ("AKC",), r"AKC[A-Za-z0-9]{60}"),
)  # fmt: skip


@cache
def _compiled() -> tuple[tuple[str, str, str, tuple[str, ...], re.Pattern[str]], ...]:
    return tuple((kind, module, name, words, re.compile(hint)) for kind, module, name, words, hint in ASKED)


@cache
def _detector(module: str, name: str) -> "BasePlugin":
    from importlib import import_module

    made: BasePlugin = getattr(import_module(f"detect_secrets.plugins.{module}"), name)()  # start-up time: 110 ms
    return made


def detected(text: str) -> Iterator[tuple[str, int, int]]:
    """What they find in a text: its kind, and where it stands."""
    for kind, module, name, words, hint in _compiled():
        asked, last = 0, -1
        if not any(word in text for word in words):
            continue
        for match in hint.finditer(text):
            if match.start() < last or asked == MOST:
                continue
            start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - AROUND)
            newline = text.find("\n", match.end())
            end = min(newline if newline != -1 else len(text), match.end() + AROUND)
            asked, last = asked + 1, end
            piece = text[start:end]
            if not any(len(word) >= 24 for word in re.split(r"[^A-Za-z0-9+/_.=-]", piece)):
                continue
            for said in set(_detector(module, name).analyze_string(piece)):
                found = said.strip("\"' \t=:,")
                at = piece.find(found) if len(found) >= 20 else -1
                more = _MORE.match(piece, at + len(found)) if kind == "Discord token" and at != -1 else None
                end = at + len(found) + (len(more[0]) if more else 0)
                if at != -1 and not fake(found) and worded(found) < 0.4 and _apart(piece, at, end):
                    yield kind, start + at, start + end


def _apart(piece: str, start: int, end: int) -> bool:
    """Whether a find is no part of a longer word, as a hash of base 64 is."""
    return not (piece[start - 1 : start].isalnum() or piece[end : end + 1].isalnum())

"""The forms that providers give their keys and tokens.

Each form begins with letters of its own: a search for those runs at memory's speed, over text and over the bytes of a patch alike.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

_WORD = "[A-Za-z0-9_]"


@dataclass(frozen=True, slots=True)
class Form:
    """One form: ``start`` is the fixed text that it begins with, ``rest`` a pattern.

    ``reach`` is the length of what goes before ``start`` and belongs to it. ``strong``: nothing else has this form, so that
    it is believed wherever it stands; what is not is no leak in files that tools write.
    """

    kind: str
    start: str
    rest: str
    strong: bool = True
    before: str | None = None

    @property
    def pattern(self) -> str:
        start = re.escape(self.start)
        # A name may be glued to it, as in CreateUser_ghp_...
        before = ("[A-Za-z0-9]" if self.strong else _WORD) if self.before is None else self.before
        edge = f"(?<!{before}{start})" if before else ""
        return f"{start}{edge}{self.rest}(?!{_WORD})"


def _each(kind: str, starts: str, rest: str) -> list[Form]:
    """One form with several beginnings: a longer fixed text is found sooner."""
    return [Form(kind, start, rest) for start in starts.split()]


FORMS = (
    *_each("AWS key", "AKIA ASIA ABIA ACCA", "[A-Z2-7]{16}"),
    *_each("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", "[A-Za-z0-9]{36,255}"),
    Form("GitHub token", "github_pat_", "[A-Za-z0-9_]{60,255}"),
    *_each("GitLab token", "glpat- glptt- gldt- glrt- glcbt- glft- glffct- glsoat- glagent- gloas- "
                           "glimt-", "[A-Za-z0-9_.=-]{20,300}"),
    Form("GitLab token", "GR1348941", "[A-Za-z0-9_-]{20,50}"),
    *_each("Slack token", "xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs-", "[A-Za-z0-9-]{10,250}"),
    Form("Slack token", "xapp-", r"\d-[A-Za-z0-9-]{20,250}"),
    Form("Slack webhook", "hooks.slack.com/", "[a-z]{8,9}/[A-Za-z0-9]{8,14}/[A-Za-z0-9]{8,14}/[A-Za-z0-9/]{18,80}", before=""),
    Form("Discord webhook", "/api/webhooks/", r"\d{17,20}/[A-Za-z0-9_-]{60,80}", before=""),
    Form("Teams webhook", ".webhook.office.com/webhookb2/", "[A-Za-z0-9@/-]{60,300}", before=""),
    Form("Stripe key", "sk_live_", "[A-Za-z0-9]{16,250}"),
    Form("Stripe key", "rk_live_", "[A-Za-z0-9]{16,250}"),
    Form("Stripe test key", "sk_test_", "[A-Za-z0-9]{16,250}"),
    Form("Stripe test key", "rk_test_", "[A-Za-z0-9]{16,250}"),
    Form("Stripe key", "whsec_", "[A-Za-z0-9+/]{24,250}={0,2}"),
    Form("Anthropic key", "sk-ant-", "[A-Za-z0-9_-]{20,250}"),
    Form("OpenAI key", "sk-", "(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,250}|[A-Za-z0-9]{40,64})"),
    Form("OpenRouter key", "sk-or-", "v1-[a-f0-9]{60,70}"),
    Form("Groq key", "gsk_", "[A-Za-z0-9]{48,60}"),
    Form("xAI key", "xai-", "[A-Za-z0-9]{70,90}"),
    Form("Perplexity key", "pplx-", "[A-Za-z0-9]{40,60}"),
    Form("Replicate token", "r8_", "[A-Za-z0-9]{36,42}"),
    Form("Google key", "AIza", "[A-Za-z0-9_-]{35}"),
    Form("Google token", "ya29.", "[A-Za-z0-9_-]{20,1000}"),
    Form("Google key", "GOCSPX-", "[A-Za-z0-9_-]{20,60}"),
    Form("npm token", "npm_", "[A-Za-z0-9]{36}"),
    Form("PyPI token", "pypi-AgE", "[A-Za-z0-9_-]{40,1000}"),
    Form("Docker token", "dckr_", "[a-z]{3}_[A-Za-z0-9_-]{24,40}"),
    Form("RubyGems key", "rubygems_", "[a-f0-9]{48}"),
    Form("Hugging Face token", "hf_", "[A-Za-z0-9]{30,60}"),
    *_each("DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", "[a-f0-9]{64}"),
    Form("SendGrid key", "SG.", r"[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"),
    Form("Twilio key", "SK", "[a-f0-9]{32}", strong=False),
    Form("Mailgun key", "key-", "[a-f0-9]{32}", strong=False),
    Form("Brevo key", "xkeysib-", "[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    Form("Telegram token", ":AA", r"(?<=\d{8}:AA)[A-Za-z0-9_-]{33}", strong=False, before=""),
    *_each("Shopify token", "shpat_ shpca_ shppa_ shpss_ shptka_", "[a-fA-F0-9]{32}"),
    Form("Linear key", "lin_", "(?:api|oauth)_[A-Za-z0-9]{32,64}"),
    Form("Notion token", "ntn_", "[A-Za-z0-9]{40,60}"),
    Form("Figma token", "figd_", "[A-Za-z0-9_-]{36,60}"),
    Form("Airtable token", "pat", r"[A-Za-z0-9]{14}\.[a-f0-9]{64}"),
    Form("Atlassian token", "ATATT3", "[A-Za-z0-9_=-]{60,250}"),
    Form("Postman key", "PMAK-", "[a-f0-9]{24}-[a-f0-9]{34}"),
    Form("Databricks token", "dapi", r"[a-f0-9]{32}(?:-\d)?"),
    *_each("Vault token", "hvs. hvb. hvr.", "[A-Za-z0-9_-]{24,250}"),
    Form("Terraform token", ".atlasv1.", r"(?<=[A-Za-z0-9]{14}\.atlasv1\.)[A-Za-z0-9_=-]{60,80}", before=""),
    Form("Doppler token", "dp.", r"(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{30,90}"),
    Form("Grafana token", "glsa_", "[A-Za-z0-9]{32}_[a-fA-F0-9]{8}"),
    Form("Grafana token", "glc_", "[A-Za-z0-9+/]{40,400}={0,2}"),
    *_each("New Relic key", "NRAK- NRJS- NRII- NRAL- NRRA- NRAA-", "[A-Za-z0-9]{19,60}"),
    Form("Heroku key", "HRKU-", "[A-Za-z0-9_-]{36,70}"),
    Form("age key", "AGE-SECRET-KEY-1", "[A-Z0-9]{58}"),
    Form("Supabase key", "sb_secret_", "[A-Za-z0-9_-]{20,80}"),
    Form("Supabase key", "sbp_", "[a-f0-9]{40}"),
    Form("PlanetScale token", "pscale_", "(?:tkn|oauth|pw)_[A-Za-z0-9_.=-]{32,64}"),
    *_each("Sentry token", "sntrys_ sntryu_", "[A-Za-z0-9_=+/-]{40,300}"),
    Form("Azure key", "AccountKey=", "[A-Za-z0-9+/]{80,100}={0,2}", before=""),
    Form("Azure key", "SharedAccessKey=", "[A-Za-z0-9+/]{40,60}={0,2}", before=""),
    Form("Azure signature", "sig=", "(?:[A-Za-z0-9]|%2[BbFf]|[+/]){40,60}(?:%3[Dd]|=)", before=""),
    Form("Azure secret", "Q~", r"(?<=[A-Za-z0-9_~.-]{3}\dQ~)[A-Za-z0-9_~.-]{31,34}", before=""),
    *_each("Square token", "sq0csp- sq0atp- sq0idp-", "[A-Za-z0-9_-]{22,43}"),
    Form("JSON web token", "eyJ", r"[A-Za-z0-9_-]{8,2000}+\.eyJ[A-Za-z0-9_-]{8,2000}+\.[A-Za-z0-9_-]{8,1000}", strong=False),
)  # fmt: skip
# How far the ones reach back whose first letters are anybody's.
_BACK = {":AA": re.compile(r"\d{8,10}$"), ".atlasv1.": re.compile(r"[A-Za-z0-9]{14}$"), "Q~": re.compile(r"[A-Za-z0-9_~.-]{3}\d$")}
_LONG = re.compile(r"[A-Za-z0-9_.=/+:~%@-]{19,}")  # all that any of them is made of
_DIGIT = re.compile("[0-9]")


@cache
def _compiled() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(one.pattern) for one in FORMS)


def tokens(text: str) -> Iterator[tuple[Form, int, int]]:
    """What has one of the forms, and where it stands; in the order of the text, a stretch may be told twice."""
    found = []
    long = "\n".join(_LONG.findall(text))  # a fifth of most texts: each of the forms is looked for
    for rank, form in enumerate(FORMS):
        if form.start not in long:
            continue
        for match in _compiled()[rank].finditer(text):
            if not _DIGIT.search(text, match.start(), match.end()):
                continue
            start = match.start()
            if back := _BACK.get(form.start):
                before = back.search(text[max(0, start - 16) : start])
                start -= len(before[0]) if before else 0
            elif form.start.endswith("="):  # the name is none of the secret
                start += len(form.start)
            found.append((start, rank, match.end()))
    for start, rank, end in sorted(found):
        yield FORMS[rank], start, end

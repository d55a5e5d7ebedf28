"""What a secret could be made of, in bytes: which files of a change are looked at, before any of them is read."""

from pytest_agentcompliance.parsing.secrets.detectors import ASKED

# What the forms are made of in bytes, a few together: a long run of letters and digits after a sign that most of them have, and the
# letters of the others. Each begins with a fixed letter, and costs one walk through a change at memory's speed.
FORMED = (
    rb"_[A-Za-z0-9+/]{16}",
    rb"-(?=[A-Za-z_]{0,40}[0-9])[A-Za-z0-9_]{16}",
    # The ids that git prints above each patch, as one..other, are none.
    rb"\.(?<![0-9a-f]{40}\.\.)(?=[A-Za-z_-]{0,40}[0-9])[A-Za-z0-9_-]{24}",
    rb"=(?=[A-Za-z+/%]{0,40}[0-9])[A-Za-z0-9+/%]{40}",
    rb"gl[a-z]{2,5}-[A-Za-z0-9_.=-]{20}", rb"sk-[A-Za-z0-9_-]{20}", rb"xox[a-z]-[A-Za-z0-9-]{10}", rb"GOCSPX-", rb"GR1348941",
    rb"figd_", rb"sb_secret_",
    rb"hooks\.slack\.com/", rb"/api/webhooks/\d", rb"AKIA[A-Z2-7]{16}", rb"ASIA[A-Z2-7]{16}",
    rb"AIza[A-Za-z0-9_-]{35}", rb"SK[a-f0-9]{32}",
    rb"dapi[a-f0-9]{32}", rb"ATATT3[A-Za-z0-9_=-]{60}", rb":AA[A-Za-z0-9_-]{33}", rb"Q~[A-Za-z0-9_~.-]{31}",
    rb"ABIA[A-Z2-7]{16}", rb"ACCA[A-Z2-7]{16}", rb"xapp-\d", rb"webhookb2/", rb"xai-[A-Za-z0-9]{70}", rb"ya29\.", rb"pypi-AgE",
    rb"dckr_[a-z]{3}_", rb"SG\.[A-Za-z0-9_-]{16}", rb"atlasv1\.", rb"dp\.(?:pt|st|ct|sa|scim|audit)\.", rb"HRKU-", rb"pscale_",
    rb"sntry[su]_", rb"\.eyJ", rb"sq0",
)  # fmt: skip
_REST = (
    rb"s?[A-Za-z0-9_-]{0,30}+[\"'`]?\]?[^\n\"'`=:,|?]{0,24}(?::=|=>|[:=,]|\|\||\?\?| or )"
    rb"[ \t]{0,4}[A-Za-z]{0,16}\(?[\"'`]?(?![<$])[^\s\"'`]{8}"
)
_STARTS = (b"assw", b"ASSW", b"pwd", b"ecret", b"ECRET", b"oken", b"OKEN", b"redential", b"key", b"Key", b"KEY", b"assphrase")
NAMED = (*(start + _REST for start in _STARTS), rb"earer [A-Za-z0-9._~+/-]{20}", rb"asic [A-Za-z0-9+/]{20}")
CALLED = tuple(one.encode() for *_, hint in ASKED for one in hint.split("|"))
HINTS = (
    *FORMED, *CALLED, *NAMED, rb"PRIVATE KEY", rb"PuTTY-User-Key", rb"://[^\s/:@\"'<>]{0,200}:[^\s/@\"'<>${%]{3,200}@",
)  # fmt: skip

"""Hosts that a test may name: those of this machine, and those that are reserved for examples."""

import re

_URL = re.compile(
    r"\b(?:https?|wss?|ftp|postgres(?:ql)?(?:\+\w{1,20})?|mysql(?:\+\w{1,20})?|mongodb(?:\+srv)?|rediss?|amqps?)://"
    r"""([^\s"'`<>{}$\\]{1,300})"""
)
_RESERVED = re.compile(
    r"(?:.*\.)?(?:localhost|test|example|invalid|local|localdomain|internal|example\.(?:com|org|net|edu|io|dev|co)|mock|fake|dummy)"
)
_NUMBERS = re.compile(
    r"(?:127|0|10|192\.0\.2|192\.168|172\.(?:1[6-9]|2\d|3[01])|198\.51\.100|203\.0\.113|169\.254)\.[\d.]{1,12}"
)
_INVENTED = re.compile(
    r"(?:^|[.-])(?:fake|mock|dummy|test|example|sample|invalid|placeholder|foo|bar|acme|your|my|nonexistent|some)\w{0,20}(?:[.-]|$)"
)


def real_host(text: str) -> str:
    """The first host in a text that stands for one out there; empty where it names none."""
    for one in _URL.finditer(text):
        host = re.split(r"[/?#]", one[1], maxsplit=1)[0].rpartition("@")[2].lower()
        if host.startswith("["):
            continue  # an address of the new kind: ::1, in tests
        host = host.partition(":")[0].rstrip(".,;)")
        if "." not in host or _RESERVED.fullmatch(host) or _NUMBERS.fullmatch(host) or _INVENTED.search(host):
            continue
        return host
    return ""

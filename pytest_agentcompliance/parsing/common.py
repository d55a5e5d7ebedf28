"""How far two byte strings are the same, from their beginnings and from their ends."""


def head(one: bytes, other: bytes, near: int = 0) -> int:
    """How many bytes both begin with; less than that, by no more than ``near``."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while high - low > near + 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low


def tail(one: bytes, other: bytes, most: int, near: int = 0) -> int:
    """How many bytes both end with, ``most`` of them at most; less than that, by no more than ``near``."""
    low, high = 0, most
    if one[len(one) - high :] == other[len(other) - high :]:
        return high
    while high - low > near + 1:
        middle = (low + high) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle
    return low

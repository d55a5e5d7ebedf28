"""How much the matchers of assertion libraries pin down."""

import re

from pytest_agentcompliance.parsing.testcode.record import EXACT, LOOSE, NOTHING, PARTIAL, UNKNOWN

_EXACT = """
toBe toEqual toStrictEqual toHaveBeenCalledWith toHaveBeenCalledTimes toHaveBeenLastCalledWith toHaveBeenNthCalledWith
toBeCalledWith toBeCalledTimes toHaveBeenCalledExactlyOnceWith toHaveBeenCalledOnce toHaveLength toBeNull toBeUndefined
toBeNaN toMatchSnapshot toMatchInlineSnapshot toReturnWith toHaveReturnedWith toHaveText toHaveValue toHaveCount toHaveURL
toHaveTitle toHaveTextContent toHaveDisplayValue equal equals eql eq deepEqual strictEqual deepStrictEqual isNull isUndefined
isTrue isFalse lengthOf null undefined true false calledWith calledOnceWith callCount toEqualTypeOf
toThrowErrorMatchingInlineSnapshot toMatchTypeOf assertEqual assertEquals assertIs assertIsNone assertListEqual
assertDictEqual assertSetEqual assertTupleEqual assertSequenceEqual assertMultiLineEqual assertCountEqual assert_called_with
assert_called_once_with assert_called_once assert_has_calls assert_not_called assert_awaited_with assert_awaited_once_with
assert_awaited_once assert_not_awaited assert_equal assert_array_equal Equal EqualValues Exactly Len Nil NoError EqualError
ErrorIs ErrorAs JSONEq ElementsMatch Same Zero Empty not.toHaveBeenCalled not.toBeCalled
""".split()  # noqa: SIM905 - a table of words
_PARTIAL = """
toMatchObject toContain toContainEqual toMatch toBeCloseTo toBeGreaterThan toBeGreaterThanOrEqual toBeLessThan
toBeLessThanOrEqual toBeInstanceOf toHaveProperty include includes contain contains match toContainText toHaveBeenCalled
toBeCalled above below least most closeTo property instanceof instanceOf called oneOf approximately within gt lt gte lte
assertIn assertNotIn assertGreater assertGreaterEqual assertLess assertLessEqual assertRegex assertIsInstance
assertAlmostEqual assertNotEqual assertNotEquals assert_called assert_any_call assert_awaited assert_any_await
assert_allclose assert_almost_equal Contains NotContains Subset Greater GreaterOrEqual Less LessOrEqual InDelta InEpsilon
Regexp WithinDuration ErrorContains NotEqual IsType Implements
""".split()  # noqa: SIM905 - a table of words
_LOOSE = """
toBeTruthy toBeDefined toBeFalsy exist exists ok isOk isDefined toBeTypeOf typeOf isNotNull not.toBeNull not.toBeUndefined
not.toBeFalsy not.toThrow not.undefined not.null assertTrue assertIsNotNone assertFalse NotNil NotEmpty NotZero NotPanics
True False
""".split()  # noqa: SIM905 - a table of words
_TABLE = dict.fromkeys(_EXACT, EXACT) | dict.fromkeys(_PARTIAL, PARTIAL) | dict.fromkeys(_LOOSE, LOOSE)
# Of the errors that are expected any will do, unless one is named.
RAISES = frozenset({
    "toThrow", "toThrowError", "throw", "throws", "rejects", "toBeRejectedWith", "assertRaises", "raises", "Error", "Panics",
})  # fmt: skip
WILD = re.compile(
    r"\bexpect \. (?:not \. )?(?:anything|any|objectContaining|arrayContaining|stringContaining|stringMatching|closeTo)\b"
    r"|\b(?:mock \. )?ANY\b|\bmock \. (?:Anything|AnythingOfType|MatchedBy)\b|\bapprox\b"
)
VACUOUS = re.compile(r"True|1|true|'[^']+'|False is False|True is True|not False|not None")


def strength(matcher: str, expected: str, negated: bool) -> int:
    """How much one matcher says."""
    if matcher in RAISES:
        return (LOOSE if negated else PARTIAL) if not expected else EXACT
    name = f"not.{matcher}" if negated else matcher
    if name in _TABLE:
        return _TABLE[name]
    if negated:
        return PARTIAL if matcher in _TABLE else UNKNOWN
    return UNKNOWN


def is_vacuous(text: str) -> bool:
    """Whether a condition holds whatever the code does."""
    return VACUOUS.fullmatch(text) is not None


__all__ = ["NOTHING", "RAISES", "WILD", "is_vacuous", "strength"]

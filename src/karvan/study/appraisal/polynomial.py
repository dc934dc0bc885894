"""Real roots above nought of a polynomial with floats for coefficients: all of them, exactly told apart.

A float is a whole number times a power of two, so that the polynomial is one of whole numbers, and signs and counts of
roots are worked out without rounding. Descartes' rule tells of no and of one root; of more, the chain of Sturm (1829)
counts the distinct roots in any interval, after common factors, which double roots have, were divided out. Only the
root itself is rounded, once, at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd, inf, nextafter

Whole = tuple[int, ...]
"""Coefficients of a polynomial, the highest power's first, which is not 0; none for nought."""


def whole(coefficients: Sequence[float]) -> Whole:
    """Finite coefficients (highest first) times a positive number, as whole numbers without a common factor."""
    parts = [value.as_integer_ratio() for value in map(float, coefficients)]
    scale = max((below for _, below in parts), default=1)  # all are powers of two
    return _primitive([above * (scale // below) for above, below in parts])


def sign_changes(values: Sequence[float]) -> int:
    """How often the sign changes along some values, noughts left out."""
    signs = [value > 0 for value in values if value != 0]
    return sum(one != other for one, other in pairwise(signs))


def sign_at(polynomial: Whole, x: Fraction) -> int:
    """-1, 0 or 1: the sign at x."""
    above, below = x.numerator, x.denominator
    total, power = 0, 1
    for coefficient in polynomial:
        total = total * above + coefficient * power
        power *= below
    return (total > 0) - (total < 0)


def isolated(polynomial: Whole) -> tuple[Whole, list[tuple[Fraction, Fraction]]]:
    """Intervals (low, high] above 0 that hold one distinct root each, rising; and a polynomial with just these roots,
    all of them single, so that its sign tells on which side of a root one is."""
    while polynomial and polynomial[-1] == 0:  # roots at nought
        polynomial = polynomial[:-1]
    changes = sign_changes(polynomial)
    if changes == 0:
        return polynomial, []
    high = _bound(polynomial)
    low = 1 / _bound(polynomial[::-1])
    if changes == 1:
        return polynomial, [(low, high)]
    chain = _sturm(polynomial)
    if len(chain[-1]) > 1:  # some root comes more than once
        polynomial = _quotient(polynomial, chain[-1])
        chain = _sturm(polynomial)
    return polynomial, list(_split(chain, low, high, _variations(chain, low), _variations(chain, high)))


def rounded(polynomial: Whole, low: Fraction, high: Fraction, less: int = 0) -> float:
    """The root in (low, high] of a polynomial that changes its sign there, less a whole number, as the nearest float;
    infinite if it is beyond the largest."""
    above = sign_at(polynomial, high)
    if above == 0:
        return _float(high - less)
    under, over = _float_below(low - less), _float_above(high - less)
    while True:
        middle = _middle(under, over)
        if not under < middle < over:
            break
        at = Fraction(middle) + less
        sign = above if at >= high else -above if at <= low else sign_at(polynomial, at)
        if sign == 0:
            return middle
        under, over = (under, middle) if sign == above else (middle, over)
    if over == inf:
        return inf
    half = (Fraction(under) + Fraction(over)) / 2 + less
    sign = above if half >= high else -above if half <= low else sign_at(polynomial, half)
    return over if sign == -above else under


def _split(
    chain: list[Whole], low: Fraction, high: Fraction, more: int, fewer: int
) -> Iterator[tuple[Fraction, Fraction]]:
    """Parts of (low, high] with one root each, `more` and `fewer` being the changes of sign at its ends."""
    pending = [(low, high, more, fewer)]
    while pending:
        low, high, more, fewer = pending.pop()
        if more - fewer == 1:
            yield low, high
        elif more - fewer > 1:
            middle = _between(low, high)
            there = _variations(chain, middle)
            pending += [(middle, high, there, fewer), (low, middle, more, there)]


def _between(low: Fraction, high: Fraction) -> Fraction:
    """A point between: of far ends by their powers of two, of near ones the middle."""
    if high > 16 * low:
        return _power((_log2(low) + _log2(high)) // 2)
    return (low + high) / 2


def _log2(x: Fraction) -> int:
    """A power of two within a factor of two of x, above 0."""
    return x.numerator.bit_length() - x.denominator.bit_length()


def _power(exponent: int) -> Fraction:
    return Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)


def _bound(polynomial: Whole) -> Fraction:
    """A power of two above every root (Cauchy 1829): 1 + the largest coefficient over the first."""
    most = max(abs(coefficient) for coefficient in polynomial[1:])
    return _power(_log2(1 + Fraction(most, abs(polynomial[0]))) + 2)


def _sturm(polynomial: Whole) -> list[Whole]:
    """The chain: the polynomial, its derivative, and each time what is left of a division, with the sign turned."""
    degree = len(polynomial) - 1
    slope = _primitive([coefficient * (degree - i) for i, coefficient in enumerate(polynomial[:-1])])
    chain = [polynomial, slope]
    while len(chain[-1]) > 1:
        left = _remainder(chain[-2], chain[-1])
        if not left:
            break
        chain.append(tuple(-coefficient for coefficient in left))
    return chain


def _variations(chain: list[Whole], x: Fraction) -> int:
    return sign_changes([sign_at(polynomial, x) for polynomial in chain])


def _remainder(dividend: Whole, divisor: Whole) -> Whole:
    """What a division leaves, times a positive number."""
    left, first = list(dividend), abs(divisor[0])
    turned = divisor if divisor[0] > 0 else tuple(-coefficient for coefficient in divisor)
    while len(left) >= len(divisor):
        lead = left[0]
        left = [value * first for value in left]
        for i, coefficient in enumerate(turned):
            left[i] -= lead * coefficient
        left.pop(0)
    return _primitive(left)


def _quotient(dividend: Whole, divisor: Whole) -> Whole:
    """The quotient of a division that leaves nothing, times a positive or negative number."""
    left = [Fraction(value) for value in dividend]
    found = []
    for at in range(len(dividend) - len(divisor) + 1):
        share = left[at] / divisor[0]
        found.append(share)
        for i, coefficient in enumerate(divisor):
            left[at + i] -= share * coefficient
    below = 1
    for share in found:
        below = below * share.denominator // gcd(below, share.denominator)
    return _primitive([int(share * below) for share in found])


def _primitive(values: Sequence[int]) -> Whole:
    """Without noughts in front, and divided by what all can be divided by."""
    common = gcd(*values)
    if common == 0:
        return ()
    start = next(i for i, value in enumerate(values) if value)
    return tuple(value // common for value in values[start:])


def _middle(under: float, over: float) -> float:
    """A float between: the middle, and of no upper end twice as far, as far as floats go."""
    if over == inf:
        return max(1.0, min(under, nextafter(inf, 0.0) / 2) * 2)
    return under / 2 + over / 2


def _float(x: Fraction) -> float:
    try:
        return float(x)
    except OverflowError:
        return inf


def _float_below(x: Fraction) -> float:
    near = _float(x)
    return nextafter(near, -inf) if near == inf or Fraction(near) > x else near


def _float_above(x: Fraction) -> float:
    near = _float(x)
    return near if near == inf or Fraction(near) >= x else nextafter(near, inf)

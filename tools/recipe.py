"""Expressions of the recipes: a number said from facts, with the basis that it then has.

The grammar is in `middle_corridor/README.md`.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from karvan.ground.units import factor_between

FACT = re.compile(
    r"\b(?:RT-[A-Z0-9]+-\d+|EF-\d+|C\d{4}|pf\d{4}|PJ-P\d{2}-\w+|EP-\w+-[a-z_]+|TR-[\w-]+"
    r"|TF-\d{4}-\w{3}-\w{3}-(?:export|import))\b"
)
RULE = re.compile(r"\$([a-z0-9_]+)")

OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
FUNCTIONS: dict[str, Callable[..., float]] = {
    "mean": lambda *values: statistics.fmean(values),
    "median": lambda *values: statistics.median(values),
    "mid": lambda low, high: (low + high) / 2,
    "min": min,
    "max": max,
    "sqrt": math.sqrt,
    "exp": math.exp,
}


class RecipeError(ValueError):
    """An expression that cannot be read; the message is found and remedy in one line."""


@dataclass(frozen=True)
class Fact:
    value: str
    unit: str
    confidence: str


@dataclass(frozen=True)
class Said:
    """A number and its basis."""

    value: float
    method: str
    grade: str
    facts: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Rules:
    """Named expressions that rows share; each may use facts and other rules."""

    expressions: Mapping[str, str]
    notes: Mapping[str, str] = field(default_factory=dict)


def say(text: str, unit: str, facts: Mapping[str, Fact], rules: Rules) -> Said:
    """Work out one cell of a recipe for a column of `unit`. Raises RecipeError."""
    try:
        return _say(text, unit, facts, rules)
    except RecursionError:
        raise RecipeError(f"'{text}' leads to a rule that uses itself; break the circle in rule.csv") from None


def _say(text: str, unit: str, facts: Mapping[str, Fact], rules: Rules) -> Said:
    body, against, note = parted(text)
    assumed = body.startswith("~")
    body = body.removeprefix("~").strip()
    if assumed and not note:
        raise RecipeError("an assumption without its reasoning: add '; why'")
    rule = RULE.fullmatch(body)
    if rule and not assumed:
        return _by_rule(rule.group(1), unit, facts, rules, note)
    used = _facts_in(body, rules)
    rivals = tuple(FACT.findall(against))
    for name in (*used, *rivals):
        if name not in facts:
            raise RecipeError(f"fact {name} is not in the package; name another, or import it")
    if not used and not assumed:
        raise RecipeError(f"'{body}' names no fact; name one, or write '~ {body} ; why'")
    value, method = _value(body, unit, facts, rules)
    if assumed or _leans_on_assumption(body, rules):
        return Said(value, "assumed", "D", used, rivals, _joined(f"= {body}" if used else "", note))
    worst = max((facts[name].confidence for name in used), default="C")
    grade = max(worst, "B") if method == "derived" else worst  # a formula is not itself a statistic
    formula = body if method == "derived" else ""
    return Said(value, method, grade, used, rivals, _joined(formula, note))


def parted(text: str) -> tuple[str, str, str]:
    """Expression, rivals and note of a cell."""
    body, _, note = text.partition(";")
    body, _, against = body.partition(" vs ")
    return body.strip(), against.strip(), note.strip()


def _by_rule(name: str, unit: str, facts: Mapping[str, Fact], rules: Rules, note: str) -> Said:
    if name not in rules.expressions:
        raise RecipeError(f"there is no rule ${name}; add it to rule.csv")
    said = _say(rules.expressions[name], unit, facts, rules)
    return Said(
        said.value,
        said.method,
        said.grade,
        said.facts,
        said.rivals,
        _joined(said.note, rules.notes.get(name, ""), note),
    )


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _facts_in(body: str, rules: Rules) -> tuple[str, ...]:
    names = list(FACT.findall(body))
    for rule in RULE.findall(body):
        if rule not in rules.expressions:
            raise RecipeError(f"there is no rule ${rule}; add it to rule.csv")
        expression = rules.expressions[rule].partition(";")[0].partition(" vs ")[0]
        names += _facts_in(expression, rules)
    return tuple(dict.fromkeys(names))


def _leans_on_assumption(body: str, rules: Rules) -> bool:
    return any(
        rules.expressions[rule].lstrip().startswith("~") or _leans_on_assumption(rules.expressions[rule], rules)
        for rule in RULE.findall(body)
    )


def _value(body: str, unit: str, facts: Mapping[str, Fact], rules: Rules) -> tuple[float, str]:
    """The number and the method. Facts alone, or a mean of facts, come in the column's unit; arithmetic does not."""
    if FACT.fullmatch(body):
        return _converted(body, unit, facts), "derived" if body.startswith("TR-") else "read"
    mean = re.fullmatch(r"(mean|median)\(([^()$*/+]*)\)", body)
    if mean and all(FACT.fullmatch(name.strip()) for name in mean.group(2).split(",")):
        values = [_converted(name.strip(), unit, facts) for name in mean.group(2).split(",")]
        return FUNCTIONS[mean.group(1)](*values), "mean of rivals"
    return _arithmetic(body, facts, rules), "derived"


def _converted(name: str, unit: str, facts: Mapping[str, Fact]) -> float:
    fact = facts[name]
    factor = factor_between(fact.unit, unit)
    if factor is None:
        raise RecipeError(f"{name} is in '{fact.unit}', the column in '{unit}'; write the conversion as arithmetic")
    return _number(name, fact) * factor


def _number(name: str, fact: Fact) -> float:
    try:
        return float(fact.value)
    except ValueError:
        raise RecipeError(f"{name} says '{fact.value}', which is no number") from None


def _arithmetic(body: str, facts: Mapping[str, Fact], rules: Rules) -> float:
    names: dict[str, float] = {}

    def named(value: float) -> str:
        names[f"v{len(names)}"] = value
        return f"v{len(names) - 1}"

    def of_rule(match: re.Match[str]) -> str:
        return f"({rules.expressions[match.group(1)].partition(';')[0].partition(' vs ')[0].strip().removeprefix('~')})"

    while RULE.search(body):
        body = RULE.sub(of_rule, body)
    text = FACT.sub(lambda match: named(_number(match.group(0), facts[match.group(0)])), body)
    try:
        value = _walk(ast.parse(text.strip(), mode="eval").body, names)
    except (SyntaxError, KeyError, TypeError, ValueError, ArithmeticError, statistics.StatisticsError) as problem:
        raise RecipeError(f"cannot read '{body}' ({problem}); see tools/middle_corridor/README.md") from None
    if not math.isfinite(value):
        raise RecipeError(f"'{body}' is not finite; give facts that make a number")
    return value


def _walk(node: ast.expr, names: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.Name(id=name):
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_walk(operand, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_walk(left, names), _walk(right, names))
        case ast.Call(func=ast.Name(id=function), args=args) if function in FUNCTIONS:
            return FUNCTIONS[function](*(_walk(arg, names) for arg in args))
    raise SyntaxError(f"'{ast.unparse(node)}' is not allowed")

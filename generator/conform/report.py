"""What was found: one line for each operation, and the sums."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from attrs import asdict, evolve, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import GeneratorError

Kind: TypeAlias = Literal["request", "response", "event"]
_SUCCESS: Final[dict[Kind, str]] = {
    "request": "equal",
    "response": "decoded on the fast path",
    "event": "typed on the fast path",
}
_MOST: Final = 6


@frozen
class Check:
    """One documented request, answer or event, held against the client.

    Attributes:
        kind: Which of these it is.
        number: Which one of the example, from 1.
        problems: What is wrong with the client.
        reasons: Why it is right although it is not plainly so.
        leaves: How many leaves the documented data has.
        lost: The JSON paths of the leaves that are not in the typed result.
    """

    kind: Kind
    number: int
    problems: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    leaves: int = 0
    lost: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether something is wrong."""
        return bool(self.problems or self.lost)

    def failing(self, *problems: str) -> Check:
        """Return the same with more problems."""
        return evolve(self, problems=(*self.problems, *problems))

    def with_note(self, *reasons: str) -> Check:
        """Return the same with more reasons."""
        return evolve(self, reasons=(*self.reasons, *reasons))

    @property
    def notes(self) -> Iterator[str]:
        """Everything there is to say about it, one line each."""
        lost = [f"lost {', '.join(_few(self.lost))}"] if self.lost else []
        for text in (*self.problems, *lost, *self.reasons):
            yield f"{self.kind} {self.number}: {text}"


@frozen
class Outcome:
    """The checks of one example.

    Attributes:
        file: The name of its file.
        operation: HTTP method and path.
        methods: The methods that were called.
        verdict: ``unknown`` if the document has no such operation, ``unfit`` if it is none.
        checks: What was checked.
        reason: Why nothing was.
    """

    file: str
    operation: str
    methods: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    reason: str = ""
    unknown: bool = False

    @property
    def verdict(self) -> Literal["ok", "reason", "FAIL", "unknown", "skipped"]:
        """What it comes to."""
        if self.unknown:
            return "unknown"
        if self.reason:
            return "skipped"
        if any(check.failed for check in self.checks):
            return "FAIL"
        return "reason" if any(check.reasons for check in self.checks) else "ok"

    @property
    def line(self) -> str:
        """The outcome as one line."""
        counts = {kind: sum(check.kind == kind for check in self.checks) for kind in _SUCCESS}
        size = ", ".join(_count(count, kind) for kind, count in counts.items() if count)
        notes = "; ".join(dict.fromkeys(text for check in self.checks for text in check.notes))
        name = f"{self.operation} ({', '.join(self.methods)})" if self.methods else self.operation
        parts = (name, self.reason or size or "nothing to check", notes)
        return f"{self.verdict:7} {' '.join(' | '.join(filter(None, parts)).split())} [{self.file}]"


@frozen
class Report:
    """The outcomes of all examples.

    Attributes:
        outcomes: One for each example.
        broken: The files that can't be read.
        others: The names of the files that hold no examples.
    """

    outcomes: tuple[Outcome, ...]
    broken: tuple[GeneratorError, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything is wrong."""
        wrong = any(outcome.verdict in {"FAIL", "unknown"} for outcome in self.outcomes)
        return wrong or bool(self.broken)

    @property
    def summary(self) -> dict[str, Any]:
        """The sums."""
        verdicts = [outcome.verdict for outcome in self.outcomes]
        checks = [check for outcome in self.outcomes for check in outcome.checks]
        leaves, lost = sum(one.leaves for one in checks), sum(len(one.lost) for one in checks)
        return {
            "examples": len(verdicts),
            "operations": len({one.operation for one in self.outcomes if one.methods}),
            "failed": verdicts.count("FAIL"),
            "unknown": verdicts.count("unknown"),
            "skipped": verdicts.count("skipped"),
            "broken_files": len(self.broken),
            "other_files": len(self.others),
            **{f"{kind}s": _sums([one for one in checks if one.kind == kind]) for kind in _SUCCESS},
            "leaves": {"total": leaves, "found": leaves - lost, "lost": lost},
        }

    def text(self) -> str:
        """Return the report for people."""
        sums = self.summary
        lines = [outcome.line for outcome in self.outcomes]
        lines += [f"broken  {' '.join(str(error).split())}" for error in self.broken]
        lines += [f"note    {name} holds no examples" for name in self.others]
        parts = [_count(sums["operations"], "operation")]
        parts += [
            f"{sums[name]} {name.replace('_', ' ')}"
            for name in ("failed", "unknown", "skipped", "broken_files")
            if sums[name]
        ]
        parts += [_sum(kind, sums[f"{kind}s"]) for kind in _SUCCESS if sums[f"{kind}s"]["total"]]
        total, found = sums["leaves"]["total"], sums["leaves"]["found"]
        parts.append(f"leaves {found} of {total} found{_percent(found, total)}")
        return "\n".join([*lines, f"{'FAILED' if self.failed else 'passed'}: {'; '.join(parts)}"])

    def json(self) -> str:
        """Return the report for programs."""
        content = {
            "outcomes": [
                {"verdict": outcome.verdict, **asdict(outcome)} for outcome in self.outcomes
            ],
            "broken": list(map(str, self.broken)),
            "others": list(self.others),
            "summary": self.summary,
            "passed": not self.failed,
        }
        return json.dumps(content, ensure_ascii=False, indent=1)


def _sums(checks: list[Check]) -> dict[str, int]:
    failed = sum(check.failed for check in checks)
    excused = sum(bool(check.reasons) and not check.failed for check in checks)
    total = len(checks)
    return {
        "total": total,
        "plain": total - failed - excused,
        "with_reason": excused,
        "failed": failed,
    }


def _sum(kind: Kind, sums: dict[str, int]) -> str:
    rest = f" + {sums['with_reason']} with a named reason" if sums["with_reason"] else ""
    right = sums["plain"] + sums["with_reason"]
    shown = f"{sums['plain']} of {sums['total']} {_SUCCESS[kind]}{rest}"
    return f"{kind}s {shown}{_percent(right, sums['total'])}"


def _percent(part: int, whole: int) -> str:
    return f" ({100 * part / whole:.4g}%)" if whole else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _few(texts: tuple[str, ...]) -> list[str]:
    rest = len(texts) - _MOST
    return [*texts[:_MOST], f"{rest} more"] if rest > 0 else [*texts]

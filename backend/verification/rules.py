"""What a conclusion may be, given the answers, and what it says of the household's property. Pure."""

from collections.abc import Iterable

from backend.catalogue.rules.vocabulary import Source
from backend.registry.codes import PropertyResult
from backend.verification.models import Conclusion, Outcome

WORST = {Outcome.BREACHES: Conclusion.FAIL, Outcome.DIFFERS: Conclusion.DIFF}


def contradiction(conclusion: Conclusion, outcomes: Iterable[Outcome]) -> Outcome | None:
    """Return the answer that such a conclusion would pass over: a breach fails, a difference does not pass."""
    found = set(outcomes)
    if conclusion is not Conclusion.FAIL and Outcome.BREACHES in found:
        return Outcome.BREACHES
    if conclusion is Conclusion.PASS and Outcome.DIFFERS in found:
        return Outcome.DIFFERS
    return None


PROPERTY = frozenset({Source.BK, Source.RE, Source.MV, Source.MK})
"""Where property is looked up: bank, real estate, vehicles, businesses (facts.yaml, 财产核对结论)."""


def property_result(
    answers: Iterable[tuple[Source, Outcome]], asked: Iterable[Source], *, objected: bool
) -> PropertyResult | None:
    """Return what the answers say of the property; None while a source that was asked about it is silent.

    Beyond the limit is open to review until the applicant's objection has been looked into.
    """
    found = [(source, outcome) for source, outcome in answers if source in PROPERTY]
    if any(outcome is Outcome.BREACHES for _, outcome in found):
        return PropertyResult.FAIL_HARD if objected else PropertyResult.FAIL_REVIEWABLE
    known = {source for source, _ in found} - {source for source, outcome in found if outcome is Outcome.NO_DATA}
    wanted = (set(asked) & PROPERTY) or PROPERTY
    return PropertyResult.PASS if wanted <= known else None

"""What a conclusion may be, given the answers. Pure."""

from collections.abc import Iterable

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

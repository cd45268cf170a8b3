"""Routes of matching."""

from backend.matching.router import findings, households, scenarios

ROUTERS = (
    households.matches,
    households.lookups,
    households.trials,
    findings.benefits,
    findings.runs,
    findings.findings,
    scenarios.router,
    scenarios.effects,
)

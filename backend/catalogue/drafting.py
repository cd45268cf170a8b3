"""Definitions while they are written: what a new project starts from, and what lists show of an unfinished one."""

from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from backend.catalogue.content_schema import CatalogueEntry, ProjectDefinition
from backend.catalogue.content_terms import BenefitForm, Level, TierSeed
from backend.catalogue.places import place_of
from backend.kernel.errors import InvalidInput
from backend.kernel.i18n import say
from backend.kernel.validation import faults_in_words

TIERS = {
    "A": TierSeed.BASIC,
    "B": TierSeed.SPECIAL,
    "C": TierSeed.URGENT,
    "D": TierSeed.CHARITY,
    "E": TierSeed.LINKED,
    "F": TierSeed.SERVICE,
}


def blank(code: str, name: str) -> dict[str, Any]:
    """Return where a new project starts: the four levels of the county's plan, seven days of notice, no rule yet."""
    return {
        "code": code,
        "name": name,
        "tier_seed": TIERS.get(code[0], TierSeed.URGENT).value,
        "tier_law": "urgent" if code[0] == "C" else "outside",
        "department": "县民政局",
        "target_groups": ["other"],
        "target": "",
        "benefit_form": BenefitForm.CASH_1.value,
        "unit": "household",
        "rule": {"conjunction": "and", "children": []},
        "amount": {"formula": None},
        "materials": [
            {"code": "application", "name": "社会救助申请书", "obtain_mode": "applicant"},
            {"code": "commitment", "name": "承诺书及核对授权书", "obtain_mode": "applicant"},
            {"code": "identity", "name": "居民身份证和户口簿", "obtain_mode": "share", "source": ["PS"]},
        ],
        "form": [
            {"name": "situation", "label": "家庭情况说明", "type": "textarea", "required": True},
            {"name": "account_holder", "label": "收款户名", "type": "text", "required": True},
            {"name": "account_number", "label": "收款账号", "type": "text", "required": True},
        ],
        "path": [
            {"kind": "submission", "level": "village", "roles": ["village_helper"]},
            {"kind": "community_review", "level": "community", "roles": ["community_station"]},
            {"kind": "acceptance", "level": "town", "roles": ["town_clerk"]},
            {"kind": "investigation", "level": "town", "roles": ["town_investigator"], "people": 2},
            {"kind": "review", "level": "town", "roles": ["town_approver"]},
            {"kind": "publicity", "level": "town", "roles": ["town_clerk"], "calendar_days": 7},
            {"kind": "confirmation", "level": "town", "roles": ["town_approver"]},
        ],
        "clock": {"promise_days": 20, "statutory_days": 30},
        "decision": {"level": "town", "delegated": True},
        "publicity": {"days": 7, "places": ["community", "village"], "shown": ["申请人姓名", "家庭人口", "拟救助金额"]},
        "review": {},
        "fund": {"book": "BK01", "subject": {}, "account": {}},
        "exclusions": [],
        "basis": [],
        "examples": [],
    }


def described_only(definition: dict[str, Any]) -> bool:
    """Tell whether a definition describes an aid that others decide."""
    return "rule" not in definition and "standard" in definition


def shape_of(definition: dict[str, Any]) -> type[ProjectDefinition | CatalogueEntry]:
    """Return the schema that a definition must fit."""
    return CatalogueEntry if described_only(definition) else ProjectDefinition


def read_parts(definition: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Return parts as they are stored; refuse one that cannot be right by itself.

    What is still missing is left to the check before publication, and what a form left empty is not given.
    """
    shape = shape_of({**definition, **parts})
    errors: list[tuple[str, str]] = []
    read: dict[str, Any] = {}
    for name, value in parts.items():
        field = shape.model_fields.get(name)
        if field is None:
            errors.append((name, say("项目定义中没有这一部分")))
            continue
        if value in ("", None, []):
            read[name] = value if field.is_required() else field.get_default(call_default_factory=True)
            continue
        try:
            adapter: TypeAdapter[Any] = TypeAdapter(cast("Any", field.annotation))
            read[name] = adapter.dump_python(adapter.validate_python(value), mode="json")
        except ValidationError as error:
            for fault in faults_in_words(error.errors()):
                place = f"{name}.{fault['field']}".removesuffix(".body")
                where = place_of(place, parts)
                errors.append((place, say("{where}：{what}", where=where, what=fault["message"])))
    if errors:
        raise InvalidInput().at(*errors)
    return read


def headline(definition: dict[str, Any]) -> dict[str, Any]:
    """Return what lists show, from a definition finished or not."""
    clock = definition.get("clock") or definition
    publicity = definition.get("publicity") or {}
    decision = definition.get("decision") or {}
    return {
        "name": definition.get("name") or definition.get("code"),
        "tier": TierSeed(definition.get("tier_seed") or TierSeed.URGENT),
        "department": definition.get("department") or "",
        "target": definition.get("target") or "",
        "benefit_form": _of(BenefitForm, definition.get("benefit_form")),
        "decision_level": _of(Level, decision.get("level") or definition.get("decision_level")),
        "promise_days": clock.get("promise_days"),
        "statutory_days": clock.get("statutory_days"),
        "urgent_hours": clock.get("urgent_hours"),
        "publicity_days": publicity.get("days"),
        "described_only": described_only(definition),
        "exclusions": [entry["project"] for entry in definition.get("exclusions") or []],
    }


def _of(enum: Any, value: Any) -> Any:
    return enum(value) if value else None

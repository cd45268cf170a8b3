"""Show projects, versions and the vocabulary."""

from datetime import date, datetime

from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue import repository
from backend.catalogue.listings import PROJECTS
from backend.catalogue.models import Project, ProjectVersion, VersionStatus
from backend.catalogue.permissions import CataloguePermission
from backend.catalogue.rules.faults import RuleFault
from backend.catalogue.rules.formula.functions import FUNCTIONS
from backend.catalogue.rules.tree import describe, parse_rule
from backend.catalogue.rules.tree.operators import OPERATORS
from backend.catalogue.rules.vocabulary import UnitOf, Vocabulary
from backend.catalogue.schemas import Choice, ProjectOut, VersionHead, VersionOut, VocabularyOut, WordOut
from backend.catalogue.service.projects import OPEN
from backend.identity.rights import roles
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.kernel.i18n import language_of_request, say
from backend.kernel.scope import get_visible
from backend.ledger import repository as ledger
from backend.ledger.content import expense_accounts


def _actions(actor: Actor, version: ProjectVersion) -> list[str]:
    found = []
    if version.status in OPEN:
        if actor.may(CataloguePermission.PROJECT_EDIT):
            found += ["edit", "check"]
        if actor.may(CataloguePermission.PROJECT_PUBLISH):
            found.append("publication")
    elif version.status is VersionStatus.PUBLISHED and actor.may(CataloguePermission.PROJECT_PUBLISH):
        found.append("retirement")
    return found


async def version_out(session: AsyncSession, actor: Actor, version: ProjectVersion) -> VersionOut:
    """Return a version with its definition and its rule in words."""
    words = await repository.vocabulary(session)
    return VersionOut(
        **VersionHead.model_validate(version).model_dump(),
        code=await repository.code_of(session, version),
        definition=version.definition,
        rule_in_words=rule_in_words(version, words),
        allowed_actions=_actions(actor, version),
    )


def rule_in_words(version: ProjectVersion, words: Vocabulary) -> str | None:
    """Say what a version asks; None while its rule cannot be read."""
    raw = version.definition
    if not (raw.get("rule") or {}).get("children"):
        return None
    try:
        unit = UnitOf.PERSON if raw.get("unit") == UnitOf.PERSON else UnitOf.HOUSEHOLD
        return describe(parse_rule(raw["rule"], words, unit).root)
    except (RuleFault, ValidationError):
        return None


async def read_version(session: AsyncSession, actor: Actor, version_id: int) -> VersionOut:
    """Return one version."""
    version = await get_visible(session, actor, ProjectVersion, version_id, CataloguePermission.PROJECT_READ)
    return await version_out(session, actor, version)


async def read_project(session: AsyncSession, actor: Actor, project_id: int) -> ProjectOut:
    """Return a project as it stands today, with all its versions."""
    project = await get_visible(session, actor, Project, project_id, CataloguePermission.PROJECT_READ)
    versions = await repository.versions_of(session, project_id)
    today = datetime.now(CHINA).date()
    shown = next((v for v in versions if _holds(v, today)), versions[0])
    row = {
        **VersionHead.model_validate(shown).model_dump(exclude={"id", "version"}),
        "id": project.id,
        "code": project.code,
        "version": shown.number,
        "described_only": shown.described_only,
        "exclusions": shown.exclusions,
    }
    return ProjectOut(
        **row,
        allowed_actions=PROJECTS.actions(actor, row),
        definition=shown.definition,
        version_id=shown.id or 0,
        versions=[VersionHead.model_validate(v) for v in versions],
    )


def _holds(version: ProjectVersion, today: date) -> bool:
    begin, end = version.valid_from, version.valid_to
    return (
        version.status is VersionStatus.PUBLISHED
        and begin is not None
        and begin <= today
        and (end is None or end > today)
    )


def _choices(named: list[tuple[str, str]]) -> list[Choice]:
    return [Choice(value=code, label=f"{code} {name}") for code, name in named]


OPERATOR_LABELS = {
    "equal": "等于",
    "not_equal": "不等于",
    "less": "低于",
    "less_or_equal": "不高于",
    "greater": "高于",
    "greater_or_equal": "不低于",
    "between": "在范围内",
    "not_between": "不在范围内",
    "select_any_in": "属于其中之一",
    "select_not_any_in": "不属于其中任何一个",
    "starts_with": "开头为",
    "not_starts_with": "开头不为",
    "is_empty": "没有",
    "is_not_empty": "有",
}


async def vocabulary(session: AsyncSession) -> VocabularyOut:
    """Return all words with their comparisons and choices, for the condition builder."""
    words = await repository.vocabulary(session)
    return VocabularyOut(
        words=[
            WordOut(
                name=word.name,
                label=word.said(),
                # A formula is read in Chinese and in code words, never in translation.
                written=word.label if language_of_request.get() == "zh" else word.name,
                type=word.type,
                unit_of=word.unit_of,
                unit=say(word.unit),
                source=[say(source.label) for source in word.source],
                meaning=say(word.meaning),
                operators=[
                    {"value": operator.code, "label": say(OPERATOR_LABELS.get(operator.code, operator.code))}
                    for operator in OPERATORS.values()
                    if word.type in operator.types
                ],
                choices=[{"value": value, "label": say(label)} for value, label in word.choices.items()],
            )
            for word in words
        ],
        functions=[
            {"name": f.name, "label": say(f.label), "example": f.example, "meaning": say(f.meaning)} for f in FUNCTIONS
        ],
        roles=[Choice(value=role.code, label=say(role.label)) for role in roles().values()],
        books=_choices(await ledger.named_funds(session)),
        accounts=_choices([(account["code"], say(account["name"])) for account in expense_accounts()]),
        instruments=_choices(await repository.instruments(session)),
        projects=_choices(await repository.named_projects(session)),
    )

"""Bring the shipped catalogue into the database; what the county has changed since stays as it is."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import yaml
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.content.loading import load_content as shipped
from backend.catalogue.content_schema import ParameterValue
from backend.catalogue.drafting import headline
from backend.catalogue.models import (
    Parameter,
    ParameterName,
    PolicyClause,
    PolicyDocument,
    Project,
    ProjectVersion,
    Residence,
    VersionStatus,
)
from backend.catalogue.schemas import PolicyDocumentCreate
from backend.kernel.models import now

HOME = Path(__file__).parent.parent
BY_ARTICLE = "随产品提供"


async def load_shipped(session: AsyncSession) -> dict[str, int]:
    """Add instruments, parameters and projects that are not there yet; return how many of each were added."""
    return {
        "instruments": await _instruments(session),
        "parameters": await _parameters(session),
        "projects": await _projects(session),
    }


async def _instruments(session: AsyncSession) -> int:
    known = set(await session.scalars(select(PolicyDocument.code)))
    articles = yaml.safe_load((HOME / "articles.yaml").read_text("utf-8"))
    added = 0
    for raw in yaml.safe_load((HOME / "register.yaml").read_text("utf-8")):
        content = PolicyDocumentCreate.model_validate(raw)
        if content.code in known:
            continue
        document = PolicyDocument(**content.model_dump(exclude={"clauses"}))
        session.add(document)
        await session.flush()
        for position, (label, text) in enumerate(articles.get(content.code, {}).items(), 1):
            session.add(PolicyClause(document_id=document.id or 0, position=position, label=label, text=text))
        added += 1
    await session.flush()
    return added


async def _parameters(session: AsyncSession) -> int:
    names = set(await session.scalars(select(ParameterName.code)))
    valued = set(await session.scalars(select(Parameter.code).distinct()))
    added = 0
    for content in shipped().parameters:
        if content.code not in names:
            session.add(
                ParameterName(
                    code=content.code,
                    label=content.label,
                    kind=content.type,
                    unit=content.unit,
                    positive=content.positive,
                    meaning=content.meaning,
                )
            )
        if content.code in valued:
            continue
        for value, until in _periods(content.values):
            session.add(
                Parameter(
                    code=content.code,
                    division_code=content.area,
                    residence=Residence(value.residence) if value.residence else None,
                    value=Decimal(value.value),
                    unit=content.unit,
                    valid_from=value.valid_from,
                    valid_to=until,
                    basis=value.basis or content.basis or BY_ARTICLE,
                    uncertain=value.uncertain or content.uncertain,
                )
            )
        added += 1
    await session.flush()
    return added


def _periods(values: list[ParameterValue]) -> Iterator[tuple[ParameterValue, date | None]]:
    """End each value where the next of the same residence begins."""
    for residence in {value.residence for value in values}:
        row = sorted((v for v in values if v.residence == residence), key=lambda v: v.valid_from)
        for value, following in pairwise([*row, None]):
            assert value is not None  # noqa: S101 - only the last of the pairs is empty
            yield value, value.valid_to or (following.valid_from if following else None)


async def _projects(session: AsyncSession) -> int:
    known = set(await session.scalars(select(Project.code)))
    added = 0
    for entry in (*shipped().definitions, *shipped().entries):
        definition = entry.model_dump(mode="json", by_alias=False)
        if definition["code"] in known:
            continue
        known.add(definition["code"])
        project = Project(code=definition["code"], shipped=True)
        session.add(project)
        await session.flush()
        begin = date.fromisoformat(definition["valid_from"])
        end = definition.get("valid_to")
        session.add(
            ProjectVersion(
                project_id=project.id or 0,
                number=1,
                status=VersionStatus.PUBLISHED,
                definition=definition,
                valid_from=begin,
                valid_to=date.fromisoformat(end) if end else None,
                checked_at=now(),
                published_at=now(),
                **headline(definition),
            )
        )
        added += 1
    await session.flush()
    return added


async def shipped_codes(session: AsyncSession) -> list[str]:
    """Return the codes of the projects that came with the product."""
    return list(await session.scalars(select(Project.code).where(col(Project.shipped)).order_by(Project.code)))

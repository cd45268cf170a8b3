"""What a definition names must exist: roles, books and accounts, instruments, other projects, facts of the form."""

from collections.abc import Iterator

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue import repository
from backend.catalogue.content_schema import Basis, CatalogueEntry, ProjectDefinition
from backend.catalogue.rules.vocabulary import Vocabulary
from backend.catalogue.schemas import Fault
from backend.identity.rights import roles
from backend.kernel.i18n import say
from backend.ledger import repository as ledger
from backend.ledger.content import expense_accounts

Named = tuple[str, str]


async def reference_faults(
    session: AsyncSession, definition: ProjectDefinition | CatalogueEntry, words: Vocabulary
) -> list[Fault]:
    """Return a fault for each name that stands for nothing."""
    projects = {code for code, _ in await repository.named_projects(session)}
    instruments = {code for code, _ in await repository.instruments(session)}
    faults = [
        *_absent(_projects_of(definition), projects, "项目库中没有代码为“{name}”的项目"),
        *_absent(_basis_of(definition), instruments, "政策库中没有编号为“{name}”的文件"),
    ]
    if isinstance(definition, CatalogueEntry):
        return faults
    books = {code for code, _ in await ledger.named_funds(session)}
    accounts = {account["code"] for account in expense_accounts()}
    named = definition.fund.account.items()
    return [
        *faults,
        *_absent(_roles_of(definition), set(roles()), "没有“{name}”这个角色，请从角色清单中选择"),
        *_absent([("fund.book", definition.fund.book)], books, "没有编号为“{name}”的账套，请从资金账套中选择"),
        *_absent(
            [(f"fund.account.{side}", code) for side, code in named],
            accounts,
            "“{name}”不是救助支出科目，请从支出科目中选择",
        ),
        *_absent(
            [(f"form.{place}.fact", field.fact) for place, field in enumerate(definition.form) if field.fact],
            {word.name for word in words},
            "没有“{name}”这个事实，请从事实清单中选择",
        ),
    ]


def _absent(named: list[Named], known: set[str], sentence: str) -> Iterator[Fault]:
    for field, name in named:
        if name not in known:
            yield Fault(field=field, message=say(sentence, name=name))


def _projects_of(definition: ProjectDefinition | CatalogueEntry) -> list[Named]:
    named = [(f"exclusions.{place}.project", one.project) for place, one in enumerate(definition.exclusions)]
    if isinstance(definition, ProjectDefinition):
        named += [(f"granted_with.{place}", code) for place, code in enumerate(definition.granted_with)]
    return named


def _basis_of(definition: ProjectDefinition | CatalogueEntry) -> list[Named]:
    def instruments(field: str, basis: list[Basis]) -> list[Named]:
        return [(f"{field}.{place}.instrument", one.instrument) for place, one in enumerate(basis)]

    named = instruments("basis", definition.basis)
    for place, exclusion in enumerate(definition.exclusions):
        named += instruments(f"exclusions.{place}.basis", exclusion.basis)
    if isinstance(definition, ProjectDefinition):
        named += instruments("decision.basis", definition.decision.basis)
    return named


def _roles_of(definition: ProjectDefinition) -> list[Named]:
    return [
        (f"path.{place}.roles.{order}", role)
        for place, step in enumerate(definition.path)
        for order, role in enumerate(step.roles)
    ]

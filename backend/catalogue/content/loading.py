"""Read the shipped files and refuse anything that does not fit together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from backend.catalogue.content.shorthand import expand
from backend.catalogue.content_schema import CatalogueEntry, Described, ParameterContent, ProjectDefinition
from backend.catalogue.rules.evaluation import Project, read_project
from backend.catalogue.rules.vocabulary import Vocabulary, Word, fact_words, parameter_word

FOLDER = Path(__file__).parent
REGISTER = FOLDER.parent / "register.yaml"


class ContentError(ValueError):
    """A shipped file is wrong: a fault of ours, found by a test before anybody else sees it."""


@dataclass(frozen=True)
class Content:
    """Everything that is shipped. `projects` are ready to evaluate, `definitions` are what the database keeps."""

    instruments: Mapping[str, str]
    parameters: tuple[ParameterContent, ...]
    definitions: tuple[ProjectDefinition, ...]
    entries: tuple[CatalogueEntry, ...]
    projects: tuple[Project, ...]
    vocabulary: Vocabulary

    def definition(self, code: str) -> ProjectDefinition:
        """Return a complete project."""
        return next(definition for definition in self.definitions if definition.code == code)

    def parameters_on(self, day: date, residence: str | None) -> dict[str, Decimal]:
        """Return the shipped numbers in force on a day; those of one residence are missing while it is unknown."""
        return {
            parameter.code: value
            for parameter in self.parameters
            if (value := _value_on(parameter, day, residence)) is not None
        }


@cache
def load_content() -> Content:
    """Return the shipped content; raise ContentError, RuleFault or FormulaFault where a file is wrong."""
    vocabulary = shipped_vocabulary()
    definitions = tuple(_definitions(vocabulary))
    content = Content(
        instruments={line["code"]: line["title"] for line in read_yaml(REGISTER)},
        parameters=_parameters(),
        definitions=definitions,
        entries=tuple(_entry(line) for line in read_yaml(FOLDER / "catalogue.yaml")),
        projects=tuple(read_project(d.code, d.unit, d.rule, d.amount.formula, vocabulary) for d in definitions),
        vocabulary=vocabulary,
    )
    _check(content)
    return content


@cache
def shipped_vocabulary() -> Vocabulary:
    """Return the facts and the shipped parameters as words."""
    return Vocabulary([*fact_words(), *(_word(parameter) for parameter in _parameters())])


def _word(parameter: ParameterContent) -> Word:
    return parameter_word(
        parameter.code,
        parameter.label,
        parameter.type,
        parameter.unit,
        positive=parameter.positive,
        meaning=parameter.meaning,
    )


@cache
def _parameters() -> tuple[ParameterContent, ...]:
    return tuple(ParameterContent.model_validate(line) for line in read_yaml(FOLDER / "parameters.yaml"))


def _value_on(parameter: ParameterContent, day: date, residence: str | None) -> Decimal | None:
    found = [
        value
        for value in parameter.values
        if value.valid_from <= day
        and (value.valid_to is None or value.valid_to > day)
        and value.residence in (None, residence)
    ]
    return max(found, key=lambda value: value.valid_from).value if found else None


def _definitions(vocabulary: Vocabulary) -> Iterator[ProjectDefinition]:
    written = {path.stem: read_yaml(path) for path in sorted((FOLDER / "projects").glob("*.yaml"))}
    rules = {code: document["rule"] for code, document in written.items()}
    for code, document in written.items():
        if document["code"] != code:
            raise ContentError(f"{code}.yaml describes {document['code']}")
        yield ProjectDefinition.model_validate(document | {"rule": expand(document["rule"], vocabulary, rules)})


def _entry(line: Any) -> CatalogueEntry:
    return CatalogueEntry.model_validate(line)


def _check(content: Content) -> None:
    described: Sequence[Described] = (*content.definitions, *content.entries)
    codes = [one.code for one in described]
    if doubled := {code for code in codes if codes.count(code) > 1}:
        raise ContentError(f"described twice: {sorted(doubled)}")
    for one in described:
        _check_references(one, content, set(codes))
    for definition in content.definitions:
        for field in definition.form:
            if field.fact is not None and field.fact not in content.vocabulary:
                raise ContentError(f"{definition.code}: {field.label} is to be the unknown fact {field.fact}")


def _check_references(one: Described, content: Content, codes: set[str]) -> None:
    named = [exclusion.project for exclusion in one.exclusions] + list(getattr(one, "granted_with", []))
    if absent := set(named) - codes:
        raise ContentError(f"{one.code} names projects that are not in the catalogue: {sorted(absent)}")
    basis = {basis.instrument for basis in one.basis}
    basis |= {basis.instrument for exclusion in one.exclusions for basis in exclusion.basis}
    if absent := basis - content.instruments.keys():
        raise ContentError(f"{one.code} is based on unknown instruments: {sorted(absent)}")


class _Reader(yaml.SafeLoader):
    """YAML with exact decimals, in which a key written twice is an error instead of a silent loss."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if doubled := {key for key in keys if keys.count(key) > 1}:
            raise ContentError(f"written twice in {node.start_mark}: {sorted(map(str, doubled))}")
        return super().construct_mapping(node, deep=deep)


def _decimal(loader: _Reader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(loader.construct_scalar(node))


_Reader.add_constructor("tag:yaml.org,2002:float", _decimal)


def read_yaml(path: Path) -> Any:
    """Read a file with exact decimals."""
    return yaml.load(path.read_text("utf-8"), Loader=_Reader)  # noqa: S506 - a SafeLoader with decimals

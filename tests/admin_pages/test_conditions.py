"""A stored rule, spelt as the condition builder shows it, still says the same."""

import pytest

from admin_pages.kernel.conditions import for_builder
from backend.catalogue.content.loading import load_content
from backend.catalogue.content_schema import ProjectDefinition
from backend.catalogue.rules.tree import describe, parse_rule
from backend.catalogue.rules.vocabulary import Vocabulary

CONTENT = load_content()


def spoken(words: Vocabulary) -> dict[str, list[dict[str, object]]]:
    """Return the vocabulary as the API gives it, as far as the builder reads it."""
    return {"words": [{"name": word.name, "written": word.label, "type": word.type.value} for word in words]}


@pytest.mark.parametrize("definition", CONTENT.definitions, ids=lambda one: one.code)
def test_a_shipped_rule_reads_the_same_from_the_builder(definition: ProjectDefinition) -> None:
    shown = for_builder(definition.rule, spoken(CONTENT.vocabulary))
    before = parse_rule(definition.rule, CONTENT.vocabulary, definition.unit)
    after = parse_rule(shown, CONTENT.vocabulary, definition.unit)
    assert describe(after.root) == describe(before.root)


def test_no_right_side_of_a_shipped_rule_is_left_that_the_builder_cannot_show() -> None:
    def sides(node: dict[str, object]) -> list[object]:
        if "children" in node:
            return [side for child in node["children"] for side in sides(child)]
        right = node.get("right")
        return sides(right["each"]) if isinstance(right, dict) and "each" in right else [right]

    for definition in CONTENT.definitions:
        shown = for_builder(definition.rule, spoken(CONTENT.vocabulary))
        assert not [side for side in sides(shown) if isinstance(side, dict)], definition.code

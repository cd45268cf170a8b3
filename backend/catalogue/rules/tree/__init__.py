"""Eligibility rules: the tree of the condition builder, read and checked, compiled to SQL, said in words."""

from backend.catalogue.rules.tree.nodes import Rule
from backend.catalogue.rules.tree.outline import outline
from backend.catalogue.rules.tree.reading import check_rule, parse_rule, read_rule
from backend.catalogue.rules.tree.wording import describe

__all__ = ["Rule", "check_rule", "describe", "outline", "parse_rule", "read_rule"]

"""Eligibility rules: the tree of the condition builder, read and checked, compiled to SQL, said in words."""

from backend.catalogue.rules.tree.nodes import Rule
from backend.catalogue.rules.tree.reading import check_rule, parse_rule
from backend.catalogue.rules.tree.wording import describe

__all__ = ["Rule", "check_rule", "describe", "parse_rule"]

"""A value that cannot be taken, said in one sentence, in the language of the request."""

from pydantic_core import PydanticCustomError

from backend.kernel.i18n import Language, say

# Facts that are words of ours and have an English of their own; the others are what a person typed.
_WORDS = frozenset(("name", "level"))


class Sentence(Exception):
    """An error whose text is a Chinese template plus facts; `english.json` translates the template."""

    code = "sentence"

    def __init__(self, template: str, **facts: "str | int | Sentence") -> None:
        """Keep template and facts apart, so that another language can be filled in later."""
        self.template = template
        self.facts = facts
        super().__init__(template.format(**facts))

    def said(self, language: Language | None = None) -> str:
        """Return the sentence in a language, by default that of the request. `str()` is always Chinese."""
        facts = {
            name: fact.said(language)
            if isinstance(fact, Sentence)
            else say(fact, language)
            if name in _WORDS and isinstance(fact, str)
            else fact
            for name, fact in self.facts.items()
        }
        return say(self.template, language).format(**facts)


class Refused(Sentence, ValueError):
    """A person entered a value that cannot be right; the sentence says what is wrong and where."""

    code = "refused"

    def as_field_error(self) -> PydanticCustomError:
        """Return the same sentence for a pydantic validator, without the prefix it puts before a ValueError."""
        return PydanticCustomError("refused", "{sentence}", {"code": self.code, "sentence": self.said()})

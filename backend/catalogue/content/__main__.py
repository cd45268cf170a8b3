"""Write `docs/facts.md` from the shipped vocabulary: `python -m backend.catalogue.content`."""

from backend.catalogue.content import shipped_vocabulary
from backend.catalogue.rules.documentation import DOCUMENT, facts_document

if __name__ == "__main__":
    DOCUMENT.write_text(facts_document(shipped_vocabulary()), "utf-8")

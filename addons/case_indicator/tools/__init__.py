from . import (
    bands,
    bi,
    facts_children,
    facts_people,
    facts_plans,
    facts_school,
    iati,
    paper,
    prelude,
)

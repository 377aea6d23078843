from . import (
    bands,
    facts_children,
    facts_people,
    facts_plans,
    facts_school,
    prelude,
)

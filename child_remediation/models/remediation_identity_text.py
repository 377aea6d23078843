from odoo import models

#: Who sees names, and so the papers of a child's file.
NAME_GROUPS = (
    "child_remediation.group_identity",
    "child_remediation.group_portal_case_manager",
    "child_remediation.group_portal_supervisor",
)
TEXTS = frozenset({"char", "text", "html", "json", "properties"})


class IdentityText(models.AbstractModel):
    """Free text about a child is identity (R72): whatever is written there may be a
    name, so it is read with the right to names alone.

    Every text of the model gets that right by itself, a new one too. A model lists
    what is none: a code, a word that the application itself made. ``_text_readers``
    opens a text to a duty that cannot work without it.

    :cvar frozenset _open_texts: names of texts that nobody wrote freely
    :cvar dict _text_readers: ``{field: groups that read it beside}``
    """

    _name = "remediation.identity.text"
    _description = "Texts Read with the Right to Names"

    _open_texts = frozenset()
    _text_readers = {}

    def _post_model_setup__(self):
        result = super()._post_model_setup__()
        if self._abstract:
            return result
        opened, readers = set(), {}
        for cls in type(self).__mro__:
            opened |= cls.__dict__.get("_open_texts", frozenset())
            readers.update(cls.__dict__.get("_text_readers", {}))
        for name, field in self._fields.items():
            if field.type not in TEXTS or name in opened:
                continue
            if not field.groups or name in readers:
                field.groups = ",".join((*NAME_GROUPS, *readers.get(name, ())))
        return result

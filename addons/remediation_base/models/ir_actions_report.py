from odoo import models

from ..tools.other_words import KEY


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_template(self, template, values=None):
        """A paper uses the words of the files it is about, if they are the same."""
        docs = (values or {}).get("docs")
        kinds = {doc._words_of() for doc in docs or ()}
        if len(kinds) == 1:
            self = self.with_context(**{KEY: kinds.pop()})
        return super()._render_template(template, values)

from odoo import api, models

from ..tools.other_words import say_choices


class IrQwebFieldSelection(models.AbstractModel):
    _inherit = "ir.qweb.field.selection"

    @api.model
    def record_to_html(self, record, field_name, options):
        """The label of a choice, in the words of the file that it stands in."""
        if "selection" not in options:
            choices = record._fields[field_name].get_description(self.env)["selection"]
            choices = say_choices(self.env, choices, record._words_of())
            options = dict(options, selection=dict(choices))
        return super().record_to_html(record, field_name, options)

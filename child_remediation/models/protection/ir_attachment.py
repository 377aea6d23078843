from odoo import api, models

#: Models whose papers are a child's, beside those below a case.
FILE_MODELS = (
    "remediation.case",
    "remediation.beneficiary",
    "remediation.household",
    "remediation.household.member",
)


class IrAttachment(models.Model):
    """Papers below a case show who the child is; those of money and groups do not."""

    _inherit = "ir.attachment"

    @api.model
    def _shows_a_person(self, name):
        if not name.startswith("remediation."):
            return False
        return name in FILE_MODELS or any(
            getattr(cls, "_name", None) == "remediation.case.owned"
            for cls in type(self.env[name]).__mro__
        )

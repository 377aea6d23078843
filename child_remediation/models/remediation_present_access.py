from odoo import api, models

#: Who sees names, and so the papers of a child's file.
NAME_GROUPS = (
    "child_remediation.group_identity",
    "child_remediation.group_portal_case_manager",
    "child_remediation.group_portal_supervisor",
)
#: Models whose papers are a child's, beside those below a case.
FILE_MODELS = (
    "remediation.case",
    "remediation.beneficiary",
    "remediation.household",
    "remediation.household.member",
)


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _sees_names(self):
        return any(self.env.user.has_group(name) for name in NAME_GROUPS)


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

from odoo import fields, models


class CaseOwned(models.AbstractModel):
    """A record below a case: it is seen by whoever holds the case today (R27).

    The holder's columns are copied from the case and stored, so that record rules
    compare indexed columns of the row itself; reassigning writes the case alone.
    Each model repeats the case's rules on these columns (security/) and a test
    compares them with the case's.
    """

    _name = "remediation.case.owned"
    _description = "Record Owned by a Case"
    _inherit = ["remediation.protected.mixin"]
    _check_company_auto = True

    _remediation_sensitive = True
    _protected_fields = frozenset(
        {"company_id", "user_id", "team_id", "organisation_id"}
    )
    # A record filed on the wrong child is hidden (R25), never moved.
    _frozen_fields = frozenset({"case_id"})

    case_id = fields.Many2one(
        "remediation.case",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    # precompute: known before the row is inserted, so it costs no second statement.
    company_id = fields.Many2one(
        related="case_id.company_id", store=True, index=True, precompute=True
    )
    user_id = fields.Many2one(
        related="case_id.user_id",
        store=True,
        index=True,
        precompute=True,
        string="Holder",
    )
    team_id = fields.Many2one(
        related="case_id.team_id", store=True, index=True, precompute=True
    )
    organisation_id = fields.Many2one(
        related="case_id.organisation_id", store=True, index=True, precompute=True
    )

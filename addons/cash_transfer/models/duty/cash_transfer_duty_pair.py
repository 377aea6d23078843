from odoo import api, fields, models

from .cash_transfer_duty import DUTIES

#: What a company with five people keeps apart besides the fixed pairs.
DEFAULT_PAIRS = (
    ("prepare", "release"),
    ("prepare", "reconcile"),
    ("approve", "reconcile"),
)


class CashTransferDutyPair(models.Model):
    """Two duties that the company keeps apart on the same plan (R37).

    Preparer and approver, approver and releaser, releaser and reconciler are always
    apart. An office of three archives rows, and a second person agrees (R63); it cannot
    archive those.
    """

    _name = "cash.transfer.duty.pair"
    _description = "Duties Kept Apart"
    _inherit = ["cash.transfer.steered"]
    _rules_of = "remediation.in.company"
    _order = "company_id, id"

    _steering_fields = frozenset({"company_id", "first_duty", "second_duty", "active"})

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)
    first_duty = fields.Selection(DUTIES, required=True)
    second_duty = fields.Selection(DUTIES, required=True)

    _different = models.Constraint(
        "CHECK (first_duty <> second_duty)", "Choose two different duties."
    )
    _once = models.UniqueIndex(
        "(company_id, first_duty, second_duty)", "This pair is in the table already."
    )

    @api.depends("first_duty", "second_duty")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["first_duty"]._description_selection(self.env))
        for pair in self:
            pair.display_name = (
                f"{names.get(pair.first_duty)} / {names.get(pair.second_duty)}"
            )

    @api.model
    def _fill_defaults(self, companies=None):
        """Give companies without a table the default one of five people; all companies
        where none is named."""
        if companies is None:
            companies = self.env["res.company"].search([("id", "!=", False)])
        rows = self.with_context(active_test=False)
        known = {company for [company] in rows._read_group([], ["company_id"])}
        # sudo: the product's own defaults wait for nobody
        self.sudo().create(
            [
                {"company_id": company.id, "first_duty": a, "second_duty": b}
                for company in companies
                if company not in known
                for a, b in DEFAULT_PAIRS
            ]
        )

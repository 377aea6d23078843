from odoo import fields, models


class CashTransferApproval(models.Model):
    """One approval that a locked plan needs, and who gave it (R37). Append-only."""

    _name = "cash.transfer.approval"
    _description = "Approval of a Payment Plan"
    _inherit = ["remediation.protected.mixin", "remediation.evidence"]
    _order = "plan_id, sequence, id"
    _rules_of = "cash.transfer.payment.plan"

    _evidence_steps = {
        "state": {"waiting": ["approved", "rejected", "void"], "approved": ["void"]}
    }
    # The company follows from the plan as soon as the row is there.
    _evidence_once = frozenset(
        {
            "user_id",
            "on_behalf_of_id",
            "done_on",
            "comment",
            "company_id",
            "seen_hash",
            "seen_count",
            "seen_amount",
        }
    )

    _protected_fields = frozenset(
        {
            "plan_id",
            "sequence",
            "name",
            "group_id",
            "state",
            "user_id",
            "on_behalf_of_id",
            "done_on",
            "comment",
            "seen_hash",
            "seen_count",
            "seen_amount",
        }
    )

    plan_id = fields.Many2one(
        "cash.transfer.payment.plan",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    sequence = fields.Integer(readonly=True)
    name = fields.Char(required=True, readonly=True)
    group_id = fields.Many2one("res.groups", readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("void", "Void"),
        ],
        required=True,
        default="waiting",
        readonly=True,
    )
    user_id = fields.Many2one("res.users", readonly=True)
    on_behalf_of_id = fields.Many2one("res.users", readonly=True)
    done_on = fields.Datetime(readonly=True)
    comment = fields.Char(readonly=True)
    # What was signed: the plan as it stood before the person.
    currency_id = fields.Many2one(related="plan_id.currency_id")
    seen_hash = fields.Char(
        string="Signed Content",
        readonly=True,
        help="Hash over payees, accounts and amounts that this person approved.",
    )
    seen_count = fields.Integer(string="Payments Signed", readonly=True)
    seen_amount = fields.Monetary(string="Amount Signed", readonly=True)

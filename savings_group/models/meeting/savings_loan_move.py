from odoo import fields, models


class SavingsLoanMove(models.Model):
    """One change of what is owed on a loan. Written by named methods, never changed.

    Principal and charge are signed: above zero the member owes more.
    """

    _name = "savings.loan.move"
    _description = "Movement of a Savings Group Loan"
    _inherit = ["savings.owned", "remediation.evidence"]
    _order = "date, id"

    # Another field agent keeps the group.
    _evidence_open = frozenset({"agent_id"})
    # They follow from the loan as soon as the row is there.
    _evidence_once = frozenset({"group_id", "cycle_id", "company_id", "currency_id"})

    _protected_fields = frozenset(
        {
            "loan_id",
            "kind",
            "date",
            "principal",
            "charge",
            "meeting_id",
            "line_id",
            "share_out_id",
            "reverses_id",
            "explanation",
            "cycle_id",
        }
    )

    loan_id = fields.Many2one(
        "savings.loan", required=True, index=True, ondelete="restrict", readonly=True
    )
    group_id = fields.Many2one(
        related="loan_id.group_id", store=True, index=True, required=False
    )
    cycle_id = fields.Many2one(related="loan_id.cycle_id", store=True, index=True)
    kind = fields.Selection(
        [
            ("given", "Given"),
            ("charge", "Charge"),
            ("repayment", "Repayment"),
            ("netting", "Netted against Savings"),
            ("write_off", "Written Off"),
            ("reversal", "Reversal"),
        ],
        required=True,
        readonly=True,
    )
    date = fields.Date(required=True, readonly=True)
    principal = fields.Monetary(readonly=True)
    charge = fields.Monetary(readonly=True)
    meeting_id = fields.Many2one(
        "savings.meeting", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    line_id = fields.Many2one(
        "savings.meeting.line",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    share_out_id = fields.Many2one(
        "savings.share.out", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    reverses_id = fields.Many2one(
        "savings.loan.move", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    explanation = fields.Char(readonly=True)

    _reversed_once = models.UniqueIndex(
        "(reverses_id) WHERE reverses_id IS NOT NULL", "A movement is reversed once."
    )

    def _prepare_reversal(self, meeting, line):
        """Return values that take these movements back in another meeting."""
        return [
            {
                "loan_id": move.loan_id.id,
                "kind": "reversal",
                "date": meeting.date,
                "principal": -move.principal,
                "charge": -move.charge,
                "meeting_id": meeting.id,
                "line_id": line.id,
                "reverses_id": move.id,
            }
            for move in self
        ]

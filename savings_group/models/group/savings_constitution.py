from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SavingsConstitution(models.AbstractModel):
    """The rules a group gave itself, as settings (domain.md §5.1).

    A group holds the rules of its next cycle; a cycle keeps those it began with.
    """

    _name = "savings.constitution"
    _description = "Constitution of a Savings Group"

    # shares
    share_value = fields.Monetary(required=True, default=500)
    shares_min = fields.Integer(
        string="Fewest Shares per Meeting", required=True, default=1
    )
    shares_max = fields.Integer(
        string="Most Shares per Meeting", required=True, default=5
    )
    late_joiner_value = fields.Selection(
        [
            ("share_value", "At the Share Value"),
            ("current_value", "At What a Share Is Worth on That Day"),
        ],
        string="Late Joiners Buy In",
        required=True,
        default="share_value",
    )
    # loans
    loan_multiple = fields.Float(
        string="Loan Ceiling",
        digits=(6, 2),
        required=True,
        default=3,
        help="Most a member may owe, as a multiple of their own savings.",
    )
    charge_method = fields.Selection(
        [
            ("flat", "Flat: on the amount lent"),
            ("declining", "Declining: on what is still owed"),
        ],
        string="Service Charge",
        required=True,
        default="declining",
    )
    charge_rate = fields.Float(
        string="Charge per Period (%)", digits=(6, 3), required=True, default=10
    )
    charge_period = fields.Selection(
        [("four_weeks", "Four Weeks"), ("month", "One Month")],
        required=True,
        default="four_weeks",
    )
    loan_term = fields.Integer(string="Loan Term (Periods)", required=True, default=3)
    charge_when_late = fields.Boolean(
        string="Charge Late Loans",
        default=True,
        help="The charge runs on after the term.",
    )
    loan_while_late = fields.Boolean(
        string="New Loan Beside a Late One",
        help="A member with an overdue loan may borrow again.",
    )
    # fines and social fund
    fines_to = fields.Selection(
        [("loan", "The Loan Fund"), ("social", "The Social Fund")],
        string="Fines Go To",
        required=True,
        default="social",
    )
    fine_late = fields.Monetary(string="Fine for Coming Late")
    fine_absent = fields.Monetary(string="Fine for Absence")
    has_social_fund = fields.Boolean(string="Social Fund", default=True)
    social_amount = fields.Monetary(
        string="Social Contribution per Meeting", default=100
    )
    social_shared = fields.Boolean(string="Social Fund Is Shared Out")
    # share-out
    payout_step = fields.Monetary(
        required=True,
        default=50,
        help="Payouts are multiples of this, the smallest note or coin in use.",
    )
    rest_to = fields.Selection(
        [("social", "The Social Fund"), ("next_cycle", "The Next Cycle")],
        string="Rest of the Share-out Goes To",
        required=True,
        default="social",
    )
    # meetings
    meeting_rhythm = fields.Selection(
        [
            ("weekly", "Weekly"),
            ("fortnightly", "Every Two Weeks"),
            ("monthly", "Monthly"),
        ],
        required=True,
        default="weekly",
    )
    keys_outside_committee = fields.Boolean(
        string="Key Holders Outside the Committee",
        default=True,
        help="Warn when a key holder also sits on the committee.",
    )
    currency_id = fields.Many2one("res.currency")

    _positive_amounts = models.Constraint(
        "CHECK (share_value > 0 AND payout_step > 0 AND charge_rate >= 0 "
        "AND loan_multiple >= 0 AND social_amount >= 0 AND fine_late >= 0 "
        "AND fine_absent >= 0)",
        "The share value and the payout step are above zero; rates, fines and "
        "contributions are not negative.",
    )
    _share_limits = models.Constraint(
        "CHECK (shares_min >= 0 AND shares_max >= shares_min AND shares_max > 0)",
        "The most shares per meeting cannot be below the fewest.",
    )
    _term_positive = models.Constraint(
        "CHECK (loan_term > 0)", "A loan runs for at least one period."
    )

    @api.constrains("social_shared", "rest_to", "has_social_fund")
    def _check_rest_to(self):
        for record in self:
            if record.rest_to == "social" and (
                record.social_shared or not record.has_social_fund
            ):
                raise ValidationError(
                    self.env._(
                        "The rest of the share-out cannot go to a social fund that is "
                        "shared out or does not exist: choose the next cycle."
                    )
                )

    @api.model
    def _constitution_fields(self):
        """Return the names of the settings, to copy them from group to cycle."""
        return [
            name
            for name in self.env.registry["savings.constitution"]._fields
            if name not in models.MAGIC_COLUMNS
            and name not in ("display_name", "currency_id")
        ]

    def _prepare_constitution(self):
        """Return the settings of one record as values for another."""
        self.ensure_one()
        return {name: self[name] for name in self._constitution_fields()}

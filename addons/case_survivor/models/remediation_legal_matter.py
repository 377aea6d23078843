from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step
from odoo.addons.remediation_base.tools.words import say_pair

from .remediation_person_of_interest import DUTY as POI

_lt = LazyTranslate(__name__)

DUTY = "case_survivor.group_legal_matter"


class LegalMatter(models.Model):
    """A complaint, claim or protection order, with its dates and what came of it.

    For the duty alone: it reads all of them, by code, and writes those of the cases
    that the user holds. Amounts stay in the currency of the court.

    open → closed, and open again where it goes on.
    """

    _name = "remediation.legal.matter"
    _description = "Legal Matter"
    _inherit = ["remediation.case.owned"]
    _order = "case_id, id"

    # What was awarded is paid long after the matter has ended.
    _open_fields = {
        "open": EVERYTHING,
        "closed": {"compensation_paid", "compensation_paid_on"},
    }
    _protected_fields = frozenset({"state", "outcome", "closed_on", "closed_by_id"})

    kind = fields.Selection(
        [
            ("complaint", "Complaint to the Police"),
            ("statement", "Statement as a Witness"),
            ("criminal", "Criminal Trial"),
            ("civil", "Civil Claim"),
            ("labour", "Claim for Wages"),
            ("protection", "Protection Order"),
            ("residence", "Residence or Asylum"),
            ("fund", "Compensation Fund"),
            ("other", "Other"),
        ],
        required=True,
    )
    reference = fields.Char(groups=DUTY, help="Number of the court or authority.")
    court_id = fields.Many2one(
        "res.partner", string="Court or Authority", index="btree_not_null"
    )
    lawyer_id = fields.Many2one("res.partner", index="btree_not_null")
    opened_on = fields.Date()
    person_ids = fields.Many2many(
        "remediation.person.of.interest",
        "remediation_legal_matter_person_rel",
        string="Against",
        check_company=True,
        groups=POI,
    )
    date_ids = fields.One2many("remediation.legal.date", "matter_id", string="Dates")
    summary = fields.Text(groups=DUTY)
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
    )
    outcome = fields.Selection(
        [
            ("granted", "Granted"),
            ("partly", "Granted in Part"),
            ("rejected", "Refused"),
            ("convicted", "Conviction"),
            ("acquitted", "Acquittal"),
            ("settled", "Settled"),
            ("withdrawn", "Withdrawn"),
            ("dropped", "Dropped by the Authority"),
        ],
        readonly=True,
        copy=False,
    )
    closed_on = fields.Date(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    compensation_claimed = fields.Monetary()
    compensation_awarded = fields.Monetary()
    compensation_awarded_on = fields.Date(string="Awarded On")
    compensation_paid = fields.Monetary()
    compensation_paid_on = fields.Date(string="Paid On")

    _amounts_not_negative = models.Constraint(
        "CHECK (compensation_claimed >= 0 AND compensation_awarded >= 0"
        " AND compensation_paid >= 0)",
        "Compensation is not negative.",
    )

    @api.depends("case_id.name", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        # sudo: a code and a kind; who reads the matter need not open the case.
        for matter in self.sudo():
            label = labels.get(matter.kind, "")
            matter.display_name = say_pair(self.env, matter.case_id.name, label)

    def _missing_to_close(self):
        if self.date_ids.filtered(lambda date: not date.done_on):
            return [self.env._("A date is still open: note that it is over.")]
        return []

    @step(
        frm="open",
        to="closed",
        group=DUTY,
        check="_missing_to_close",
        asks={"outcome": "outcome", "date": "closed_on"},
        title=_lt("The Matter Has Ended"),
    )
    def action_close(self, outcome, date):
        """Record how the matter ended. For the duty, in the cases it holds.

        :param str outcome: one of the outcomes
        :param date: day on which it ended
        """
        self._unprotected().write({"closed_by_id": self.env.uid})

    @step(frm="closed", to="open", group=DUTY)
    def action_reopen(self):
        """Go on with the matter, as after an appeal. For the duty."""
        self._unprotected().write(
            {"outcome": False, "closed_on": False, "closed_by_id": False}
        )

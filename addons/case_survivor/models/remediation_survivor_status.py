from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step
from odoo.addons.remediation_base.tools.words import say_pair

_lt = LazyTranslate(__name__)

WORKER = "child_remediation.group_case_worker"
#: From the weakest to the strongest that stands.
STATUSES = [
    ("not_victim", "Not a Victim"),
    ("possible", "Possible Victim"),
    ("presumed", "Presumed Victim"),
    ("confirmed", "Confirmed Victim"),
]
#: States in which a decision stands.
STANDING = ("decided", "appealed")


class SurvivorStatus(models.Model):
    """One authority's decision on whether somebody was trafficked (R54).

    The holder of the case records it. What was decided is never rewritten: a newer
    decision of the same authority takes its place, and decisions of two authorities
    stand beside each other.

    draft → decided → appealed → decided | overturned; superseded by a newer one.
    """

    _name = "remediation.survivor.status"
    _description = "Status of a Survivor"
    _inherit = ["remediation.case.owned"]
    _order = "date desc, id desc"

    _open_fields = {"draft": EVERYTHING}
    _protected_fields = frozenset(
        {
            "state",
            "recorded_by_id",
            "recorded_on",
            "superseded_by_id",
            "appealed_on",
            "appeal_reason",
            "appeal_outcome",
            "appeal_ended_on",
        }
    )

    status = fields.Selection(STATUSES, required=True)
    decided_by_kind = fields.Selection(
        [
            ("ngo", "Organisation"),
            ("authority", "Authority"),
            ("police", "Police"),
            ("court", "Court or Prosecution"),
            ("other", "Other"),
        ],
        string="Kind of Authority",
        help="Say who decided. Nobody fills it for you.",
    )
    decided_by_id = fields.Many2one("res.partner", index="btree_not_null")
    date = fields.Date(string="Decided On")
    basis = fields.Text(help="What the decision rests on.")
    reference = fields.Char(help="Number of the decision or of the authority's file.")
    appeal_until = fields.Date(help="Last day on which an appeal is possible.")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("decided", "Decided"),
            ("appealed", "Under Appeal"),
            ("overturned", "Overturned"),
            ("superseded", "Replaced"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    recorded_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    recorded_on = fields.Datetime(readonly=True, copy=False)
    superseded_by_id = fields.Many2one(
        "remediation.survivor.status",
        string="Replaced By",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    appealed_on = fields.Date(readonly=True, copy=False)
    appeal_reason = fields.Text(readonly=True, copy=False)
    appeal_outcome = fields.Selection(
        [
            ("upheld", "Decision Upheld"),
            ("withdrawn", "Appeal Withdrawn"),
            ("overturned", "Decision Overturned"),
        ],
        readonly=True,
        copy=False,
    )
    appeal_ended_on = fields.Date(readonly=True, copy=False)

    @api.model
    def default_get(self, fields):
        """Who decided is said by a person, whatever default somebody stored (R54)."""
        values = super().default_get(fields)
        for name in ("decided_by_kind", "decided_by_id"):
            values.pop(name, None)
        return values

    @api.depends("case_id.name", "status")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["status"]._description_selection(self.env))
        for record in self:
            label = labels.get(record.status, "")
            record.display_name = say_pair(self.env, record.case_id.name, label)

    # -- deciding ----------------------------------------------------------------
    def _of_same_authority(self):
        """The other decisions of this authority that stand in the case."""
        self.ensure_one()
        return (self.case_id.survivor_status_ids - self).filtered(
            lambda other: (
                other.state in STANDING
                and other.decided_by_kind == self.decided_by_kind
                and other.decided_by_id == self.decided_by_id
            )
        )

    def _missing_to_record(self):
        self.ensure_one()
        missing = []
        if not self.decided_by_kind or not self.decided_by_id:
            missing.append(self.env._("Say who decided, and which kind it is."))
        if not self.date:
            missing.append(self.env._("Enter the day of the decision."))
        elif self._is_ahead(self.date):
            missing.append(self.env._("The decision is dated in the future."))
        if not (self.basis or "").strip():
            missing.append(self.env._("Write what the decision rests on."))
        if any(self.date and self.date < x.date for x in self._of_same_authority()):
            missing.append(
                self.env._("A newer decision of this authority stands already.")
            )
        ours = self.decided_by_id == self.company_id.partner_id
        if ours and self.create_uid == self.env.user:
            missing.append(
                self.env._(
                    "The decision is your own organisation's: a colleague records it."
                )
            )
        return missing

    @step(
        frm="draft",
        to="decided",
        group=WORKER,
        stamp="recorded",
        check="_missing_to_record",
    )
    def action_record(self):
        """Record the decision; from here it is not rewritten. For the holder."""
        for record in self:
            record._of_same_authority()._unprotected().write(
                {"state": "superseded", "superseded_by_id": record.id}
            )

    @step(
        frm="decided",
        to="appealed",
        group=WORKER,
        asks={"date": "appealed_on", "reason": "appeal_reason"},
        title=_lt("Record an Appeal"),
    )
    def action_appeal(self, date, reason):
        """Record that somebody appealed; the decision stands meanwhile.

        :param date: day of the appeal
        :param str reason: what it asks for
        """

    @step(
        frm="appealed",
        to=("decided", "overturned"),
        group=WORKER,
        asks={"outcome": "appeal_outcome", "date": "appeal_ended_on"},
        title=_lt("End of the Appeal"),
    )
    def action_end_appeal(self, outcome, date):
        """Record how the appeal ended. What replaces the decision is another one.

        :param str outcome: upheld, withdrawn or overturned
        :param date: day on which it ended
        """
        state = "overturned" if outcome == "overturned" else "decided"
        self._unprotected().write({"state": state})

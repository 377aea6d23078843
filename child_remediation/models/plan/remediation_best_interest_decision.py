from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from odoo.addons.remediation_base.tools.answers import YES_NO, Answer
from odoo.addons.remediation_base.tools.steps import EVERYTHING, step
from odoo.addons.remediation_base.tools.words import say_pair

from ..family.remediation_beneficiary import IDENTITY_GROUPS

#: R21: panel members, and days for the panel after an emergency placement.
PANEL_SIZE = 3
EMERGENCY_PANEL_DAYS = 14


class BestInterestDecision(models.Model):
    """Options weighed by a panel for a child (E9, R21).

    The holder prepares it; a supervisor who is on the panel without a conflict of
    interest decides. An emergency placement, or one ordered by an authority, is
    recorded at once with who decided (R54); the panel is then due in 14 days.
    """

    _name = "remediation.best.interest.decision"
    _description = "Best-Interest Decision"
    _inherit = [
        "remediation.case.owned",
        "remediation.evidence",
        "remediation.shown",
    ]
    _order = "id desc"

    _evidence_from = frozenset({"draft", "provisional"})

    _protected_fields = frozenset({"state", "decided_on", "decided_by_id", "panel_due"})
    _open_fields = {
        "draft": EVERYTHING,
        # The placement was recorded; the panel is still to come.
        "provisional": {
            "decider_reference",
            "child_heard",
            "child_not_heard_reason",
            "decision",
            "dissent",
            "review_on",
        },
    }

    trigger = fields.Selection(
        [
            ("separation", "Separation from Parents"),
            ("placement", "Placement"),
            ("emergency_placement", "Emergency Placement"),
            ("authority_placement", "Placement Ordered by an Authority"),
            ("reunification", "Reunification"),
            ("consent_conflict", "Caregiver and Child Disagree"),
            ("cash", "Payment Decision"),
            ("other", "Other"),
        ],
        required=True,
    )
    placed_on = fields.Date(help="Day of an emergency or ordered placement.")
    placed_with = fields.Char(string="Where the Child Is Now", groups=IDENTITY_GROUPS)
    authority_reached = Answer("Authority Reached", selection=YES_NO)
    authority_tried = fields.Char(
        string="None Reached, Tried",
        groups=IDENTITY_GROUPS,
        help="Whom one called, and when, where no authority was reached.",
    )
    decider = fields.Selection(
        [
            ("organisation", "Our Organisation"),
            ("authority", "Social Authority"),
            ("court", "Court"),
            ("police", "Police"),
        ],
        string="Who Decided the Placement",
    )
    decider_reference = fields.Char(string="Reference of the Order")
    panel_member_ids = fields.One2many(
        "remediation.best.interest.panel.member", "decision_id"
    )
    option_ids = fields.One2many("remediation.best.interest.option", "decision_id")
    child_heard = fields.Selection(
        [("yes", "Yes"), ("represented", "Through a Representative"), ("no", "No")]
    )
    child_not_heard_reason = fields.Char()
    decision = fields.Text()
    dissent = fields.Text()
    review_on = fields.Date()
    panel_due = fields.Date(readonly=True, copy=False)
    decided_on = fields.Datetime(readonly=True, copy=False)
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("draft", "In Preparation"),
            ("provisional", "Placed, Panel Due"),
            ("decided", "Decided"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )

    _panel_due = models.Index("(panel_due) WHERE state = 'provisional'")

    @api.depends("trigger", "case_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        triggers = dict(self._fields["trigger"]._description_selection(self.env))
        for decision in self:
            decision.display_name = say_pair(
                self.env, decision.case_id.name, triggers.get(decision.trigger, "")
            )

    @api.constrains("case_id")
    def _check_is_child(self):
        """Nobody decides in the place of an adult, whatever the panel thinks. An order
        of an authority is recorded as what it is (R54)."""
        for decision in self.filtered(lambda d: d.trigger != "authority_placement"):
            if decision.case_id._is_adult():
                raise ValidationError(
                    self.env._(
                        "An adult decides alone: record the person's own decision in "
                        "a note or in the plan."
                    )
                )

    @api.constrains("placed_on")
    def _check_placed_on(self):
        if self.filtered(lambda d: d._is_ahead(d.placed_on)):
            raise ValidationError(
                self.env._("Placed On lies in the future: correct the date.")
            )

    def _missing_to_place(self):
        """Sentences for what a placement still needs, on the desk as on a phone."""
        self.ensure_one()
        if self.trigger not in ("emergency_placement", "authority_placement"):
            return [
                self.env._(
                    "Only an emergency or ordered placement comes before the panel."
                )
            ]
        missing = []
        if not self.decider:
            missing.append(self.env._("Say who decided the placement."))
        if self.trigger == "authority_placement":
            if self.decider == "organisation":
                missing.append(self.env._("Say which authority ordered the placement."))
        elif not self.authority_reached:
            missing.append(self.env._("Say whether an authority was reached."))
        if self.authority_reached == "no" and not (self.authority_tried or "").strip():
            missing.append(
                self.env._("None was reached: say whom you tried, and when.")
            )
        return missing

    @step(frm="draft", to="provisional", check="_missing_to_place")
    def action_record_placement(self):
        """Record a placement that could not wait; the panel is due in 14 days (R21).

        For the holder, at any hour.
        """
        for decision in self:
            placed = decision.placed_on or decision._place_today()
            decision._unprotected().write(
                {
                    "placed_on": placed,
                    "panel_due": placed + timedelta(days=EMERGENCY_PANEL_DAYS),
                }
            )
        self.env["remediation.override"]._note("placement", self.case_id)
        self.env["remediation.deadline"]._open_at(
            "placement_panel",
            [(d.case_id, datetime.combine(d.panel_due, time(22))) for d in self],
        )

    def _check_sits_on_panel(self):
        for decision in self:
            if self.env.user not in decision.panel_member_ids.member_user_id:
                raise AccessError(
                    self.env._("Only a member of the panel records its decision.")
                )

    @step(
        frm=("draft", "provisional"),
        to="decided",
        stamp="decided",
        allowed="_check_supervises",
        check="_missing_to_decide",
        seen="content_hash",
    )
    def action_decide(self):
        """Record the panel's decision. For a supervisor of the case who sits on it."""
        self._check_sits_on_panel()
        self.case_id.deadline_ids._done("placement_panel")

    def _before_step(self, step, answers):
        # What was written of the lines is in the database before they are evidence.
        self.option_ids.flush_recordset()
        self.panel_member_ids.flush_recordset()
        return super()._before_step(step, answers)

    def _missing_to_decide(self):
        self.ensure_one()
        missing = []
        members = self.panel_member_ids
        free = members.filtered(lambda m: m.conflict == "none")
        if free._count_persons() < PANEL_SIZE:
            missing.append(
                self.env._(
                    "The panel needs %(count)s different members who declared that "
                    "they have no conflict of interest.",
                    count=PANEL_SIZE,
                )
            )
        if members - free:
            missing.append(
                self.env._(
                    "A member with a conflict of interest, or who has not declared, "
                    "leaves "
                    "the panel first."
                )
            )
        if len(self.option_ids) < 2:
            missing.append(self.env._("Weigh at least two options."))
        if not self.child_heard or (
            self.child_heard == "no" and not self.child_not_heard_reason
        ):
            missing.append(self.env._("Say whether the child was heard, or why not."))
        if not (self.decision or "").strip():
            missing.append(self.env._("Write down the decision."))
        return missing

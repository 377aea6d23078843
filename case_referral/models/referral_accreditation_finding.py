from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools.translate import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step
from odoo.addons.remediation_base.tools.words import say_pair

_lt = LazyTranslate(__name__)


class ReferralAccreditationFinding(models.Model):
    """What a visit found at a partner, and what is done about it by whom until when.

    Who may what: whoever may read the accreditation reads it; coordinators enter it and
    record the follow-up visit. Neither the owner of the action nor the partner's own
    people follow up. A serious finding that is not settled keeps the partner from
    being accredited. On the portal the partner's supervisor reads its own.

    open → met | not met; what is not met is entered anew with another day.
    """

    _name = "referral.accreditation.finding"
    _description = "Accreditation Finding"
    _inherit = ["remediation.protected.mixin"]
    _order = "state, date_due, id"
    _rules_of = "referral.accreditation"

    _protected_fields = frozenset(
        {
            "state",
            "followed_up_on",
            "followed_up_by_id",
            "follow_up_note",
            "company_id",
            "partner_id",
        }
    )
    _frozen_fields = frozenset({"accreditation_id"})
    _open_fields = {"open": EVERYTHING}

    accreditation_id = fields.Many2one(
        "referral.accreditation", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="accreditation_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(
        related="accreditation_id.partner_id", store=True, index=True
    )
    topic = fields.Selection(
        [
            ("safeguarding", "Child Safeguarding"),
            ("data_protection", "Data Protection"),
            ("staff", "Staff and Supervision"),
            ("case_work", "Case Work and Services"),
            ("premises", "Premises"),
            ("finance", "Money and Records"),
            ("other", "Other"),
        ],
        required=True,
    )
    severity = fields.Selection(
        [("minor", "Minor"), ("serious", "Serious")], required=True
    )
    found_on = fields.Date(required=True, default=fields.Date.context_today)
    finding = fields.Text(required=True, string="What Was Found")
    improvement = fields.Text(required=True, string="What Is Done about It")
    owner_id = fields.Many2one("res.partner", string="Who Does It", required=True)
    date_due = fields.Date(string="Until", required=True)
    follow_up_on = fields.Date(string="Follow-up Visit On", required=True)
    state = fields.Selection(
        [("open", "Open"), ("met", "Met"), ("not_met", "Not Met")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    followed_up_on = fields.Date(readonly=True, copy=False)
    followed_up_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    follow_up_note = fields.Text(readonly=True, copy=False)

    @api.depends("partner_id.name", "topic")
    @api.depends_context("lang")
    def _compute_display_name(self):
        topics = dict(self._fields["topic"]._description_selection(self.env))
        for finding in self:
            finding.display_name = say_pair(
                self.env, finding.partner_id.name, topics.get(finding.topic, "")
            )

    @api.constrains("found_on", "date_due", "follow_up_on")
    def _check_days(self):
        today = self._place_today()
        for finding in self:
            if finding.found_on > today:
                raise ValidationError(
                    self.env._("The finding is dated in the future: correct the date.")
                )
            if not finding.found_on <= finding.date_due <= finding.follow_up_on:
                raise ValidationError(
                    self.env._(
                        "The action ends after the finding, and the follow-up visit "
                        "comes after the action."
                    )
                )

    def _check_not_owner(self):
        """Neither the owner of the action nor the partner's people follow it up."""
        partner = self.env.user.partner_id
        if self.filtered(
            lambda finding: (
                partner == finding.owner_id
                or partner.commercial_partner_id == finding.partner_id
            )
        ):
            raise AccessError(
                self.env._("Nobody follows up their own action: ask a colleague.")
            )

    @step(
        frm="open",
        to="met",
        group="child_remediation.group_coordinator",
        allowed="_check_not_owner",
        asks={"note": "follow_up_note"},
        stamp="followed_up",
        title=_lt("The action was carried out"),
    )
    def action_met(self, note):
        """Record that the follow-up visit found the action carried out. For a
        coordinator who does not own it.

        :param str note: what was seen
        """

    @step(
        frm="open",
        to="not_met",
        group="child_remediation.group_coordinator",
        allowed="_check_not_owner",
        asks={"note": "follow_up_note"},
        stamp="followed_up",
        title=_lt("The action was not carried out"),
    )
    def action_not_met(self, note):
        """Record that the follow-up visit found nothing done. For a coordinator who
        does not own the action; what is found now is entered as another finding.

        :param str note: what was seen
        """

    @api.model
    def _unsettled(self, partner, company):
        """The serious findings at a partner that no follow-up visit found met. One that
        was not met and was entered anew is settled with the serious one after it."""
        found = self.search(
            [("partner_id", "=", partner.id), ("company_id", "=", company.id)],
            order="id",
        )
        settled = {}
        for finding in found:
            if finding.state == "met" and finding.severity == "serious":
                settled[finding.topic] = finding.id
        return found.filtered(
            lambda finding: (
                finding.severity == "serious"
                and (
                    finding.state == "open"
                    or finding.state == "not_met"
                    and finding.id > settled.get(finding.topic, 0)
                )
            )
        )

    @api.model
    def _remind_follow_up(self):
        """A task for whoever submitted the accreditation, on the day that a follow-up
        visit is due. Called daily."""
        today = self._place_today()
        due = self.search([("state", "=", "open"), ("follow_up_on", "<=", today)])
        for accreditation, findings in due.grouped("accreditation_id").items():
            summary = self.env._("Follow-up visit is due")
            user = accreditation.submitted_by_id or accreditation.create_uid
            if not accreditation.activity_ids.filtered(
                lambda activity, text=summary: activity.summary == text
            ):
                day = min(findings.mapped("follow_up_on"))
                accreditation._plan_task(user, summary, day)

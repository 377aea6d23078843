from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.batches import each_batch
from odoo.addons.remediation_base.tools.steps import Ask, step

_lt = LazyTranslate(__name__)

WARN_DAYS = (60, 30, 0)


class ReferralAccreditation(models.Model):
    """The steps of an accreditation: submit, approve, suspend, lift, renew, expire."""

    _inherit = "referral.accreditation"

    @step(
        frm="draft",
        to="submitted",
        group="child_remediation.group_coordinator",
        stamp="submitted",
        check="_problems_to_accredit",
    )
    def action_submit(self):
        """Put complete applications up for decision. Coordinators only."""

    @step(
        frm=("submitted", "approved_once"),
        to=("approved_once", "accredited"),
        group="child_remediation.group_coordinator",
        check="_problems_to_accredit",
        seen="content_hash",
    )
    def action_approve(self):
        """Give the first or the second decision.

        Coordinators only. Whoever prepared or submitted the application decides
        nothing, and the two decisions are of two people (UserError otherwise).
        """
        now = fields.Datetime.now()
        for accreditation in self:
            if (
                self.env.user
                in accreditation.submitted_by_id | accreditation.create_uid
            ):
                raise UserError(
                    self.env._(
                        "You prepared %(code)s: two other coordinators decide.",
                        code=accreditation.name,
                    )
                )
            if accreditation.state == "submitted":
                accreditation._unprotected().write(
                    {
                        "state": "approved_once",
                        "first_decision_by_id": self.env.uid,
                        "first_decision_on": now,
                    }
                )
                continue
            if accreditation.first_decision_by_id == self.env.user:
                raise UserError(
                    self.env._(
                        "You gave the first decision on %(code)s: somebody else gives "
                        "the second.",
                        code=accreditation.name,
                    )
                )
            accreditation._replace_former()
            accreditation._unprotected().write(
                {
                    "state": "accredited",
                    "second_decision_by_id": self.env.uid,
                    "second_decision_on": now,
                    "valid_from": self._place_today(),
                    "warned_days": -1,
                }
            )
        return True

    def _replace_former(self):
        """A renewal takes the place of the accreditation in force."""
        former = self.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "=", "accredited"),
                ("id", "not in", self.ids),
            ]
        )
        former._unprotected().write({"state": "expired"})
        former.flush_recordset(["state"])

    @step(
        frm=("submitted", "approved_once"),
        to="refused",
        group="child_remediation.group_coordinator",
        stamp="first_decision",
        asks={"reason": "refusal_reason"},
        title=_lt("Refuse"),
    )
    def action_refuse(self, reason):
        """Refuse applications with a reason. Coordinators only."""

    @step(
        right="read",
        group=(
            "child_remediation.group_coordinator",
            "child_remediation.group_safeguarding",
        ),
        frm="accredited",
        to=("suspended",),
        asks={"reason": Ask("suspension_reason", keep=False)},
        title=_lt("Suspend"),
    )
    def action_suspend(self, reason):
        """Suspend at once: no new referral or case, open referrals are revoked, its
        case managers are suspended (R11: their cases go to the supervisors).

        Coordinators and the safeguarding officer.
        """
        # sudo: the safeguarding officer has no write right on accreditations, and a
        # suspension must reach referrals and workers he may not read.
        accreditations = self.sudo()
        accreditations._unprotected().write(
            {
                "state": "suspended",
                "suspended_by_id": self.env.uid,
                "suspended_on": fields.Datetime.now(),
                "suspension_reason": reason,
            }
        )
        accreditations._end_organisation(
            self.env._("The partner's accreditation was suspended.")
        )
        return True

    def _end_organisation(self, reason):
        """Close everything the organisations hold in these companies."""
        for company, accreditations in self.grouped("company_id").items():
            organisations = accreditations.partner_id
            self.env["remediation.referral"].search(
                [
                    ("company_id", "=", company.id),
                    ("to_organisation_id", "in", organisations.ids),
                    ("state", "in", ["sent", "accepted"]),
                ]
            )._revoke(reason)
            self.env["remediation.case.manager"].search(
                [
                    ("company_id", "=", company.id),
                    ("organisation_id", "in", organisations.ids),
                ]
            )._end_custody(reason)

    @step(
        frm="suspended",
        to="accredited",
        group="child_remediation.group_coordinator",
        not_by="suspended_by_id",
        check="_problems_to_accredit",
    )
    def action_lift(self):
        """Lift a suspension, where nothing is missing for an accreditation.
        Coordinators only, not the one who suspended.

        The workers stay suspended until each is restored.
        """

    @step(
        frm=("accredited", "expired", "suspended", "refused"),
        group="child_remediation.group_coordinator",
    )
    def action_renew(self):
        """Start the renewal of an accreditation and open it. Coordinators only."""
        self.ensure_one()
        renewal = self._unprotected().copy({"renewal_of_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": renewal.id,
            "views": [(False, "form")],
        }

    # Time

    @api.model
    def _cron_expire(self):
        """Warn 60, 30 and 0 days ahead, end what is over, remind of follow-up."""
        self.env["referral.accreditation.finding"]._remind_follow_up()
        today = self._place_today()
        live = self.search(
            [
                ("state", "=", "accredited"),
                ("valid_until", "<=", today + timedelta(days=max(WARN_DAYS))),
            ]
        )
        over = live.filtered(lambda rec: rec.valid_until < today)
        each_batch(over, lambda batch: batch._unprotected().write({"state": "expired"}))
        each_batch(live - over, lambda batch: batch._warn_when_due(today))

    def _warn_when_due(self, today):
        for accreditation in self:
            days = (accreditation.valid_until - today).days
            step = min(step for step in WARN_DAYS if step >= days)
            if accreditation.warned_days in (-1,) or step < accreditation.warned_days:
                accreditation._unprotected().write({"warned_days": step})
                accreditation._warn_expiry(days)

    def _warn_expiry(self, days):
        self.ensure_one()
        user = self.submitted_by_id or self.create_uid
        summary = self.env._("Accreditation ends in %s days: renew it", days)
        self._plan_task(user, summary, self.valid_until)

    def _plan_task(self, user, summary, day):
        """Give somebody a task on this accreditation."""
        self.ensure_one()
        task = {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "user_id": user.id,
            "summary": summary,
            "date_deadline": day,
            "automated": True,
        }
        self.env["remediation.notice"]._plan([task])

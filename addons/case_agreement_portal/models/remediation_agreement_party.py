from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.child_remediation.models.follow_up.remediation_education_enrolment import (  # noqa: E501
    RUNNING,
)
from odoo.addons.remediation_base.tools.batches import each_batch
from odoo.addons.remediation_base.tools.numbers import say_number
from odoo.addons.remediation_base.tools.small_cells import THRESHOLD

#: Days before a call on which the payer hears of it.
TELL = 14


class AgreementParty(models.Model):
    _inherit = "remediation.agreement.party"

    _protected_fields = frozenset({"told_of"})

    told_of = fields.Date(
        string="Told of the Call For",
        readonly=True,
        copy=False,
        help="The first month of the call that the payer was last told of.",
    )

    def _runs_out(self):
        """The first month that what was called does not cover; False where none is."""
        self.ensure_one()
        left = self.called
        for month, units in self._months():
            left -= units / 10**self.currency_id.decimal_places
            if self.currency_id.compare_amounts(left, 0) < 0:
                return month
        return False

    def _call_day(self):
        """The day on which the next call is made, at the latest; False without one."""
        month = self._runs_out()
        if not month:
            return False
        return month - timedelta(days=self.agreement_id.notice_days)

    def _portal_values(self):
        """The figures of one party's page; as superuser."""
        self.ensure_one()
        agreement = self.agreement_id
        say = self.currency_id.format
        call_day = self._call_day()
        values = {
            "code": agreement.display_name,
            "site": agreement.site_id.name or "",
            "role": dict(self._fields["role"]._description_selection(self.env))[
                self.role
            ],
            "date_start": agreement.date_start,
            "share": say_number(self.env, self.share),
            "ceiling": say(self.ceiling) if self.ceiling else False,
            "forecast": say(self.owed),
            "called": say(self.called),
            "received": say(self.received),
            "runs_out": self._runs_out(),
            "call_day": call_day and max(call_day, self._place_today()),
            "children": False,
        }
        if agreement.payers_see == "totals":
            children = agreement.child_ids.filtered(
                lambda child: child.state == "approved" and not child.date_last
            )
            at_school = children.case_id.enrolment_ids.filtered(
                lambda enrolment: enrolment.state in RUNNING
            ).case_id
            values["children"] = self._by_tens(len(children))
            values["at_school"] = self._by_tens(len(at_school))
        return values

    def _by_tens(self, count):
        """A number of children in words that single nobody out (R10)."""
        if count < THRESHOLD:
            return self.env._("Fewer than %(number)s", number=THRESHOLD)
        tens = count // 10 * 10
        return self.env._("%(first)s to %(last)s", first=tens, last=tens + 9)

    # -- before a call ------------------------------------------------------------
    @api.model
    def _cron_tell_payers(self):
        """Tell payers of their next call, two weeks ahead and once: by the agreement's
        code and a link. What it is for stands on their page alone."""
        parties = self.search(
            [
                ("agreement_id.state", "=", "approved"),
                ("partner_id", "!=", False),
                ("share", ">", 0),
                ("stopped_from", "=", False),
            ]
        )
        each_batch(parties, lambda batch: batch._tell())

    def _tell(self):
        until = self._place_today() + timedelta(days=TELL)
        codes = {}
        for party in self:
            month, day = party._runs_out(), party._call_day()
            if not day or day > until or party.told_of == month:
                continue
            for user in party._payers_users():
                codes.setdefault(user, set()).add(party.agreement_id.name)
            party._unprotected().told_of = month
        self.env["referral.mail"]._send_codes(
            "case_agreement_portal.mail_next_call", codes, "/my/remediation/agreements"
        )

    def _payers_users(self):
        """Who of the party's organisation reads its page."""
        self.ensure_one()
        observers = self.env.ref("child_remediation.group_portal_observer")
        # sudo: who signs in for an organisation, asked by the night
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", observers.ids),
                    (
                        "partner_id.commercial_partner_id",
                        "=",
                        self.partner_id.commercial_partner_id.id,
                    ),
                    ("company_ids", "in", self.company_id.ids),
                ]
            )
        )

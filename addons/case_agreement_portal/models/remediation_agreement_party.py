from odoo import models

from odoo.addons.child_remediation.models.follow_up.remediation_education_enrolment import (  # noqa: E501
    RUNNING,
)
from odoo.addons.remediation_base.tools.small_cells import THRESHOLD


class AgreementParty(models.Model):
    _inherit = "remediation.agreement.party"

    def _portal_values(self):
        """The figures of one party's page; as superuser."""
        self.ensure_one()
        agreement = self.agreement_id
        say = self.currency_id.format
        left = self.called
        upcoming = False
        for month, units in self._months():
            left -= units / 10**self.currency_id.decimal_places
            if self.currency_id.compare_amounts(left, 0) < 0:
                upcoming = month
                break
        values = {
            "code": agreement.display_name,
            "site": agreement.site_id.name or "",
            "role": dict(self._fields["role"]._description_selection(self.env))[
                self.role
            ],
            "date_start": agreement.date_start,
            "share": self.share,
            "ceiling": say(self.ceiling) if self.ceiling else False,
            "forecast": say(self.owed),
            "called": say(self.called),
            "received": say(self.received),
            "runs_out": upcoming,
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

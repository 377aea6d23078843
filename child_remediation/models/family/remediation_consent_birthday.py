from dateutil.relativedelta import relativedelta

from odoo import api, models

from odoo.addons.remediation_base.tools.batches import each_batch

from ..case.remediation_case_adult import ADULT
from .remediation_consent_watch import GRACE_DAYS, WARN_DAYS

TASK = "child_remediation.mail_activity_type_consent"


class Consent(models.Model):
    """What a birthday changes (R57): from 18 the person decides alone.

    The caregiver's consent ends on that day at the place of the case, and the person's
    own is asked for. The case goes on; recipients may finish as after any end (R7).
    """

    _inherit = "remediation.consent"

    @api.model
    def _cron_expire(self):
        """A caregiver's consent ends with the day on which the person is 18. Daily."""
        result = super()._cron_expire()
        each_batch(self._of_grown(), lambda batch: batch._lapse_grown())
        return result

    @api.model
    def _cron_warn(self):
        """The holder is told before that birthday too, where its day is known."""
        result = super()._cron_warn()
        today = self._place_today()
        births = [
            today + relativedelta(days=days, years=-ADULT) for days in WARN_DAYS if days
        ]
        soon = self._by_caregivers(
            [("case_id.beneficiary_id.birth_date", "in", births)]
        )
        each_batch(soon, lambda batch: batch._ask_holder())
        return result

    def _by_caregivers(self, domain):
        """What caregivers agreed to in cases that go on."""
        return self.search(
            [
                ("subject", "=", "caregiver"),
                ("state", "=", "given"),
                ("case_id.closed_on", "=", False),
                *domain,
            ]
        )

    def _of_grown(self):
        """Consents of caregivers for who is an adult today, where the case is.

        The youngest reading of the age counts, so an estimate alone is looked at too.
        """
        born = self._place_today() + relativedelta(days=1, years=-ADULT)
        old = self._by_caregivers(
            [
                "|",
                ("case_id.beneficiary_id.birth_date", "<=", born),
                ("case_id.beneficiary_id.age_estimated", ">", 0),
            ]
        )
        return old.filtered(lambda consent: consent.case_id._is_adult())

    def _lapse_grown(self):
        self._lapse()
        self._ask_holder()

    def _ask_holder(self):
        self.case_id._plan_activities(TASK, lambda case: case.user_id)

    def _finish_by(self):
        """After that birthday recipients have the days that they have after any end."""
        finish = super()._finish_by()
        # sudo: on which day somebody is 18, whoever asks; the date itself is not told.
        born = self.case_id.beneficiary_id.sudo().birth_date
        if self.subject != "caregiver" or not born or not self.is_lapsed:
            return finish
        grown = born + relativedelta(days=GRACE_DAYS, years=ADULT)
        return min(finish, grown) if finish else grown

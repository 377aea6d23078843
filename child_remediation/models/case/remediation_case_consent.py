from odoo import models


class Case(models.Model):
    """What the family agreed to."""

    _inherit = "remediation.case"

    def _separation_discussed(self):
        """Whether the newest assessment or plan says that the child may live apart
        from the parents (R21)."""
        newest = (
            self[name].sorted("id")[-1:]
            for name in ("assessment_ids", "plan_ids")
            # Readers of cases alone are told nothing of what is assessed.
            if self.env[self._fields[name].comodel_name].has_access("read")
        )
        return "yes" in [record.separation_discussed for record in newest]

    def _gains_by_work(self, member):
        """Whether a member of the family employs the child, receives the pay or is owed
        money: by the tick or by what any work situation of the child says (R57)."""
        works = self.beneficiary_id.case_ids.work_situation_ids
        parent = member.relationship in ("mother", "father")
        return bool(
            member.is_employer_or_creditor == "yes"
            or "caregiver" in works.mapped("paid_to")
            or "caregiver" in works.mapped("debt_holder")
            or ("parent" if parent else "relative")
            in works.mapped("employer_relationship")
        )

    def _has_caregiver_who_gains(self):
        return any(
            self._gains_by_work(member)
            for member in self.household_id.member_ids
            if member.is_caregiver and not member.is_deceased
        )

    def _has_consent(self, purpose, organisation=None, on=None):
        """Whether a consent for ``purpose`` is in force on a day (R6).

        :param organisation: res.partner that must be covered by a sharing consent
        """
        self.ensure_one()
        return bool(self._consents_in_force(purpose, organisation, on))

    def _consents_in_force(self, purpose, organisation=None, on=None):
        """The consents of these cases for ``purpose`` in force on a day, for an
        organisation."""
        on = on or self._place_today()
        return self._consents_agreed(purpose, organisation, on).filtered(
            lambda consent: consent._has_not_ended(on)
        )

    def _consents_agreed(self, purpose, organisation, on):
        """The same, with those whose last day has passed."""
        return self.consent_ids._agreed(purpose, organisation, on)

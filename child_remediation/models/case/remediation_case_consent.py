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
        consents = self.consent_ids
        about = [
            consent
            for consent in consents
            if consent.purpose == purpose and consent.given_on <= on
        ]
        agreed = [consent for consent in about if consent._covers(organisation, on)]
        # A "no" ends what was agreed before it, for whom it names.
        last_no = {}
        for consent in about:
            if consent._refuses(organisation):
                case_id, answered = consent.case_id.id, (consent.given_on, consent.id)
                last_no[case_id] = max(answered, last_no.get(case_id, answered))
        if last_no:
            agreed = [
                consent
                for consent in agreed
                if consent.case_id.id not in last_no
                or (consent.given_on, consent.id) > last_no[consent.case_id.id]
            ]
        # The consents of the other cases at hand are fetched in the same query.
        return consents.browse(consent.id for consent in agreed).with_prefetch(
            consents._prefetch_ids
        )

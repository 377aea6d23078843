from odoo import api, models
from odoo.exceptions import ValidationError

#: Relations that decide for a child without being marked as caregivers.
PARENTAL = ("mother", "father", "guardian")


class Consent(models.Model):
    """Whether a consent counts: who gave it, what for, and since when."""

    _inherit = "remediation.consent"

    @api.constrains(
        "subject",
        "authority",
        "authority_reference",
        "given_on",
        "valid_until",
        "given_by_member_id",
        "second_member_id",
        "how",
        "witness",
    )
    def _check_consent(self):
        for consent in self:
            if consent._is_ahead(consent.given_on):
                raise ValidationError(
                    self.env._("The consent is dated in the future: correct the date.")
                )
            if consent.valid_until and consent.valid_until < consent.given_on:
                raise ValidationError(
                    self.env._("A consent is valid until a day after it was given.")
                )
            if consent.subject == "caregiver" and not consent.given_by_member_id:
                raise ValidationError(self.env._("Choose the caregiver who decided."))
            if consent.subject == "authority" and not (
                consent.authority and (consent.authority_reference or "").strip()
            ):
                raise ValidationError(
                    self.env._("Say which authority decided, and name its paper.")
                )
            if consent.how == "verbal_witnessed" and not consent.witness:
                raise ValidationError(
                    self.env._("Name the witness of a spoken consent.")
                )
            members = consent.given_by_member_id | consent.second_member_id
            if members.household_id - consent.case_id.household_id:
                raise ValidationError(
                    self.env._("The caregiver belongs to another household.")
                )

    # -- who may decide (R57) ----------------------------------------------------
    def _judge(self):
        """``{consent: (standing, sentences)}``: the one place that says whether an
        answer counts.

        A *no* needs a giver who may decide and nobody beside. The child's own *no*
        counts at every age.
        """
        # sudo: the law is the same for whoever asks.
        frameworks = self.env["remediation.legal.framework"].sudo()
        ages, result = {}, {}
        for consent in self:
            company = consent.case_id.company_id
            if company not in ages:
                ages[company] = frameworks._for_company(company)._ages_of_consent()
            consent_age, assent_age = ages[company]
            result[consent] = consent._judge_answer(*ages[company])
        return result

    def _judge_answer(self, consent_age, assent_age):
        """Return ``(standing, sentences)`` of one answer."""
        on = self.given_on or self._place_today()
        child = self.case_id.beneficiary_id
        age = child._age_on(on) if child else None
        asked = self.answer != "no"
        wrong, unheard, waits = [], [], []
        if self.subject == "child" and asked and (age is None or age < consent_age):
            wrong.append(
                self.env._(
                    "A child decides alone from the age of %(age)s: ask a "
                    "caregiver, and record that the child agrees.",
                    age=consent_age,
                )
            )
        elif self.subject == "caregiver" and self._is_of_adult(on):
            wrong.append(
                self.env._("An adult decides alone: record the person's own answer.")
            )
        elif self.subject == "caregiver":
            problem = self._giver_problem(self.given_by_member_id, on)
            if problem:
                wrong.append(problem)
            if asked:
                unheard += self._unheard(age, assent_age)
            if asked and self._needs_second_person(on):
                waits.append(
                    self.env._(
                        "This caregiver employs the child, receives the pay or is "
                        "owed money: choose a second caregiver, or let the "
                        "supervisor confirm."
                    )
                )
        sentences = [*wrong, *unheard, *waits]
        if wrong:
            return "wrong_giver", sentences
        if unheard:
            return "no_assent", sentences
        return "to_confirm" if waits else "counts", sentences

    def _is_of_adult(self, on):
        """Whether it was asked of somebody who was an adult then. Who turned 18 in the
        meantime is asked on that birthday."""
        return bool(self.case_id) and self.case_id._is_adult(on)

    def _unheard(self, age, assent_age):
        """Return what is missing of the child's own answer to a caregiver's *yes*."""
        too_young = age is not None and age < assent_age
        if self.assent == "yes" or (self.assent == "too_young" and too_young):
            return []
        if self.assent == "no":
            return [self.env._("The child says no: a best-interest review decides.")]
        return [
            self.env._(
                "From the age of %(age)s the child is asked too: record a "
                "consent with the child's answer.",
                age=assent_age,
            )
        ]

    @api.model
    def _giver_problem(self, member, on):
        """Why a member of the household may not decide for the child on a day: a
        sentence, or nothing."""
        if not member:
            return self.env._("Choose the caregiver who decided.")
        if member.is_deceased or not member.active:
            return self.env._(
                "This person died or left the family: ask another caregiver."
            )
        if member.is_suspected_of_harm == "yes":
            return self.env._(
                "This person is suspected of harm: ask another caregiver or the "
                "authority."
            )
        if not member.is_caregiver and member.relationship not in PARENTAL:
            return self.env._(
                "This person is no caregiver of the child: ask a caregiver or guardian."
            )
        if not member._is_adult(on):
            return self.env._(
                "This person is not known to be 18: record the age, or ask an adult."
            )
        return None

    def _needs_second_person(self, on):
        """Whether the caregiver gains by the child's work, and nobody free stands
        beside: by the tick or by what any work situation of the child says."""
        self.ensure_one()
        giver, second = self.given_by_member_id, self.second_member_id
        if self.confirmed_by_id or not giver:
            return False
        # What a work situation says is said of one person: of two who decide, one is
        # free of it. A tick says who it is.
        return self.case_id._gains_by_work(giver) and (
            not second
            or second == giver
            or second.is_employer_or_creditor == "yes"
            or bool(self._giver_problem(second, on))
        )

    def _counting(self):
        """Those of these consents that agree and count."""
        # sudo: the answer is the same for whoever changes a fact about the family.
        return self.filtered(
            lambda consent: (
                consent.sudo().answer == "yes"
                and not consent.sudo().withdrawn_on
                and consent.sudo().standing == "counts"
            )
        )

    def _no_longer_counts(self):
        """Hook: facts about the giver changed, so that a consent counts no more. The
        supervisor gets a task."""
        self._ask_for_second_person()

    def _agreed(self, purpose, organisation, on):
        """Of these, the whole answers of their cases, those that agreed to a purpose
        for an organisation by a day, be they over since or not."""
        about = [
            consent
            for consent in self
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
        return self.browse(consent.id for consent in agreed).with_prefetch(
            self._prefetch_ids
        )

    def _covers(self, organisation, on):
        """Whether this consent agreed to its purpose for an organisation and was not
        withdrawn by a day, be it over since or not."""
        self.ensure_one()
        return (
            self.answer == "yes"
            and self.standing == "counts"
            and not (self.withdrawn_on and self.withdrawn_on <= on)
            and self._concerns(organisation)
        )

    def _concerns(self, organisation):
        """Whether the organisation is one that this answer is about."""
        if not organisation or not self.organisation_ids:
            return True
        return organisation.commercial_partner_id in (
            self.organisation_ids.commercial_partner_id
        )

    def _refuses(self, organisation):
        """Whether this is a no to the organisation by somebody who may say it."""
        return (
            self.answer == "no"
            and self.standing == "counts"
            and self._concerns(organisation)
        )

    def _has_not_ended(self, on):
        """Whether the last day of this consent is still to come on a day."""
        self.ensure_one()
        return not self.is_lapsed and (not self.valid_until or self.valid_until >= on)

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

#: What was reported, and what became of it. All of it is made up.
CONCERNS = (
    (
        "hotline",
        "Vieux remblai près de la rivière",
        "Deux filles lavent du minerai, l’une a environ huit ans.",
        "high",
    ),
    (
        "school",
        "École primaire de Kapata",
        "Un garçon est absent depuis un mois.",
        "medium",
    ),
    (
        "community",
        "Dépôt derrière le marché",
        "Un garçon de seize ans garde des sacs.",
        "low",
    ),
    ("site_visit", "Carrière est", "Le même garçon que la semaine dernière.", "merged"),
    (
        "authority",
        "Chantier de la route",
        "Tous les travailleurs étaient adultes.",
        "screened_out",
    ),
)


class Demo(models.AbstractModel):
    """Accredited partners, concerns in each state and referrals on their way, made by
    the methods that people press."""

    _inherit = "remediation.demo"

    @api.model
    def _load_referrals(self):
        """Fill the queue, the inboxes and the partners of the demonstration."""
        partners = self._load_accreditations()
        self._load_concerns()
        cases = self.env["remediation.case"].search(
            [("user_id", "!=", False), ("closed_on", "=", False)], order="id", limit=6
        )
        for number, case in enumerate(cases):
            self._refer(case, partners[number % len(partners)], number)

    def _load_accreditations(self):
        today = fields.Date.context_today(self)
        area = self.env.ref("remediation_demo.demo_area_kolwezi")
        services = self.env["remediation.service.type"].search([("active", "=", True)])
        schooling = services.filtered(lambda s: s.domain in ("education", "vocational"))
        health = services.filtered(lambda s: s.domain == "health")
        given = (
            ("remediation_demo.demo_partner_school", "service", schooling),
            ("remediation_demo.demo_partner_clinic", "service", health),
            ("remediation_demo.demo_partner", "case_management", services),
        )
        records = self.env["referral.accreditation"]
        for xmlid, kind, types in given:
            partner = self.env.ref(xmlid)
            found = records.search([("partner_id", "=", partner.id)], limit=1)
            vals = {
                "service_type_ids": [Command.set(types.ids)],
                "area_ids": [Command.set(area.ids)],
                "capacity": 40,
                "agreement_signed_on": today - timedelta(days=40),
                "agreement_valid_until": today + timedelta(days=325),
                "visit_on": today - timedelta(days=50),
                "visit_by_id": self._user("supervisor").id,
                "state": "accredited",
                "valid_from": today - timedelta(days=30),
                "valid_until": today + timedelta(days=335),
            }
            if found:
                found._unprotected().write(vals)
            else:
                found._unprotected().create(
                    {"partner_id": partner.id, "kind": kind, **vals}
                )
        return [
            self.env.ref(xmlid) for xmlid, kind, _types in given if kind == "service"
        ]

    def _load_concerns(self):
        coordinator = self._as("coordinator").env
        first = self.env.ref("remediation_demo.demo_concern_1")
        for channel, location, observed, outcome in CONCERNS:
            concern = coordinator["remediation.concern"].create(
                {
                    "channel": channel,
                    "location": self._said(location),
                    "work_observed": self._said(observed),
                }
            )
            if outcome == "merged":
                concern.action_merge(first.id)
            elif outcome == "screened_out":
                concern.action_screen_out("adult")
            else:
                concern.action_triage(outcome)

    def _refer(self, case, partner, number):
        """One referral per case: waiting, accepted, done, rejected in turn."""
        case = case.with_env(self._as("supervisor").env)
        caregiver = case.household_id.member_ids.filtered("is_caregiver")[:1]
        consents = case.env["remediation.consent"]
        if caregiver:
            consents = consents.create(
                [
                    {
                        "case_id": case.id,
                        "purpose": purpose,
                        "subject": "caregiver",
                        "answer": "yes",
                        "how": "written",
                        "given_by_member_id": caregiver.id,
                        "assent": "yes",
                        "data_set": "service",
                    }
                    for purpose in ("services", "share_with_org")
                ]
            )
        service = partner.accreditation_ids.service_type_ids[:1]
        referral = case.env["remediation.referral"].create(
            {
                "case_id": case.id,
                "to_organisation_id": partner.id,
                "service_type_id": service.id,
            }
        )
        if not consents:
            return  # stays a draft: the consent has to be asked for first
        referral.action_send()
        step = number % 4
        # What the receiver answers, whose day is that of Kolwezi.
        referral = referral.with_env(self.with_context(tz="Africa/Lubumbashi").env)
        if step in (1, 2):
            referral._accept()
        if step == 2:
            referral._finish("given", self._said("L'enfant est venu le premier jour."))
        if step == 3:
            referral._reject("full")

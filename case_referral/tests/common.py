from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from odoo.addons.child_remediation.tests.common import RemediationCommon
from odoo.addons.remediation_base.tests.worlds import made_once


class ReferralCommon(RemediationCommon):
    """Adds two accredited partners, a school and a clinic with their portal users."""

    @classmethod
    @made_once
    def setUpClass(cls):
        super().setUpClass()
        (cls.country,) = cls.env["remediation.area"].create(
            [{"name": "Country", "kind": "country"}]
        )
        cls.province = cls.env["remediation.area"].create(
            {"name": "Lualaba", "kind": "province", "parent_id": cls.country.id}
        )
        cls.city = cls.env["remediation.area"].create(
            {"name": "Kolwezi", "kind": "city", "parent_id": cls.province.id}
        )
        cls.city_far = cls.env["remediation.area"].create(
            {"name": "Fungurume", "kind": "city", "parent_id": cls.province.id}
        )
        Service = cls.env["remediation.service.type"]
        cls.schooling, cls.health = Service.create(
            [
                {"name": "Schooling", "code": "T-SCHOOL", "domain": "education"},
                {"name": "Health check", "code": "T-HEALTH", "domain": "health"},
            ]
        )
        for user in (cls.school_user, cls.clinic_user, cls.portal_manager):
            user.partner_id.email = f"{user.login}@example.org"
        cls.accreditations = cls.env["referral.accreditation"]
        for partner, kind, services in (
            (cls.partner_org, "case_management", Service),
            (cls.partner_org_b, "case_management", Service),
            (cls.school, "service", cls.schooling),
            (cls.clinic, "service", cls.health),
        ):
            cls.accreditations |= cls._accredit(partner, kind, services)

    @classmethod
    def _people(cls):
        cls.school, cls.clinic = cls.env["res.partner"].create(
            [
                {"name": "Sunrise School", "is_company": True},
                {"name": "River Clinic", "is_company": True},
            ]
        )
        return {
            **super()._people(),
            "coordinator_2": "group_coordinator",
            "coordinator_3": "group_coordinator",
            "school_user": ("group_portal_provider", cls.school),
            "clinic_user": ("group_portal_provider", cls.clinic),
        }

    @classmethod
    def _accredit(cls, partner, kind="service", services=None, area=None, **vals):
        """An accreditation in force, decided the way the methods would leave it."""
        return (
            cls.env["referral.accreditation"]
            ._unprotected()
            .create(
                {
                    "partner_id": partner.id,
                    "kind": kind,
                    "service_type_ids": [Command.set(services.ids if services else [])],
                    "area_ids": [Command.set((area or cls.city).ids)],
                    "capacity": 20,
                    "agreement_signed_on": cls.today - timedelta(days=30),
                    "agreement_valid_until": cls.today + timedelta(days=300),
                    "visit_on": cls.today - timedelta(days=20),
                    "visit_by_id": cls.coordinator.id,
                    "state": "accredited",
                    "valid_from": cls.today - timedelta(days=10),
                    "valid_until": cls.today + timedelta(days=300),
                    **vals,
                }
            )
        )

    @classmethod
    def _consent(cls, case, *purposes, organisation=None, data_set="full", **vals):
        """Consents in force given by the caregiver."""
        caregiver = case.household_id.member_ids.filtered("is_caregiver")[:1]
        return cls.env["remediation.consent"].create(
            [
                {
                    "case_id": case.id,
                    "purpose": purpose,
                    "subject": "caregiver",
                    "answer": "yes",
                    "how": "written",
                    "given_by_member_id": caregiver.id,
                    "assent": "yes",
                    "data_set": data_set,
                    "organisation_ids": [Command.set(organisation.ids)]
                    if organisation
                    else [],
                    **vals,
                }
                for purpose in purposes or ("services", "share_with_org")
            ]
        )

    @classmethod
    def _referral(cls, case, partner=None, service=None, user=None, **vals):
        partner = partner or cls.school
        service = service or (cls.schooling if partner == cls.school else cls.health)
        return (
            cls.env["remediation.referral"]
            .with_user(user or case.user_id)
            .create(
                {
                    "case_id": case.id,
                    "referral_type": "referral",
                    "to_organisation_id": partner.id,
                    "service_type_id": service.id,
                    **vals,
                }
            )
        )

    @classmethod
    def _received(cls, referral, user):
        """The package as its receiver finds it."""
        package = cls.env["remediation.referral.package"].with_user(user)
        return package.search([("name", "=", referral.sudo().name)])

    def _plus(self, **delta):
        return fields.Datetime.now() + timedelta(**delta)

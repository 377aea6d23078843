from odoo import fields, models

from .remediation_referral_package import SCHOOL_DOMAINS

# What a school or training centre may know, whatever was chosen (R8).
SCHOOL_KEYS = (
    "first_name",
    "last_name",
    "age",
    "grade",
    "service",
    "contact_name",
    "contact_phone",
)
MINIMUM_KEYS = (
    "first_name",
    "sex",
    "age",
    "area",
    "service",
    "contact_name",
    "contact_phone",
)
# An assignment inside the network names nobody before it is accepted.
OFFER_KEYS = ("child_code", "sex", "age", "area", "language", "risk_level", "urgency")
SERVICE_KEYS = (
    "first_name",
    "last_name",
    "sex",
    "age",
    "grade",
    "language",
    "area",
    "caregiver",
    "caregiver_phone",
    "service",
    "contact_name",
    "contact_phone",
)
FULL_KEYS = (
    "child_code",
    *SERVICE_KEYS,
    "risk_level",
    "classification",
    "goal",
    "reason",
)


class RemediationReferral(models.Model):
    _inherit = "remediation.referral"

    def _package_keys(self):
        """Return the keys this package may hold, withheld ones taken out (R8)."""
        self.ensure_one()
        if self.referral_type in ("assignment", "transfer_request"):
            keys = OFFER_KEYS
        elif self.service_type_id.domain in SCHOOL_DOMAINS:
            keys = SCHOOL_KEYS
        else:
            keys = {
                "minimum": MINIMUM_KEYS,
                "service": SERVICE_KEYS,
                "full": FULL_KEYS,
            }[self.data_set]
        withheld = self.case_id._withheld_from(self.to_organisation_id)
        return [key for key in keys if key not in withheld]

    def _package_data(self):
        """Return the package as a list, computed once at sending."""
        self.ensure_one()
        # sudo: the sender may be a portal user without right on the contact's or
        # caregiver's fields; what goes in is the fixed list of keys.
        referral = self.sudo()
        keys = referral._package_keys()
        values = referral._package_values(set(keys))
        return [{"key": key, "value": values[key]} for key in keys if values.get(key)]

    def _package_values(self, keys):
        self.ensure_one()
        case = self.case_id
        child = case.beneficiary_id
        sender = case.user_id or self.env.user
        values = {
            "child_code": child.name,
            "first_name": child.first_name,
            "last_name": child.last_name,
            "sex": child.sex,
            "age": child._age_on(fields.Date.context_today(self)),
            "grade": child.last_grade,
            "language": child.language_id.name,
            "area": (case.area_id or child.area_id).display_name,
            "service": self.service_type_id.name,
            "contact_name": sender.name,
            "contact_phone": sender.partner_id.phone,
            "risk_level": case.risk_level,
            "classification": case.classification,
            "goal": case.active_plan_id.goal,
            "reason": self.reason,
            "urgency": self.urgency,
        }
        if keys & {"caregiver", "caregiver_phone"}:
            caregiver = child.household_id.member_ids.filtered(
                lambda member: member.is_caregiver and not member.is_suspected_of_harm
            )[:1]
            values["caregiver"] = caregiver.full_name
            values["caregiver_phone"] = caregiver.phone
        return values

from odoo import fields, models

from ..remediation_case_trace import READERS

MIGRATION = [
    ("national", "National of the Country"),
    ("regular", "Regular"),
    ("irregular", "Irregular"),
    ("stateless", "Stateless"),
    ("unknown", "Not Known"),
]
PROTECTION = [
    ("none", "None Asked For"),
    ("asked", "Asked For"),
    ("temporary", "Temporary Permit"),
    ("refugee", "Refugee"),
    ("subsidiary", "Subsidiary Protection"),
    ("refused", "Refused"),
    ("unknown", "Not Known"),
]
COMPANY = [
    ("with_family", "With Family"),
    ("separated", "Separated, with Other Adults"),
    ("unaccompanied", "Unaccompanied"),
    ("unknown", "Not Known"),
]


class Case(models.Model):
    """Where somebody may stay, under whose care, and who looks for the family.

    Empty means that nobody asked yet: none of it is demanded to save the case.
    """

    _inherit = "remediation.case"

    migration_status = fields.Selection(MIGRATION, groups=READERS, copy=False)
    protection_status = fields.Selection(PROTECTION, groups=READERS, copy=False)
    protection_until = fields.Date(groups=READERS, copy=False)
    found_with = fields.Selection(
        COMPANY,
        groups=READERS,
        copy=False,
        help="With whom the person was when found.",
    )
    guardian_member_id = fields.Many2one(
        "remediation.household.member",
        domain="[('household_id', '=', household_id)]",
        index="btree_not_null",
        check_company=True,
        copy=False,
        groups=READERS,
        string="Guardian in the Family",
    )
    guardian_authority_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        copy=False,
        groups=READERS,
        string="Authority as Guardian",
    )
    guardian_since = fields.Date(groups=READERS, copy=False)
    family_tracing_ids = fields.One2many(
        "remediation.family.tracing", "case_id", string="Tracing", groups=READERS
    )

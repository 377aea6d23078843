from odoo import api, fields, models


class Household(models.Model):
    """A family; caregivers are its members (E3).

    Seen by whoever holds a case of one of its children: siblings may have different
    case managers, so the holders are stored as sets.
    """

    _name = "remediation.household"
    _description = "Household"
    #: What is 0 where nobody knows it: shown as a dash.
    _zero_is_unknown = frozenset({"size", "adults_working", "other_working_children"})
    _inherit = ["remediation.coded.mixin", "remediation.identity.text"]
    _rules_of = "remediation.in.company"
    _order = "id desc"
    _check_company_auto = True

    _code_prefix = "H"
    _remediation_sensitive = True
    # Codes.
    _open_texts = frozenset({"name", "display_name"})
    _protected_fields = frozenset({"holder_ids", "team_ids", "organisation_ids"})

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    member_ids = fields.One2many("remediation.household.member", "household_id")
    beneficiary_ids = fields.One2many("remediation.beneficiary", "household_id")
    beneficiary_count = fields.Integer(compute="_compute_beneficiary_count")
    area_id = fields.Many2one("remediation.area", index=True, check_company=True)
    address = fields.Char(
        groups="child_remediation.group_identity,"
        "child_remediation.group_portal_case_manager,"
        "child_remediation.group_portal_supervisor"
    )
    family_type = fields.Selection(
        [
            ("two_parents", "Two Parents"),
            ("one_parent", "One Parent"),
            ("relatives", "Relatives"),
            ("child_headed", "Headed by a Child"),
            ("institution", "Institution"),
            ("other", "Other"),
        ]
    )
    size = fields.Integer(help="Persons who eat and sleep together; empty if unknown.")
    adults_working = fields.Integer()
    other_working_children = fields.Integer()
    income_band = fields.Selection(
        [("none", "None"), ("low", "Low"), ("middle", "Middle"), ("high", "High")]
    )
    livelihood = fields.Char()
    # Who may see the family: holders of its children's cases.
    holder_ids = fields.Many2many(
        "res.users",
        "remediation_household_holder_rel",
        compute="_compute_holders",
        store=True,
        readonly=True,
        compute_sudo=True,
        copy=False,
    )
    team_ids = fields.Many2many(
        "remediation.team",
        compute="_compute_holders",
        store=True,
        readonly=True,
        compute_sudo=True,
        copy=False,
    )
    organisation_ids = fields.Many2many(
        "res.partner",
        "remediation_household_organisation_rel",
        compute="_compute_holders",
        store=True,
        readonly=True,
        compute_sudo=True,
        copy=False,
    )

    _size_not_negative = models.Constraint(
        "CHECK (size >= 0 AND adults_working >= 0 AND other_working_children >= 0)",
        "Numbers of persons cannot be negative.",
    )

    # compute_sudo: siblings' cases may belong to another worker, whose access to the
    # family must not depend on who saves.
    @api.depends(
        "beneficiary_ids.user_id",
        "beneficiary_ids.team_id",
        "beneficiary_ids.organisation_id",
    )
    def _compute_holders(self):
        # One statement per relation for the whole set, not one per family.
        holders, teams, organisations = [], [], []
        for household in self:
            children = household.beneficiary_ids
            users = children.user_id or household.create_uid
            holders.append((household, [fields.Command.set(users.ids)]))
            teams.append((household, [fields.Command.set(children.team_id.ids)]))
            organisations.append(
                (household, [fields.Command.set(children.organisation_id.ids)])
            )
        for name, commands in (
            ("holder_ids", holders),
            ("team_ids", teams),
            ("organisation_ids", organisations),
        ):
            self._fields[name].write_batch(commands)

    @api.depends("beneficiary_ids")
    def _compute_beneficiary_count(self):
        for household in self:
            household.beneficiary_count = len(household.beneficiary_ids)

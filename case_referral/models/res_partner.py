from odoo import api, fields, models
from odoo.fields import Domain

#: Who may read accreditations.
READERS = (
    "child_remediation.group_case_worker,child_remediation.group_safeguarding,"
    "child_remediation.group_auditor"
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    accreditation_ids = fields.One2many(
        comodel_name="referral.accreditation",
        inverse_name="partner_id",
        groups=READERS,
    )
    accreditation_id = fields.Many2one(
        comodel_name="referral.accreditation",
        string="Accreditation in Force",
        compute="_compute_accreditation_id",
        search="_search_accreditation_id",
        groups=READERS,
    )
    remediation_reporter_type = fields.Selection(
        selection=[
            ("monitor", "Site Monitor"),
            ("cooperative", "Cooperative Member"),
            ("local_authority", "Local Authority"),
            ("teacher", "Teacher"),
            ("health", "Health Worker"),
            ("ngo", "Organisation"),
            ("company", "Company"),
            ("auditor", "Auditor"),
            ("union", "Union"),
            ("purchaser", "Purchaser or Agent"),
        ],
        string="Reports Concerns As",
        groups="base.group_user",
    )
    remediation_sees_all_totals = fields.Boolean(
        string="Reads the Totals of All Sites",
        help="For alliance members and donors on the portal; a buyer reads its own "
        "sites only.",
        groups="base.group_user",
    )

    @api.depends("accreditation_ids.state", "accreditation_ids.valid_until")
    @api.depends_context("company")
    def _compute_accreditation_id(self):
        live = self.env["referral.accreditation"].search(
            [
                ("partner_id", "in", self.ids),
                ("company_id", "=", self.env.company.id),
                *self._accreditation_in_force_domain(),
            ]
        )
        by_partner = {rec.partner_id.id: rec for rec in live}
        none = self.env["referral.accreditation"]
        for partner in self:
            partner.accreditation_id = by_partner.get(partner._origin.id, none)

    @api.model
    def _search_accreditation_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        in_force = Domain(
            "accreditation_ids",
            "any",
            [
                ("company_id", "=", self.env.company.id),
                *self._accreditation_in_force_domain(),
            ],
        )
        if list(value) == [False]:
            return ~in_force
        return in_force & Domain("accreditation_ids", "in", list(value))

    @api.model
    def _accreditation_in_force_domain(self):
        return [
            ("state", "=", "accredited"),
            ("valid_until", ">=", self._place_today()),
        ]

    def _problems_to_receive(self, company, kind, service_type=None):
        """Return why this organisation may not receive from ``company`` now.

        ``kind`` is ``case_management`` or ``service``. One sentence each, empty if it
        may (R6: accreditation in force and signed data-sharing agreement).
        """
        self.ensure_one()
        # sudo: a portal case manager refers to a partner without reading its
        # accreditation file.
        accreditation = self.sudo().with_company(company).accreditation_id
        if not accreditation:
            return [
                self.env._(
                    "%(partner)s has no accreditation in force.",
                    partner=self.sudo().display_name,
                )
            ]
        problems = []
        today = self._place_today()
        if not accreditation.agreement_signed_on or (
            accreditation.agreement_valid_until
            and accreditation.agreement_valid_until < today
        ):
            problems.append(
                self.env._(
                    "%(partner)s has no data-sharing agreement in force.",
                    partner=accreditation.partner_id.display_name,
                )
            )
        if accreditation.kind not in (kind, "both"):
            problems.append(
                self.env._(
                    "%(partner)s is not accredited for this kind of work.",
                    partner=accreditation.partner_id.display_name,
                )
            )
        if service_type and service_type not in accreditation.service_type_ids:
            problems.append(
                self.env._(
                    "%(partner)s is not accredited for %(service)s.",
                    partner=accreditation.partner_id.display_name,
                    service=service_type.display_name,
                )
            )
        return problems

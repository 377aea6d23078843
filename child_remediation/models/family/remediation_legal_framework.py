from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

from ...tools.classification import RULE_KEYS

#: Ages where a framework names none: what no lawyer has said yet (R57).
CONSENT_AGE = 16
ASSENT_AGE = 6


class LegalFramework(models.Model):
    """A country's rules on children's work, in a version that never changes.

    Classification (R3) names the framework and version it used, so what is in force
    is not edited: a new version replaces it. Coordinators maintain frameworks.
    """

    _name = "remediation.legal.framework"
    _description = "Legal Framework"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company.or.none"
    _order = "name, version desc"

    _protected_fields = frozenset({"state", "version"})
    _open_fields = {"draft": EVERYTHING}

    name = fields.Char(required=True, translate=True)
    version = fields.Integer(default=1, required=True, readonly=True, copy=False)
    state = fields.Selection(
        [("draft", "Draft"), ("in_force", "In Force"), ("replaced", "Replaced")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    country_id = fields.Many2one(
        "res.country", help="Empty: applies where no other does."
    )
    date_from = fields.Date(default=fields.Date.context_today, required=True)
    minimum_wage = fields.Monetary()
    minimum_wage_period = fields.Selection(
        [("day", "Day"), ("week", "Week"), ("month", "Month")], default="month"
    )
    currency_id = fields.Many2one("res.currency")
    provision_ids = fields.One2many("remediation.legal.provision", "framework_id")
    unverified_count = fields.Integer(compute="_compute_unverified_count")
    company_id = fields.Many2one("res.company", index=True)
    acceptance_text = fields.Char(
        compute="_compute_acceptance_text", string="Accepted by Us"
    )

    _wage_not_negative = models.Constraint(
        "CHECK (minimum_wage >= 0)", "A minimum wage cannot be negative."
    )

    @api.depends("provision_ids.is_verified")
    def _compute_unverified_count(self):
        for framework in self:
            framework.unverified_count = len(
                framework.provision_ids.filtered(lambda p: not p.is_verified)
            )

    @api.depends("state")
    @api.depends_context("company", "lang")
    def _compute_acceptance_text(self):
        company = self.env.company
        for framework in self:
            framework.acceptance_text = (
                self.env._(
                    "%(who)s on %(day)s",
                    # sudo: the name of a colleague, also of one who left
                    who=company.framework_accepted_by_id.sudo().name,
                    day=format_date(self.env, company.framework_accepted_on),
                )
                if company.framework_accepted_id == framework
                else False
            )

    @api.depends("name", "version")
    def _compute_display_name(self):
        for framework in self:
            framework.display_name = f"{framework.name} v{framework.version}"

    def _missing_to_put_in_force(self):
        self.ensure_one()
        missing = set(RULE_KEYS) - set(self.provision_ids.mapped("key"))
        if not missing:
            return []
        labels = dict(
            self.provision_ids._fields["key"]._description_selection(self.env)
        )
        return [
            self.env._(
                "Add a provision for: %(missing)s.",
                missing=", ".join(sorted(labels[key] for key in missing)),
            )
        ]

    @step(frm="draft", to="in_force", check="_missing_to_put_in_force")
    def action_put_in_force(self):
        """Make this version the one that classifies. For coordinators.

        :raises UserError: a number that classification needs is missing.
        """
        older = self.search(
            [
                ("state", "=", "in_force"),
                ("country_id", "in", [c.id for c in self.country_id] or [False]),
                ("company_id", "in", [c.id for c in self.company_id] or [False]),
                ("id", "not in", self.ids),
            ]
        )
        older._unprotected().write({"state": "replaced"})

    def action_accept(self):
        """Note that the organisation read these rules and works by them. For
        coordinators.

        :raises AccessError: somebody else calls it
        :raises UserError: the version is not in force, or another one applies here
        """
        self.ensure_one()
        if not self.env.user.has_group("child_remediation.group_coordinator"):
            raise AccessError(
                self.env._("Ask a coordinator: they accept the legal framework.")
            )
        company = self.env.company
        applies = self._for_company(company)
        if self != applies:
            raise UserError(
                self.env._(
                    "Here applies %(framework)s: read and accept that one.",
                    framework=applies.display_name or self.env._("no framework yet"),
                )
            )
        # sudo: coordinators do not write the company; who accepted is theirs to say.
        company.sudo().write(
            {
                "framework_accepted_id": self.id,
                "framework_accepted_by_id": self.env.uid,
                "framework_accepted_on": fields.Date.context_today(self),
            }
        )
        return True

    def action_new_version(self):
        """Copy the provisions into a draft that can be edited. For coordinators."""
        self.ensure_one()
        new = self._unprotected().copy(
            {
                "version": self.version + 1,
                "provision_ids": [
                    fields.Command.create(vals)
                    for vals in self.provision_ids.copy_data()
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": new.id,
            "view_mode": "form",
        }

    @api.model
    def _for_company(self, company):
        """Return the framework in force for a company's country, or the general one."""
        return self._for_country(company.country_id, company)

    @api.model
    def _for_country(self, country, company):
        """As above, for a country that the company may not have yet."""
        candidates = self.search(
            [
                ("state", "=", "in_force"),
                ("country_id", "in", [country.id, False]),
                ("company_id", "in", [company.id, False]),
            ]
        )
        return candidates.sorted(
            lambda f: (bool(f.country_id), bool(f.company_id), f.version), reverse=True
        )[:1]

    def _ages_of_consent(self):
        """``(age of consent, age of assent)``: from the one a child decides, from the
        other a child is asked beside the caregiver (R57)."""
        said = {provision.key: int(provision.value) for provision in self.provision_ids}
        return (
            said.get("consent_age", CONSENT_AGE),
            said.get("assent_age", ASSENT_AGE),
        )

    def _monthly_wage(self):
        """The minimum wage a month in the framework's currency; zero where none is
        given."""
        return (
            self.minimum_wage
            * {"day": 26, "week": 52 / 12, "month": 1}[
                self.minimum_wage_period or "month"
            ]
        )

    def _rules(self):
        """Return the numbers that :func:`classify` takes."""
        self.ensure_one()
        rules = {
            provision.key: provision.value
            for provision in self.provision_ids
            if provision.key in RULE_KEYS
        }
        rules["hazardous_site_types"] = set(
            self.provision_ids.filtered(
                lambda p: p.key == "hazardous_site_type"
            ).mapped("site_type")
        )
        return rules

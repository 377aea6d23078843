from odoo import fields, models


class Programme(models.Model):
    """A programme children are supported under. Coordinators maintain programmes."""

    _name = "remediation.programme"
    _description = "Programme"
    _check_company_auto = True
    _rules_of = "remediation.in.company"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    date_start = fields.Date()
    date_end = fields.Date()
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    # Questions that this programme adds, answered on the records themselves.
    case_properties = fields.PropertiesDefinition("Questions on the Case")
    assessment_properties = fields.PropertiesDefinition("Questions of the Assessment")
    visit_properties = fields.PropertiesDefinition("Questions at a Visit")
    yearly_checks = fields.Boolean(
        string="Yearly Checks Until 18",
        help="After the checks of the first two years, a closed case is seen every "
        "year until the child is 18.",
    )
    plan_service_ids = fields.Many2many(
        "remediation.service.type",
        string="Services That Plans Start With",
        check_company=True,
        help="A new plan offers them beside what answers the needs; a click adds one.",
    )
    survivor_age = fields.Selection(
        [
            ("before_18", "Exploited Before 18"),
            ("any", "Exploited at Any Age"),
        ],
        required=True,
        default="before_18",
        string="Adults Supported",
        help="Whether a case may open for somebody first exploited as an adult.",
    )
    active = fields.Boolean(default=True)

    _dates_ordered = models.Constraint(
        "CHECK (date_end IS NULL OR date_start IS NULL OR date_end >= date_start)",
        "A programme ends after it starts.",
    )

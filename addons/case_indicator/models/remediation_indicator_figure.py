from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from odoo.addons.remediation_base.tools.numbers import say_number

DIMENSIONS = [
    ("all", "All"),
    ("sex", "Sex"),
    ("age_band", "Age"),
    ("disability", "Disability"),
    ("risk", "Risk Level"),
    ("classification", "Class of Work"),
    ("site", "Site"),
    ("commodity", "Commodity"),
    ("tier", "Tier"),
    ("partner", "Partner"),
    ("programme", "Programme"),
    ("school", "School Status"),
    ("funder", "Funder"),
]
#: Dimensions whose groups are records.
RECORDS = {
    "site": "remediation.site",
    "partner": "res.partner",
    "programme": "remediation.programme",
    "funder": "res.partner",
}


class IndicatorFigure(models.Model):
    """One figure of a run: for all, or for one group of a breakdown.

    Frozen with its run. Who may what: as the run; the records behind a figure open for
    whoever may see them, and nothing of them is kept here but their numbers.
    """

    _name = "remediation.indicator.figure"
    _description = "Indicator Figure"
    _inherit = ["remediation.protected.mixin", "remediation.evidence"]
    _rules_of = "remediation.in.company"
    _order = "run_id desc, sequence, measure_id, id"
    _protected_fields = frozenset(
        {
            "run_id",
            "company_id",
            "measure_id",
            "sequence",
            "dimension",
            "group_key",
            "numerator",
            "denominator",
            "unseen",
            "units",
            "value",
            "counted_ids",
            "whole_ids",
        }
    )

    run_id = fields.Many2one(
        "remediation.indicator.run",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    date_to = fields.Date(related="run_id.date_to", store=True, string="On the Day")
    measure_id = fields.Many2one(
        "remediation.indicator.measure",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    indicator_id = fields.Many2one(
        related="measure_id.indicator_id", store=True, index=True
    )
    kind = fields.Selection(related="measure_id.kind")
    sequence = fields.Integer(readonly=True)
    dimension = fields.Selection(
        DIMENSIONS, required=True, readonly=True, string="Broken Down By"
    )
    group_key = fields.Char(readonly=True)
    group_label = fields.Char(compute="_compute_group_label", string="Group")
    numerator = fields.Float(readonly=True, string="Counted", digits=(16, 2))
    denominator = fields.Float(readonly=True, string="Whole", digits=(16, 2))
    unseen = fields.Integer(
        readonly=True,
        help="Of the whole: nobody found out about them for 180 days. They are neither "
        "dropped nor counted.",
    )
    units = fields.Integer(
        readonly=True, help="How many children, cases or records it is about."
    )
    value = fields.Float(readonly=True, digits=(16, 2), aggregator="avg")
    shown = fields.Char(compute="_compute_shown", string="Figure")
    counted_ids = fields.Json("Records Counted", readonly=True, prefetch=False)
    whole_ids = fields.Json("Records of the Whole", readonly=True, prefetch=False)

    _one_per_group = models.UniqueIndex(
        "(run_id, measure_id, dimension, COALESCE(group_key, ''))",
        "A run has one figure for each group.",
    )

    @api.depends("measure_id", "group_label")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for figure in self:
            figure.display_name = " · ".join(
                filter(None, (figure.measure_id.display_name, figure.group_label))
            )

    @api.depends("dimension", "group_key")
    @api.depends_context("lang")
    def _compute_group_label(self):
        selections = {
            "sex": self.env["remediation.beneficiary"]
            ._fields["sex"]
            ._description_selection(self.env),
            "school": self.env["remediation.beneficiary"]
            ._fields["school_status"]
            ._description_selection(self.env),
            "risk": self.env["remediation.case"]
            ._fields["risk_level"]
            ._description_selection(self.env),
            "classification": self.env["remediation.case"]
            ._fields["classification"]
            ._description_selection(self.env),
            "disability": [("yes", self.env._("Yes")), ("no", self.env._("No"))],
        }
        names = {dimension: dict(pairs) for dimension, pairs in selections.items()}
        for dimension, model in RECORDS.items():
            rows = self.filtered(
                lambda f, dimension=dimension: f.dimension == dimension and f.group_key
            )
            # sudo: names of sites, partners, programmes and funders; none is a child's
            names[dimension] = {
                str(record.id): record.name
                for record in self.env[model]
                .sudo()
                .browse({int(key) for key in rows.mapped("group_key")})
                .exists()
            }
        for figure in self:
            key = figure.group_key
            if figure.dimension == "all":
                figure.group_label = False
            else:
                figure.group_label = names.get(figure.dimension, {}).get(key) or (
                    key or self.env._("Not Known")
                )

    @api.depends("value", "numerator", "denominator", "units", "kind")
    @api.depends_context("lang")
    def _compute_shown(self):
        for figure in self:
            figure.shown = figure._say()

    def _say(self):
        """The figure as people read it; a whole of nought has no part."""
        self.ensure_one()
        number = say_number(self.env, self.value)
        if self.kind == "count":
            return number
        if not self.units or (self.kind in ("ratio", "mean") and not self.denominator):
            return self.env._("nobody to count")
        if self.kind == "ratio":
            return self.env._(
                "%(percent)s %% (%(part)s of %(whole)s)",
                percent=number,
                part=say_number(self.env, self.numerator),
                whole=say_number(self.env, self.denominator),
            )
        if self.kind == "median":
            return self.env._(
                "%(days)s days (%(cases)s)",
                days=number,
                cases=say_number(self.env, self.units),
            )
        if self.measure_id._is_money():
            return format_amount(self.env, self.value, self.company_id.currency_id)
        return number

    def action_counted(self):
        """Show the records that were counted, to whoever may see them.

        :raises UserError: nobody opens the records of this figure
        """
        return self._open_records("counted_ids")

    def action_whole(self):
        """Show the records of the whole, to whoever may see them; see above."""
        return self._open_records("whole_ids")

    def _open_records(self, name):
        self.ensure_one()
        self.check_access("read")
        model = self.measure_id.res_model
        if not model or model not in self.env:
            raise UserError(
                self.env._("Nobody opens the records of this figure: read its number.")
            )
        if not self.env[model].has_access("read"):
            raise UserError(
                self.env._("You may not open what was counted: read the number.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": model,
            "views": [(False, "list"), (False, "form")],
            # What the user may not see is not found: the rules of those records hold.
            "domain": [("id", "in", self._record_ids(name))],
        }

    def _record_ids(self, name):
        """The ids behind a figure: of all as kept, of a group those that belong to it
        as the cases stand on the run's day."""
        if self.dimension == "all":
            return self[name] or []
        whole = self.search(
            [
                ("run_id", "=", self.run_id.id),
                ("measure_id", "=", self.measure_id.id),
                ("dimension", "=", "all"),
            ]
        )
        ids = whole[name] or []
        # sudo: which records belong to the group; the user's own rules decide which
        # of them are seen.
        return self.run_id.sudo()._in_group(
            self.measure_id, ids, self.dimension, self.group_key
        )

from odoo import api, fields, models

KINDS = [
    ("count", "Number"),
    ("ratio", "Part of a Whole"),
    ("median", "Median"),
    ("mean", "Average"),
    ("amount", "Amount"),
]
#: How the keys begin of averages that are money.
MONEY = ("i24_", "i30_savings", "i30_share_out")


class IndicatorMeasure(models.Model):
    """One figure of an indicator: what is counted, out of what.

    Who may what: everybody who reads figures; coordinators set the target.
    """

    _name = "remediation.indicator.measure"
    _description = "Figure of an Indicator"
    _inherit = ["remediation.protected.mixin"]
    _order = "sequence, id"
    _protected_fields = frozenset(
        {
            "indicator_id",
            "key",
            "name",
            "kind",
            "numerator",
            "denominator",
            "res_model",
            "persons",
            "sequence",
            "less_is_better",
        }
    )

    indicator_id = fields.Many2one(
        "remediation.indicator",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    key = fields.Char(required=True, readonly=True)
    name = fields.Char(required=True, readonly=True, translate=True)
    sequence = fields.Integer(readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    numerator = fields.Char(
        string="What Is Counted", required=True, readonly=True, translate=True
    )
    denominator = fields.Char(string="Out Of", readonly=True, translate=True)
    res_model = fields.Char(
        string="Records Behind It",
        readonly=True,
        help="Empty where nobody opens the records: of sensitive complaints the "
        "number alone is told.",
    )
    persons = fields.Boolean(
        string="Counts Children",
        readonly=True,
        help="Its figures are broken down, and told to others in spans.",
    )
    less_is_better = fields.Boolean(readonly=True)
    target = fields.Float(help="What you want to reach; 0 for no target.")

    _key_unique = models.UniqueIndex("(key)", "This figure exists already.")

    def _is_money(self):
        self.ensure_one()
        return self.kind == "amount" or self.key.startswith(MONEY)

    @api.depends("name", "indicator_id.key")
    def _compute_display_name(self):
        for measure in self:
            measure.display_name = f"{measure.indicator_id.key} {measure.name}"

    def _load_records_create(self, vals_list):
        # What an update of the module brings is its own data; a user's import is not.
        model = self._unprotected() if self.env.su else self
        return (
            super(IndicatorMeasure, model)
            ._load_records_create(vals_list)
            .with_env(self.env)
        )

    def _load_records_write(self, values):
        model = self._unprotected() if self.env.su else self
        return super(IndicatorMeasure, model)._load_records_write(values)

from odoo import api, fields, models

FRAMES = [
    ("own", "Own"),
    ("ici", "ICI"),
    ("sdg", "SDG 8.7.1"),
    ("usdol", "USDOL"),
    ("hub", "Hub"),
]


class Indicator(models.Model):
    """What an indicator means, in words that a donor reads (R52).

    Definitions come with the modules; nobody writes them. Figures of different
    versions are never compared: a run keeps the version that it was computed with.

    Who may what: everybody who reads figures reads what they mean.
    """

    _name = "remediation.indicator"
    _description = "Indicator"
    _inherit = ["remediation.protected.mixin"]
    _order = "sequence, id"
    _protected_fields = frozenset(
        {"key", "name", "version", "frame", "sequence", "counts", "words", "consent"}
    )

    key = fields.Char(required=True, readonly=True)
    name = fields.Char(required=True, readonly=True, translate=True)
    version = fields.Char(required=True, readonly=True, default="1")
    frame = fields.Selection(FRAMES, required=True, readonly=True, default="own")
    sequence = fields.Integer(readonly=True)
    counts = fields.Selection(
        [
            ("child", "Each Child Once"),
            ("case", "Each Case Once"),
            ("household", "Each Household Once"),
            ("record", "Each Record Once"),
            ("worker", "Each Worker Once"),
            ("site", "Each Site Once"),
            ("group", "Each Group Once"),
            ("grant", "Each Grant Once"),
        ],
        string="What Counts",
        required=True,
        readonly=True,
    )
    consent = fields.Selection(
        [
            ("legal_basis", "Counts Follow the Legal Basis"),
            ("reporting", "Consent to Reporting Needed"),
        ],
        string="Consent Rule",
        required=True,
        readonly=True,
        default="legal_basis",
    )
    words = fields.Text(
        string="In Plain Words", required=True, readonly=True, translate=True
    )
    measure_ids = fields.One2many("remediation.indicator.measure", "indicator_id")

    _key_unique = models.UniqueIndex(
        "(key, version)", "This version of the indicator exists already."
    )

    @api.depends("key", "name")
    def _compute_display_name(self):
        for indicator in self:
            indicator.display_name = f"{indicator.key} {indicator.name}"

    def _load_records_create(self, vals_list):
        # What an update of the module brings is its own data; a user's import is not.
        model = self._unprotected() if self.env.su else self
        return (
            super(Indicator, model)._load_records_create(vals_list).with_env(self.env)
        )

    def _load_records_write(self, values):
        model = self._unprotected() if self.env.su else self
        return super(Indicator, model)._load_records_write(values)

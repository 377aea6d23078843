from odoo import fields, models

CLASSES = [
    ("wfcl", "Worst Form of Child Labour"),
    ("hazardous", "Hazardous Work"),
    ("below_min_age", "Work Below the Minimum Age"),
    ("not_permitted", "Work Not Permitted at This Age"),
    ("permitted_light", "Permitted Light Work"),
    ("at_risk", "At Risk"),
    ("none", "No Child Labour"),
    ("not_child", "Not a Child"),
]


class Classification(models.Model):
    """One evaluation of a work situation (R3): inputs, rules, result, who and when.

    A re-evaluation is a new row. Nothing here is ever changed.
    """

    _name = "remediation.classification"
    _description = "Classification"
    _inherit = ["remediation.case.owned"]
    _order = "id desc"
    # The application's own words; what it classified by is the child's story.
    _open_texts = frozenset({"reasons", "rules"})
    _rec_name = "result"

    _protected_fields = frozenset(
        {
            "work_situation_id",
            "result",
            "reasons",
            "inputs",
            "rules",
            "framework_id",
            "evaluated_on",
            "evaluated_by_id",
        }
    )

    work_situation_id = fields.Many2one(
        "remediation.work.situation",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    result = fields.Selection(CLASSES, required=True, readonly=True)
    reasons = fields.Char(readonly=True)
    inputs = fields.Json(readonly=True)
    rules = fields.Json(readonly=True)
    framework_id = fields.Many2one(
        "remediation.legal.framework", required=True, readonly=True, ondelete="restrict"
    )
    evaluated_on = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    evaluated_by_id = fields.Many2one(
        "res.users", required=True, readonly=True, default=lambda self: self.env.uid
    )

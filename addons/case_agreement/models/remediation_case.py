from odoo import api, fields, models

#: Who reads the agreements of the children whose cases they see.
READERS = (
    "child_remediation.group_case_worker,child_remediation.group_auditor,"
    "child_remediation.group_data_protection"
)


class Case(models.Model):
    _inherit = "remediation.case"

    agreement_child_ids = fields.One2many(
        "remediation.agreement.child", "case_id", string="Agreements", groups=READERS
    )
    adult_job_ids = fields.One2many(
        "remediation.adult.job", "case_id", string="Jobs of Adults", groups=READERS
    )
    job_promise_ids = fields.One2many(
        "remediation.job.promise", "case_id", string="Promised Jobs", groups=READERS
    )
    task_move_ids = fields.One2many(
        "remediation.task.move", "case_id", string="Safe Tasks", groups=READERS
    )
    is_uncovered = fields.Boolean(
        compute="_compute_is_uncovered",
        search="_search_is_uncovered",
        string="Nobody Pays for a Part",
        groups=READERS,
        help="Nobody pays for a part of what was agreed for the child.",
    )

    @api.depends("agreement_child_ids.uncovered")
    def _compute_is_uncovered(self):
        for case in self:
            case.is_uncovered = any(case.agreement_child_ids.mapped("uncovered"))

    @api.model
    def _search_is_uncovered(self, operator, value):
        if operator != "in" or True not in value or len(value) > 1:
            return NotImplemented
        return [("agreement_child_ids", "any", [("uncovered", ">", 0)])]

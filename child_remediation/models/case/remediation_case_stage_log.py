from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.remediation_base.tools.at_commit import noted_until_commit

from .remediation_case import STAGES


class CaseStageLog(models.Model):
    """From, to, when and because of which record; durations and funnels read it.

    Written at the end of the transaction, one row for each case whose stage is then
    another than the last that was logged. Nobody calls it: the case notes whenever its
    stage is computed or written, and the records that the stage follows from note whose
    change it was.
    """

    _name = "remediation.case.stage.log"
    _description = "Stage Change"
    _inherit = ["remediation.case.owned", "remediation.evidence"]
    _order = "changed_on desc, id desc"

    from_stage = fields.Selection(STAGES, readonly=True)
    to_stage = fields.Selection(STAGES, required=True, readonly=True)
    changed_on = fields.Datetime(required=True, readonly=True)
    changed_by_id = fields.Many2one("res.users", required=True, readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)

    @api.depends("from_stage", "to_stage")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["to_stage"]._description_selection(self.env))
        for log in self:
            log.display_name = (
                f"{labels.get(log.from_stage, '–')} → {labels[log.to_stage]}"
            )

    @api.model
    def _note(self, cases, because=None):
        """Look at these cases when the transaction ends.

        :param because: the records whose change may move them, one by one of a case;
            the first of a transaction counts
        """
        noted = noted_until_commit(self, "_write_noted")
        for case, record in zip(cases, because or cases, strict=True):
            if case.id:
                noted.setdefault(case.id, (self.env.uid, record._name, record.id))

    def _write_noted(self, noted):
        """Write a row for each case whose stage is not the one that was logged last."""
        stage = self.env["remediation.case"]._fields["stage"]
        changed = self.env.execute_query(
            SQL(
                """SELECT c.id, last.to_stage, %s
                     FROM remediation_case c
                     LEFT JOIN LATERAL (
                          SELECT to_stage FROM remediation_case_stage_log log
                           WHERE log.case_id = c.id ORDER BY log.id DESC LIMIT 1
                     ) last ON TRUE
                    WHERE c.id = ANY(%s) AND c.stage IS DISTINCT FROM last.to_stage
                    ORDER BY c.id""",
                SQL.identifier("c", "stage", to_flush=stage),
                list(noted),
            )
        )
        now = fields.Datetime.now()
        self.create(
            [
                {
                    "case_id": case,
                    "from_stage": before,
                    "to_stage": after,
                    "changed_on": now,
                    "changed_by_id": noted[case][0],
                    "res_model": noted[case][1],
                    "res_id": noted[case][2],
                }
                for case, before, after in changed
            ]
        )

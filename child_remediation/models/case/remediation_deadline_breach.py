from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.remediation_base.tools.words import say_pair

#: Days after which the supervisor hears of a breach, by risk level.
ESCALATE_DAYS = {"high": 0, "medium": 2, "low": 7, False: 0}


class DeadlineBreach(models.Model):
    """A deadline that was not met (R15): one per deadline, whoever looks how often.

    Belongs to whoever held the case when it fell due, also after a reassignment.
    """

    _name = "remediation.deadline.breach"
    _description = "Deadline Breach"
    _inherit = ["remediation.case.owned", "remediation.evidence"]
    _order = "fell_due_on desc, id desc"

    # The kind follows from the deadline as soon as the row is there.
    _evidence_once = frozenset({"escalated_on", "kind"})

    _protected_fields = frozenset(
        {
            "deadline_id",
            "fell_due_on",
            "holder_user_id",
            "escalate_after",
            "escalated_on",
        }
    )

    deadline_id = fields.Many2one(
        "remediation.deadline",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    kind = fields.Selection(related="deadline_id.kind", store=True)
    fell_due_on = fields.Datetime(required=True, readonly=True)
    holder_user_id = fields.Many2one(
        "res.users", required=True, readonly=True, string="Held By", index=True
    )
    escalate_after = fields.Datetime(required=True, readonly=True)
    escalated_on = fields.Datetime(readonly=True)

    _one_per_deadline = models.UniqueIndex(
        "(deadline_id)", "The breach of this deadline was recorded already."
    )
    _to_escalate = models.Index("(escalate_after) WHERE escalated_on IS NULL")

    @api.depends("kind", "case_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for breach in self:
            breach.display_name = say_pair(
                self.env, breach.case_id.name, kinds.get(breach.kind, "")
            )

    @api.model
    def _record(self, deadlines):
        """Record the breach of each deadline, in one batch."""
        if not deadlines:
            return
        self.env["remediation.case.holder"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT d.id, h.holder_user_id
                  FROM remediation_deadline d
                  JOIN LATERAL (
                       SELECT holder_user_id
                         FROM remediation_case_holder h
                        WHERE h.case_id = d.case_id AND h.date_from <= d.date_due
                        ORDER BY h.date_from DESC, h.id DESC
                        LIMIT 1
                       ) h ON TRUE
                 WHERE d.id IN %s
                """,
                tuple(deadlines.ids),
            )
        )
        held = dict(rows)
        self._unprotected().create(
            [
                {
                    "case_id": deadline.case_id.id,
                    "deadline_id": deadline.id,
                    "fell_due_on": deadline.date_due,
                    "holder_user_id": held.get(deadline.id) or deadline.user_id.id,
                    "escalate_after": deadline.date_due
                    + timedelta(days=ESCALATE_DAYS[deadline.case_id.risk_level]),
                }
                for deadline in deadlines
            ]
        )

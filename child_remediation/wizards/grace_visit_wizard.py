from odoo import fields, models

from ..models.handover import VISIT_FIELDS
from ..models.visit import Visit


class GraceVisitWizard(models.TransientModel):
    """Finish a visit that was due when the worker's check lapsed (R11).

    Asks what a visit asks; ``remediation.handover`` checks whose and until when.
    """

    _name = "remediation.grace.visit.wizard"
    _description = "Record a Visit That Was Due"

    handover_id = fields.Many2one("remediation.handover", required=True)
    due_visit_on = fields.Date(related="handover_id.due_visit_on", related_sudo=False)
    visit_type = fields.Selection(
        Visit.visit_type.selection, required=True, default="home"
    )
    date_done = fields.Date(required=True, default=fields.Date.context_today)
    child_seen = fields.Boolean(string="Child Seen in Person", default=True)
    child_seen_alone = fields.Boolean()
    present = fields.Char(string="Who Was Present")
    occupation = fields.Selection(
        Visit.occupation.selection, string="School, Training or Decent Work"
    )
    wellbeing = fields.Selection(Visit.wellbeing.selection)
    child_working = fields.Boolean()
    work_activity = fields.Char(string="What Work")
    hours_week = fields.Float(string="Hours per Week")
    at_night = fields.Boolean()
    is_light_work = fields.Boolean()
    interferes_with_school = fields.Boolean()
    is_worst_form = fields.Boolean(string="Other Worst Form")
    safety_concern = fields.Text()
    note = fields.Text()

    def action_apply(self):
        """Record the visit as made."""
        self.ensure_one()
        self.handover_id.action_record_visit(
            {name: self[name] for name in VISIT_FIELDS}
        )
        return {"type": "ir.actions.act_window_close"}

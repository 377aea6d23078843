from odoo import fields, models

from odoo.addons.remediation_base.tools.answers import YES_NO, Answer

from ..models.follow_up.remediation_visit import RECORD_FIELDS, Visit


class GraceVisitWizard(models.TransientModel):
    """Finish a visit that was due when the worker's check lapsed (R11).

    Asks what a visit asks; ``remediation.handover`` checks whose and until when.
    """

    _name = "remediation.grace.visit.wizard"
    _description = "Record a Visit That Was Due"

    handover_id = fields.Many2one("remediation.handover", required=True)
    due_visit_on = fields.Date(related="handover_id.due_visit_on", related_sudo=False)
    visit_type = fields.Selection(Visit.visit_type.selection, required=True)
    date_done = fields.Date(required=True, default=fields.Date.context_today)
    company_id = fields.Many2one(related="handover_id.company_id")
    child_seen = Answer("Child Seen in Person", selection=YES_NO)
    child_seen_alone = Answer("Child Seen Alone", selection=YES_NO)
    present = fields.Char(string="Who Was Present")
    occupation = fields.Selection(
        Visit.occupation.selection, string="School, Training or Decent Work"
    )
    wellbeing = fields.Selection(Visit.wellbeing.selection)
    child_working = Answer("Child Working")
    work_activity = fields.Char(string="What Work")
    site_id = fields.Many2one(
        "remediation.site", domain="[('company_id', 'in', [company_id, False])]"
    )
    hours_week = fields.Float(string="Hours per Week")
    hazard_ids = fields.Many2many("remediation.hazard", string="Hazards")
    at_night = Answer("At Night")
    is_light_work = Answer("Light Work")
    interferes_with_school = Answer("Interferes with School")
    is_worst_form = Answer("Other Worst Form")
    immediate_danger = Answer("Immediate Danger")
    safety_concern = fields.Text()
    note = fields.Text()

    def action_apply(self):
        """Record the visit as made."""
        self.ensure_one()
        self.handover_id.action_record_visit(
            {
                name: self._fields[name].convert_to_write(self[name], self)
                for name in RECORD_FIELDS
            }
        )
        return {"type": "ir.actions.act_window_close"}

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

_lt = LazyTranslate(__name__)

GROWN_UP = 18


class TaskMove(models.Model):
    """A young person who may work, moved from a hazardous task to a safe one: before,
    after, and that somebody else looked. Below the minimum age work stops instead."""

    _name = "remediation.task.move"
    _description = "Move to a Safe Task"
    _inherit = ["remediation.case.owned"]
    _order = "date desc, id desc"

    _open_fields = {"moved": EVERYTHING}
    _protected_fields = frozenset({"state", "checked_by_id", "checked_on"})

    date = fields.Date(string="Moved On", required=True)
    task_before = fields.Char(required=True)
    task_after = fields.Char(required=True)
    hours_after = fields.Float(string="Hours per Week Now", digits=(4, 1))
    pay_kept = fields.Boolean(
        string="Earns as Much as Before", help="Lost income is made up for."
    )
    state = fields.Selection(
        [("moved", "Not Checked Yet"), ("checked", "Checked")],
        default="moved",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    checked_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    checked_on = fields.Date(readonly=True, copy=False)

    _hours_possible = models.Constraint(
        "CHECK (hours_after BETWEEN 0 AND 168)", "A week has 168 hours."
    )

    @api.depends("case_id.name", "date")
    def _compute_display_name(self):
        for move in self:
            move.display_name = f"{move.case_id.name} {move.date or ''}"

    @api.constrains("date", "case_id")
    def _check_age(self):
        for move in self:
            if move._is_ahead(move.date):
                raise ValidationError(
                    self.env._("The move lies in the future: enter it once it is done.")
                )
            # sudo: an age in years is compared for whoever saves.
            age = move.sudo().case_id.beneficiary_id._age_on(move.date)
            # sudo: a figure of the law
            framework = (
                self.env["remediation.legal.framework"]
                .sudo()
                ._for_company(move.company_id)
            )
            least = framework._working_age()
            if age is None or least is None or not least <= age < GROWN_UP:
                raise ValidationError(
                    self.env._(
                        "Only who may work and is below 18 moves to a safe task. Below "
                        "the minimum age the work stops."
                    )
                )

    @step(
        frm="moved",
        to="checked",
        group="child_remediation.group_case_worker",
        not_by=("create_uid",),
        stamp="checked",
    )
    def action_check(self):
        """Record that somebody saw the young person at the safe task. Not for who
        entered the move."""

from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step
from odoo.addons.remediation_base.tools.words import say_pair

from .remediation_legal_matter import DUTY

#: Dates by which something has to be done: deadlines of the case.
LIMITS = ("filing", "appeal")


class LegalDate(models.Model):
    """A hearing, or a day by which the law asks for something. For the duty alone.

    A day of the law opens a deadline of the case, which says no more than that.
    """

    _name = "remediation.legal.date"
    _description = "Date of a Legal Matter"
    _inherit = ["remediation.case.owned"]
    _rules_of = "remediation.legal.matter"
    _order = "date, id"

    _decided_by = "matter_id"
    _open_fields = {"open": EVERYTHING}
    _frozen_fields = frozenset({"matter_id"})
    _protected_fields = frozenset({"done_on", "done_by_id", "deadline_id"})

    matter_id = fields.Many2one(
        "remediation.legal.matter", required=True, index=True, ondelete="restrict"
    )
    case_id = fields.Many2one(
        compute="_compute_case_id", store=True, precompute=True, readonly=False
    )
    kind = fields.Selection(
        [
            ("hearing", "Hearing"),
            ("interview", "Interview or Statement"),
            ("filing", "Last Day to File"),
            ("appeal", "Last Day to Appeal"),
            ("decision", "Decision Expected"),
        ],
        required=True,
    )
    date = fields.Datetime(required=True)
    place = fields.Char(groups=DUTY)
    accompanied_by_id = fields.Many2one(
        "res.users", domain=[("share", "=", False)], string="Goes Along"
    )
    note = fields.Text(groups=DUTY)
    done_on = fields.Datetime(readonly=True, copy=False)
    done_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    deadline_id = fields.Many2one(
        "remediation.deadline", readonly=True, copy=False, index="btree_not_null"
    )

    @api.depends("matter_id")
    def _compute_case_id(self):
        for date in self:
            date.case_id = date.matter_id.case_id

    @api.depends("case_id.name", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        # sudo: a code and a kind
        for date in self.sudo():
            date.display_name = say_pair(
                self.env, date.case_id.name, labels.get(date.kind, "")
            )

    @api.model_create_multi
    def create(self, vals_list):
        dates = super().create(vals_list)
        dates._follow_deadline()
        return dates

    def write(self, vals):
        result = super().write(vals)
        if {"kind", "date", "done_on"} & vals.keys():
            self._follow_deadline()
        return result

    def _follow_deadline(self):
        """The case's deadline is open while the day of the law is."""
        # sudo: deadlines have no create right for anybody; facts open them (R15).
        deadlines = self.env["remediation.deadline"].sudo()._unprotected()
        for date in self.sudo():
            deadline = date.deadline_id.sudo()._unprotected()
            if date.kind not in LIMITS or date.done_on:
                deadline.filtered(lambda d: not d.done_on).write(
                    {"done_on": date.done_on or fields.Datetime.now()}
                )
            elif deadline:
                deadline.write({"date_due": date.date, "done_on": False})
            else:
                # One that is entered late is due at once.
                start = min(fields.Datetime.now(), date.date - timedelta(hours=1))
                date._unprotected().deadline_id = deadlines.create(
                    {
                        "case_id": date.case_id.id,
                        "kind": "legal",
                        "date_from": start,
                        "date_due": date.date,
                    }
                )

    def _missing_to_end(self):
        if self.done_on:
            return [self.env._("This date is over already.")]
        return []

    @step(group=DUTY, stamp="done", check="_missing_to_end")
    def action_done(self):
        """Note that the date is over, or that the paper was filed. For the duty."""
        self._follow_deadline()

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step


class Vetting(models.Model):
    """A check of a worker before any contact with a child (E15, R11).

    Supervisors of the worker's team enter checks; somebody other than the worker
    verifies the result. Nothing is deleted: a newer check replaces an older one.
    """

    _name = "remediation.vetting"
    _description = "Worker Check"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _order = "date desc, id desc"

    _remediation_sensitive = True
    _protected_fields = frozenset(
        {"result", "verified_by_id", "verified_on", "company_id", "team_id", "user_id"}
    )
    _frozen_fields = frozenset({"case_manager_id"})
    _state_field = "result"
    _open_fields = {"pending": EVERYTHING}

    case_manager_id = fields.Many2one(
        "remediation.case.manager", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="case_manager_id.company_id", store=True)
    team_id = fields.Many2one(related="case_manager_id.team_id", store=True, index=True)
    user_id = fields.Many2one(related="case_manager_id.user_id", store=True, index=True)
    kind = fields.Selection(
        [
            ("police_check", "Criminal-Record Check"),
            ("statutory_declaration", "Statutory Declaration"),
            ("referees", "Referees"),
        ],
        required=True,
        default="police_check",
    )
    issuer = fields.Char()
    date = fields.Date(required=True, default=fields.Date.context_today)
    expiry_date = fields.Date(
        compute="_compute_expiry_date",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    result = fields.Selection(
        [("pending", "Pending"), ("clear", "Clear"), ("adverse", "Adverse")],
        default="pending",
        required=True,
        readonly=True,
        copy=False,
    )
    verified_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    verified_on = fields.Datetime(readonly=True, copy=False)

    _expiry_after_date = models.Constraint(
        "CHECK (expiry_date >= date)", "A check expires after it was made."
    )

    @api.depends("date")
    def _compute_expiry_date(self):
        for vetting in self:
            # 36 months: no source gives a period; see domain rules, §3.5.
            vetting.expiry_date = vetting.date and vetting.date + relativedelta(
                months=36
            )

    @api.constrains("date")
    def _check_date(self):
        today = self._place_today()
        if self.filtered(lambda vetting: vetting.date > today):
            raise ValidationError(
                self.env._("The check lies in the future: correct the date.")
            )

    @api.depends("kind", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for vetting in self:
            vetting.display_name = f"{kinds.get(vetting.kind, '')} {vetting.date or ''}"

    @step(
        frm="pending",
        to="clear",
        group="child_remediation.group_supervisor",
        not_by="user_id",
        stamp="verified",
    )
    def action_verify_clear(self):
        """Record that the check is clear. For a supervisor other than the worker."""
        self.case_manager_id._clear_rights_cache()

    @step(
        frm="pending",
        to="adverse",
        group="child_remediation.group_supervisor",
        not_by="user_id",
        stamp="verified",
    )
    def action_verify_adverse(self):
        """Record an adverse result; the worker is suspended at once (R11)."""
        self.case_manager_id._clear_rights_cache()
        self.case_manager_id._suspend(self.env._("Adverse check"))

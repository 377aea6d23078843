from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step
from odoo.addons.remediation_base.tools.words import say_pair


class DataBreach(models.Model):
    """The breach log (R56). Written by what happens and by the data-protection officer.

    open → closed. The authority is told within 72 hours where the breach asks for it.
    """

    _name = "remediation.data.breach"
    _description = "Data Breach"
    _check_company_auto = True
    _inherit = ["remediation.protected.mixin", "remediation.evidence"]
    _rules_of = "remediation.in.company"
    _order = "found_on desc, id desc"

    _evidence_from = frozenset({"open"})

    _remediation_sensitive = True
    _protected_fields = frozenset({"state", "case_id", "closed_on", "closed_by_id"})
    _frozen_fields = frozenset({"found_on", "found_by_id", "company_id"})
    _open_fields = {"open": EVERYTHING}

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [
            ("misfiled", "Filed on the Wrong Child"),
            ("disclosed", "Disclosed to the Wrong Person"),
            ("lost", "Device or Paper Lost"),
            ("access", "Access without Need"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    description = fields.Text(required=True)
    case_id = fields.Many2one(
        "remediation.case", readonly=True, index=True, check_company=True
    )
    found_on = fields.Datetime(required=True, default=fields.Datetime.now)
    found_by_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.uid
    )
    authority_due = fields.Datetime(compute="_compute_authority_due", store=True)
    authority_told_on = fields.Datetime()
    measures = fields.Text()
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    closed_on = fields.Datetime(readonly=True)
    closed_by_id = fields.Many2one("res.users", readonly=True)

    @api.depends("found_on")
    def _compute_authority_due(self):
        for breach in self:
            breach.authority_due = breach.found_on + timedelta(hours=72)

    @api.depends("kind", "found_on")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for breach in self:
            day = breach._say_day(breach.found_on)
            breach.display_name = say_pair(self.env, day, kinds.get(breach.kind))

    def _missing_to_close(self):
        if not (self.measures or "").strip():
            return [self.env._("Record the measures taken before you close.")]
        return []

    @step(
        frm="open",
        to="closed",
        group="child_remediation.group_data_protection",
        stamp="closed",
        check="_missing_to_close",
    )
    def action_close(self):
        """Close with the measures taken. For the data-protection officer."""

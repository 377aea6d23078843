import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step


class DonorReport(models.Model):
    """What a funder, or the public, is told of a run of indicators; frozen when it is
    submitted, told when a second person approves it.

    Numbers of children are told in bands (R10), so that nothing that was ever told
    gives a small number away, whatever is subtracted from whatever. Single children's
    progress is told to a funder alone, under a code of that funder's, of those whose
    family agreed (R9), and needs the data-protection officer's approval.

    Who may what: coordinators write and submit; another coordinator, or the
    data-protection officer, approves; monitoring and auditors read. A funder on the
    portal reads its own approved reports through :meth:`portal_reports` and no record.
    """

    _name = "remediation.donor.report"
    _description = "Donor's Report"
    _inherit = ["remediation.protected.mixin", "remediation.evidence"]
    _rules_of = "remediation.in.company"
    _order = "date_to desc, id desc"
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "state",
            "content",
            "content_hash",
            "submitted_by_id",
            "submitted_on",
            "approved_by_id",
            "approved_on",
        }
    )
    _frozen_fields = frozenset({"company_id"})
    _open_fields = {"draft": EVERYTHING}
    _evidence_from = frozenset({"draft", "submitted"})

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    run_id = fields.Many2one(
        "remediation.indicator.run",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain=[("state", "=", "frozen")],
    )
    date_from = fields.Date(related="run_id.date_from", store=True, precompute=True)
    date_to = fields.Date(related="run_id.date_to", store=True, precompute=True)
    funder_id = fields.Many2one(
        "res.partner", index=True, help="Empty: the report is for the public."
    )
    with_children = fields.Boolean(
        string="With Single Children",
        help="Progress of children whose family agreed to reporting, under codes that "
        "only this funder sees. The data-protection officer approves it.",
    )
    narrative = fields.Text(help="In your words. Name no child and no family.")
    state = fields.Selection(
        [("draft", "Draft"), ("submitted", "Submitted"), ("approved", "Approved")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
    )
    content = fields.Json(readonly=True, copy=False)
    content_hash = fields.Char(readonly=True, copy=False)
    shown = fields.Html(compute="_compute_shown", string="What Is Told")
    xlsx_file = fields.Binary(compute="_compute_files", string="Spreadsheet")
    hxl_file = fields.Binary(compute="_compute_files", string="HXL File")
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    submitted_on = fields.Datetime(readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)

    @api.constrains("with_children", "funder_id")
    def _check_children_go_to_a_funder(self):
        if self.filtered(lambda report: report.with_children and not report.funder_id):
            raise ValidationError(
                self.env._("Single children are told to a funder: choose which one.")
            )

    @api.constrains("run_id")
    def _check_run_is_final(self):
        # sudo: the state of the run, for whoever writes the report.
        if self.sudo().run_id.filtered(lambda run: run.state != "frozen"):
            raise ValidationError(
                self.env._("Choose a run that is final: its figures change no more.")
            )

    # -- steps -----------------------------------------------------------------
    @step(
        frm="draft",
        to="submitted",
        group="child_remediation.group_coordinator",
        stamp="submitted",
    )
    def action_submit(self):
        """Make the report: everything it tells is computed and frozen. Coordinators."""
        for report in self:
            # sudo: figures over all records; what is told of them is in bands.
            content = report.sudo()._make_content()
            text = json.dumps(content, sort_keys=True)
            report._unprotected().write(
                {
                    "content": content,
                    "content_hash": hashlib.sha256(text.encode()).hexdigest(),
                }
            )

    @step(
        frm="submitted",
        to="draft",
        group=(
            "child_remediation.group_coordinator",
            "child_remediation.group_data_protection",
        ),
        right="read",
        sudo="the data-protection officer sends back and writes nothing",
    )
    def action_send_back(self):
        """Send the report back to be written again. For who may approve it."""

    @step(
        frm="submitted",
        to="approved",
        group=(
            "child_remediation.group_coordinator",
            "child_remediation.group_data_protection",
        ),
        not_by=("submitted_by_id", "create_uid"),
        stamp="approved",
        right="read",
        allowed="_check_approver",
        sudo="the data-protection officer approves and writes nothing",
        seen="content_hash",
    )
    def action_approve(self):
        """Approve the report; the funder sees it from now on. A second person.

        :raises AccessError: it tells of single children and the user is not the
            data-protection officer
        """

    def _check_approver(self):
        officer = self.env.user.has_group("child_remediation.group_data_protection")
        if self.filtered("with_children") and not officer:
            raise AccessError(
                self.env._(
                    "A report with single children is approved by the data-protection "
                    "officer: ask them."
                )
            )

    # -- the portal ------------------------------------------------------------
    @api.model
    def portal_reports(self):
        """Return what the observer's organisation was told, newest first.

        For portal observers (AccessError otherwise): its own approved reports and the
        public ones, each a dict of name, date_from, date_to, narrative and tables.
        """
        if not self.env.user.has_group("child_remediation.group_portal_observer"):
            raise AccessError(self.env._("Only observers read reports here."))
        # sudo: observers have no right on any record; what they get was approved for
        # their organisation, or for everybody.
        user = self.env.user.sudo()
        reports = self.sudo().search(
            [
                ("company_id", "in", user.company_ids.ids),
                ("state", "=", "approved"),
                (
                    "funder_id",
                    "in",
                    [False, user.partner_id.commercial_partner_id.id],
                ),
            ],
            limit=24,
        )
        return [
            {
                "name": report.name,
                "date_from": report.date_from,
                "date_to": report.date_to,
                "narrative": report.narrative or "",
                "tables": report._tables(),
            }
            for report in reports
        ]

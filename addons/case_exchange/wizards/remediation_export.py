import ast

from odoo import api, fields, models
from odoo.fields import Command

from ..models.remediation_export import FORMATS_OF, LAYOUTS, TOTAL_KEYS


class ExportWizard(models.TransientModel):
    """Asks for an export of cases. For those with the right to export.

    Without names unless they are asked for with a reason (R30); of cases that the
    user reads and that consent to reporting (R9). What is made is a
    ``remediation.export``; every one stands in the export log.
    """

    _name = "remediation.export.wizard"
    _description = "Export Cases"

    layout = fields.Selection(LAYOUTS, required=True, default="table")
    file_format = fields.Selection(
        [("xlsx", "XLSX"), ("csv", "CSV")], required=True, default="xlsx"
    )
    domain = fields.Char(
        string="Which Cases", default=lambda self: self._default_domain()
    )
    column_ids = fields.Many2many(
        "remediation.export.column",
        string="Columns",
        domain="[('key', 'in', total_keys)] if layout == 'totals' else"
        " ([] if is_identified else [('is_identity', '=', False)])",
        default=lambda self: self._default_columns(),
    )
    total_keys = fields.Json(compute="_compute_total_keys")
    is_identified = fields.Boolean(string="With Names")
    may_identify = fields.Boolean(compute="_compute_may_identify")
    reason = fields.Char(help="Why names are needed, in a sentence. Kept in the log.")
    receiver = fields.Char(
        string="For Whom", help="Who gets the file. Kept in the log."
    )
    case_count = fields.Integer(compute="_compute_case_count", string="Cases Found")

    @api.model
    def _default_domain(self):
        if self.env.context.get("active_model") != "remediation.case":
            return "[]"
        return repr([("id", "in", self.env.context.get("active_ids") or [])])

    @api.model
    def _default_columns(self):
        return self.env["remediation.export.column"].search([("is_default", "=", True)])

    def _compute_total_keys(self):
        for wizard in self:
            wizard.total_keys = sorted(TOTAL_KEYS)

    def _compute_may_identify(self):
        may = self.env.user.has_group("child_remediation.group_identity")
        for wizard in self:
            wizard.may_identify = may

    @api.depends("domain")
    def _compute_case_count(self):
        exports = self.env["remediation.export"]
        cases = self.env["remediation.case"]
        for wizard in self:
            domain = ast.literal_eval(exports._checked_domain(wizard.domain))
            wizard.case_count = cases.search_count(domain)

    @api.onchange("layout", "is_identified")
    def _onchange_columns(self):
        """Keep only columns that go with what was chosen."""
        if self.layout == "totals":
            self.column_ids = self.column_ids.filtered(
                lambda column: column.key in ("sex", "stage", "area")
            )
        elif self.layout == "table" and len(self.column_ids) <= 3:
            self.column_ids = [Command.set(self._default_columns().ids)]
        if not self.is_identified:
            self.column_ids = self.column_ids.filtered(
                lambda column: not column.is_identity
            )

    def action_export(self):
        """Make the file, or note it for the background, and show it.

        :raises AccessError, UserError: see ``remediation.export._check_may_export``
        """
        self.ensure_one()
        export = self.env["remediation.export"]._request(
            {
                "layout": self.layout,
                "file_format": FORMATS_OF.get(self.layout) or self.file_format,
                "domain": self.domain,
                "column_keys": self.column_ids.sorted().mapped("key"),
                "is_identified": self.is_identified,
                "reason": self.reason,
                "receiver": self.receiver,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": export._name,
            "res_id": export.id,
            "views": [(False, "form")],
            "target": "current",
        }

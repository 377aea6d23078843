from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import step

_lt = LazyTranslate(__name__)

COORDINATOR = "child_remediation.group_coordinator"


class RemedyRelease(models.Model):
    """The register of remedies of one year, as it was published.

    A coordinator publishes a year that is over, once. What stands there is never
    counted again, so that no two versions give away what lies between them (R10).

    published → withdrawn
    """

    _name = "remediation.remedy.release"
    _description = "Published Register of Remedies"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _order = "year desc, id desc"

    _protected_fields = frozenset(
        {
            "company_id",
            "year",
            "rows",
            "state",
            "published_on",
            "published_by_id",
            "withdrawn_on",
            "withdraw_reason",
        }
    )

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    year = fields.Char(required=True, readonly=True)
    rows = fields.Json(readonly=True, string="Totals")
    state = fields.Selection(
        [("published", "Published"), ("withdrawn", "Withdrawn")],
        required=True,
        readonly=True,
        default="published",
        index=True,
    )
    published_on = fields.Date(readonly=True)
    published_by_id = fields.Many2one("res.users", readonly=True)
    withdrawn_on = fields.Date(readonly=True)
    withdraw_reason = fields.Char(readonly=True, string="Why It Was Withdrawn")
    shown = fields.Html(compute="_compute_shown")

    _one_a_year = models.UniqueIndex(
        "(company_id, year)", "The register of this year was published already."
    )

    def _compute_display_name(self):
        for release in self:
            release.display_name = release.year

    @api.depends_context("lang")
    def _compute_shown(self):
        register = self.env["remediation.complaint.register"]
        for release in self:
            release.shown = register._drawn(release.rows or [])

    @step(
        frm="published",
        to="withdrawn",
        group=COORDINATOR,
        asks={"date": "withdrawn_on", "reason": "withdraw_reason"},
        title=_lt("Withdraw the Register"),
    )
    def action_withdraw(self, date, reason):
        """Take the year off the public page; it is not published again. For
        coordinators.

        :param date: day of it
        :param str reason: what was wrong
        """

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.batches import each_batch
from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

_lt = LazyTranslate(__name__)

#: What a list counts, by the outcome of its rows.
COUNTS = {
    "of_age": "of_age_count",
    "young": "young_count",
    "under_age": "under_age_count",
    "doubt": "doubt_count",
    "unknown": "unknown_count",
}


class WorkforceList(models.Model):
    """The ages of the people who work at a site, looked at on one day.

    Who may what: whoever looked keeps the list, the team's supervisor opens the cases
    of who is under age. Monitoring, auditors and data protection read the totals;
    nobody else reads a row (:class:`remediation.workforce.person`). A list is closed
    once nobody under age is left without a case. After the time that the company keeps
    such lists, names and codes go and the totals stay (R56).
    """

    _name = "remediation.workforce.list"
    _description = "Ages of a Workforce"
    _inherit = ["remediation.coded.mixin"]
    _rules_of = "remediation.case"
    _order = "date desc, id desc"
    _check_company_auto = True

    _code_prefix = "WL"
    _open_fields = {"open": EVERYTHING}
    _protected_fields = frozenset(
        {"state", "closed_by_id", "closed_on", "nameless_on", "user_id"}
    )
    _frozen_fields = frozenset({"company_id"})

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    site_id = fields.Many2one(
        "remediation.site",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    date = fields.Date(string="Day", required=True, default=fields.Date.context_today)
    # Who may see it, by the rules of a case.
    user_id = fields.Many2one(
        "res.users",
        string="Looked at By",
        required=True,
        readonly=True,
        index=True,
        copy=False,
        default=lambda self: self.env.user,
    )
    team_id = fields.Many2one(
        "remediation.team",
        required=True,
        index=True,
        check_company=True,
        default=lambda self: self._default_team_id(),
    )
    person_ids = fields.One2many(
        "remediation.workforce.person", "list_id", string="People"
    )
    # Totals: all that others read of it
    person_count = fields.Integer(
        string="Number of People", compute="_compute_counts", store=True
    )
    of_age_count = fields.Integer(
        string="Of Age", compute="_compute_counts", store=True
    )
    young_count = fields.Integer(
        string="May Work, Below 18", compute="_compute_counts", store=True
    )
    under_age_count = fields.Integer(
        string="Under Age", compute="_compute_counts", store=True
    )
    doubt_count = fields.Integer(
        string="In Doubt", compute="_compute_counts", store=True
    )
    unknown_count = fields.Integer(
        string="Age Unknown", compute="_compute_counts", store=True
    )
    case_count = fields.Integer(
        string="Cases Opened", compute="_compute_counts", store=True
    )
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    closed_on = fields.Datetime(readonly=True, copy=False)
    nameless_on = fields.Date(
        string="Without Names Since",
        readonly=True,
        copy=False,
        help="On this day names, codes and birth dates were taken out for good.",
    )

    _to_forget = models.Index("(company_id, date) WHERE nameless_on IS NULL")

    @api.model
    def _default_team_id(self):
        # sudo: the user's own place in a team
        managers = self.env["remediation.case.manager"].sudo()
        own = managers.search(
            [("user_id", "=", self.env.uid), ("company_id", "=", self.env.company.id)],
            limit=1,
        )
        return own.team_id or self.env["remediation.team"].search(
            [("supervisor_id", "=", self.env.uid)], limit=1
        )

    @api.depends("person_ids.outcome", "person_ids.case_id")
    def _compute_counts(self):
        rows = self.env["remediation.workforce.person"]._read_group(
            [("list_id", "in", self.ids)],
            ["list_id", "outcome"],
            ["__count", "case_id:count"],
        )
        found = {(one.id, outcome): (n, m) for one, outcome, n, m in rows}
        for one in self:
            mine = {key: found.get((one.id, key), (0, 0)) for key in COUNTS}
            for key, name in COUNTS.items():
                one[name] = mine[key][0]
            one.person_count = sum(count for count, _cases in mine.values())
            one.case_count = sum(cases for _count, cases in mine.values())

    # -- closing -------------------------------------------------------------------
    def _missing_to_close(self):
        """Return the sentences that keep this list from being closed."""
        self.ensure_one()
        # sudo: all rows count, whoever closes
        people = self.sudo().person_ids
        missing = []
        if not people:
            missing.append(self.env._("Add the people, or read them from a sheet."))
        waiting = people.filtered(
            lambda one: one.outcome == "under_age" and not one.case_id
        )
        if waiting:
            missing.append(
                self.env._(
                    "Under age and without a case: %(number)s. Open the cases first.",
                    number=len(waiting),
                )
            )
        doubtful = people.filtered(
            lambda one: one.outcome in ("doubt", "unknown") and not one.case_id
        )
        if doubtful:
            missing.append(
                self.env._(
                    "Age unknown or in doubt: %(number)s. Look at a paper, or open "
                    "the case.",
                    number=len(doubtful),
                )
            )
        return missing

    @step(
        frm="open",
        to="closed",
        group="child_remediation.group_case_worker",
        stamp="closed",
        check="_missing_to_close",
    )
    def action_close(self):
        """Close the list: nobody under age is left without a case. For who looked, and
        their supervisor."""

    def action_read_sheet(self):
        """Open the window that reads the people from a sheet, for who keeps it."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("People from a Sheet"),
            "res_model": "remediation.workforce.sheet",
            "view_mode": "form",
            "target": "new",
            "context": {"default_list_id": self.id},
        }

    # -- nameless after their time (R56) ---------------------------------------------
    @step(
        group="child_remediation.group_data_protection",
        not_by=("create_uid",),
        right="read",
        sudo="the officer takes names out of rows that they do not write",
        title=_lt("Take the Names Out"),
    )
    def action_make_nameless(self):
        """Take names, codes and birth dates out of the rows before their time. For the
        data-protection officer. Cannot be undone."""
        self._make_nameless()

    def _make_nameless(self):
        self.person_ids._make_nameless()
        self._unprotected().nameless_on = self._place_today()

    @api.model
    def _cron_make_nameless(self):
        """Take the names out of lists that are past their company's time."""
        for company in self.env["res.company"].search([]):  # pylint: disable=no-search-all
            until = self._place_today() - relativedelta(
                months=company.workforce_keep_months
            )
            past = self.search(
                [
                    ("company_id", "=", company.id),
                    ("nameless_on", "=", False),
                    ("date", "<=", until),
                ]
            )
            each_batch(past, lambda batch: batch._make_nameless())

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from odoo.addons.remediation_base.tools.batches import each_batch


class RetentionRule(models.Model):
    """How long files of a kind are kept by name after closure (R56).

    One rule per company and closure reason; the rule without a reason is the default.
    """

    _name = "remediation.retention.rule"
    _description = "Keep-Until Rule"
    _rules_of = "remediation.in.company"
    _order = "company_id, closure_reason"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    closure_reason = fields.Selection(
        selection=lambda self: (
            self.env["remediation.case"]._fields["closure_reason"].selection
        ),
        help="Empty: all reasons without a rule of their own.",
    )
    years = fields.Integer(
        string="Years after Closure",
        required=True,
        default=7,
        help="A file is kept at least until the child is 18.",
    )
    legal_basis = fields.Char(help="The law or contract that asks for this time.")

    _one_per_reason = models.UniqueIndex(
        "(company_id, COALESCE(closure_reason, ''))",
        "There is a rule for this reason already.",
    )
    _years_positive = models.Constraint(
        "CHECK (years >= 1)", "A file is kept for at least a year."
    )

    @api.depends("closure_reason", "years")
    @api.depends_context("lang")
    def _compute_display_name(self):
        reasons = dict(
            self._fields["closure_reason"]._description_selection(self.env) or []
        )
        for rule in self:
            reason = reasons.get(rule.closure_reason) or self.env._("All")
            rule.display_name = self.env._(
                "%(reason)s: %(years)s years", reason=reason, years=rule.years
            )

    @api.model
    def _past_their_time(self, limit=500):
        """Children all of whose cases are closed and past the time of their rule."""
        today = self._place_today()
        # sudo: the list covers all children; only the data-protection role gets it.
        children = (
            self.env["remediation.beneficiary"]
            .sudo()
            .search(
                [
                    ("pseudonymised_on", "=", False),
                    ("merged_into_id", "=", False),
                    ("current_case_id.closed_on", "!=", False),
                    ("current_case_id.closed_on", "<", today - relativedelta(years=1)),
                ],
                limit=limit,
            )
        )
        rules = {
            (rule.company_id.id, rule.closure_reason or False): rule.years
            for rule in self.sudo().search([])  # sudo: settings
        }
        result = children.browse()
        for child in children:
            due = False
            for case in child.case_ids:
                years = rules.get(
                    (case.company_id.id, case.closure_reason or False),
                    rules.get((case.company_id.id, False)),
                )
                if not years or not case.closed_on:
                    due = False
                    break
                until = case._day(case.closed_on) + relativedelta(years=years)
                due = max(due or until, until)
            age = child._age_on(today)
            if due and due < today and (age is None or age >= 18):
                result |= child
        return result

    @api.model
    def _cron_propose(self):
        """Open one erasure request per child whose file is past its time; a
        data-protection officer decides. Monthly."""
        requests = self.env["remediation.subject.request"]
        children = self._past_their_time()
        known = requests.search(
            [
                ("beneficiary_id", "in", children.ids),
                ("kind", "=", "retention"),
                ("state", "=", "open"),
            ]
        ).beneficiary_id
        each_batch(
            children - known,
            lambda batch: requests.create(
                [
                    {
                        "beneficiary_id": child.id,
                        "company_id": child.company_id.id,
                        "kind": "retention",
                        "requested_by": self.env._("Keep-Until Rule"),
                    }
                    for child in batch
                ]
            ),
        )

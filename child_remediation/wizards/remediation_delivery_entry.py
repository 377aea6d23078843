from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.follow_up.remediation_service_delivery import ServiceDelivery

#: Rows of one entry; more children are entered in two steps.
MAX_ROWS = 500


class DeliveryEntryWizard(models.TransientModel):
    """One service given to many children on a day, in one grid.

    For whoever holds the cases: only children whose file the user may change are
    listed. Each row says what keeps it from being entered; all ticked rows are created
    at once, or none.
    """

    _name = "remediation.delivery.entry.wizard"
    _description = "Enter Deliveries to Many Children"

    service_type_id = fields.Many2one("remediation.service.type", required=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    site_id = fields.Many2one("remediation.site")
    institution_id = fields.Many2one("remediation.institution", string="School")
    programme_id = fields.Many2one("remediation.programme")
    provider_id = fields.Many2one("res.partner")
    recipient = fields.Selection(
        ServiceDelivery.recipient.selection, required=True, default="child"
    )
    quantity = fields.Float(default=1.0, help="Proposed for every child.")
    unit = fields.Selection(
        ServiceDelivery.unit.selection, required=True, default="piece"
    )
    cost = fields.Monetary(string="Cost per Child", help="Proposed for every child.")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    line_ids = fields.One2many(
        "remediation.delivery.entry.wizard.line",
        "wizard_id",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    total_cost = fields.Monetary(compute="_compute_total")
    given_count = fields.Integer(compute="_compute_total", string="Children")

    @api.depends("service_type_id", "site_id", "institution_id", "programme_id", "date")
    def _compute_line_ids(self):
        """As the user, also where a field read as superuser asks for the rows: they
        would list everybody's children."""
        for wizard in self:
            rows = wizard.sudo(False)._prepare_lines()
            wizard.line_ids = [fields.Command.clear()] + [
                fields.Command.create(row) for row in rows
            ]

    @api.depends("line_ids.is_given", "line_ids.cost")
    def _compute_total(self):
        for wizard in self:
            given = wizard.line_ids.filtered("is_given")
            wizard.total_cost = sum(given.mapped("cost"))
            wizard.given_count = len(given)

    @api.onchange("quantity", "cost")
    def _onchange_proposal(self):
        for line in self.line_ids:
            line.quantity = self.quantity
            line.cost = self.cost

    def _find_cases(self):
        """Open cases of the site, school or programme chosen that the user may change;
        none before one of them is chosen."""
        domain = fields.Domain("stage", "!=", "closed")
        if self.site_id:
            domain &= fields.Domain("site_id", "=", self.site_id.id)
        if self.programme_id:
            domain &= fields.Domain("programme_id", "=", self.programme_id.id)
        if self.institution_id:
            enrolments = self.env["remediation.education.enrolment"].search(
                [
                    ("institution_id", "=", self.institution_id.id),
                    ("date_start", "<=", self.date),
                    "|",
                    ("date_end", "=", False),
                    ("date_end", ">=", self.date),
                ]
            )
            domain &= fields.Domain("id", "in", enrolments.case_id.ids)
        if not (self.site_id or self.programme_id or self.institution_id):
            return self.env["remediation.case"]
        cases = self.env["remediation.case"].search(
            domain, order="name", limit=MAX_ROWS
        )
        return cases._filtered_access("write")

    def _prepare_lines(self):
        """One row per child, with the open action that the service belongs to."""
        self.ensure_one()
        if not self.service_type_id or not self.date:
            return []
        cases = self._find_cases()
        actions = self.env["remediation.plan.action"].search(
            [
                ("case_id", "in", cases.ids),
                ("state", "in", ("planned", "in_progress")),
                ("domain", "=", self.service_type_id.domain),
                ("service_type_id", "in", (self.service_type_id.id, False)),
            ],
            # One that names the service comes before one that names its domain alone.
            order="service_type_id NULLS LAST, id",
        )
        by_case = actions.grouped("case_id")
        given = self._given_actions(actions)
        lines = []
        for case in cases:
            action = by_case.get(case, actions.browse())
            action = (action.filtered(lambda a: a._may_run()) or action)[:1]
            lines.append(
                {
                    "case_id": case.id,
                    "plan_action_id": action.id,
                    "is_given_before": action in given,
                    "is_given": bool(
                        action and action._may_run() and action not in given
                    ),
                    "quantity": self.quantity,
                    "cost": self.cost,
                }
            )
        return lines

    def _given_actions(self, actions):
        """Actions on which something was entered for that day already."""
        return (
            self.env["remediation.service.delivery"]
            .search(
                [
                    ("plan_action_id", "in", actions.ids),
                    ("date", "=", self.date),
                    ("state", "=", "given"),
                ]
            )
            .plan_action_id
        )

    def action_save(self):
        """Create a delivery for each ticked row, all or none.

        :raises UserError: nothing is ticked, or a sentence per row that cannot be
            entered
        """
        self.ensure_one()
        lines = self.line_ids.filtered("is_given")
        if not lines:
            raise UserError(self.env._("Tick the children who received it."))
        problems = [line.problem for line in lines if line.problem]
        if problems:
            raise UserError("\n".join(problems))
        self.env["remediation.service.delivery"].create(
            [
                {
                    "plan_action_id": line.plan_action_id.id,
                    "date": self.date,
                    "provider_id": self.provider_id.id,
                    "quantity": line.quantity,
                    "unit": self.unit,
                    "cost": line.cost,
                    "currency_id": self.currency_id.id,
                    "recipient": self.recipient,
                }
                for line in lines
            ]
        )
        return {"type": "ir.actions.act_window_close"}


class DeliveryEntryWizardLine(models.TransientModel):
    _name = "remediation.delivery.entry.wizard.line"
    _description = "Delivery to a Child"

    wizard_id = fields.Many2one(
        "remediation.delivery.entry.wizard",
        required=True,
        ondelete="cascade",
        index=True,
    )
    case_id = fields.Many2one("remediation.case", required=True, readonly=True)
    # Not as superuser: a link can be forged, and a form would show what is behind it.
    first_name = fields.Char(
        related="case_id.beneficiary_id.first_name",
        related_sudo=False,
        groups="child_remediation.group_identity",
    )
    plan_action_id = fields.Many2one(
        "remediation.plan.action",
        string="Action",
        domain="[('case_id', '=', case_id),"
        " ('state', 'in', ('planned', 'in_progress'))]",
    )
    is_given_before = fields.Boolean()
    is_given = fields.Boolean(string="Given")
    quantity = fields.Float(default=1.0)
    cost = fields.Monetary(default=0.0)
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    problem = fields.Char(compute="_compute_problem")

    @api.depends(
        "plan_action_id", "quantity", "cost", "is_given_before", "wizard_id.date"
    )
    def _compute_problem(self):
        today = self._place_today()
        for line in self:
            line.problem = line._problem(today)

    def _problem(self, today):
        """What keeps this row from being entered, as a sentence."""
        code = self.case_id.name
        if not self.plan_action_id:
            return self.env._(
                "%(code)s: no open action of the plan offers this service: add one.",
                code=code,
            )
        if not self.plan_action_id._may_run():
            return self.env._(
                "%(code)s: the plan waits for approval and the action is not urgent.",
                code=code,
            )
        if self.is_given_before:
            return self.env._(
                "%(code)s: Date: something was given on this action that day already.",
                code=code,
            )
        if self.wizard_id.date and self.wizard_id.date > today:
            return self.env._(
                "%(code)s: Date lies in the future: enter it once it was given.",
                code=code,
            )
        if self.quantity <= 0:
            return self.env._("%(code)s: Quantity is more than zero.", code=code)
        if self.cost < 0:
            return self.env._("%(code)s: Cost cannot be negative.", code=code)
        return False

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step


class SavingsSupport(models.Model):
    """What the organisation gives to a group: kit, training, agent's fee, grant.

    This is the organisation's money, so it is a vendor bill with the grant's analytic
    distribution; the bill names the group and the grant only (R51). Members' money
    never comes here (R50).

    Who may what: the savings manager orders; finance adds supplier and grant, drafts
    the bill and posts it in accounting. Field agents and case roles have no access.
    """

    _name = "savings.support"
    _description = "Support to a Savings Group"
    _inherit = [
        "savings.system.mixin",
        "remediation.protected.mixin",
        "analytic.mixin",
    ]
    _order = "date desc, id desc"
    _rules_of = "savings.held.fund"
    _check_company_auto = True

    _protected_fields = frozenset({"company_id", "move_id", "state"})
    _frozen_fields = frozenset({"group_id"})
    # What is billed is corrected on the bill.
    _open_fields = {"ordered": EVERYTHING, "cancelled": EVERYTHING}

    group_id = fields.Many2one(
        "savings.group", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="group_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [
            ("kit", "Kit and Passbooks"),
            ("training", "Training"),
            ("agent_fee", "Village Agent's Fee"),
            ("seed_grant", "Seed Grant"),
            ("matching_grant", "Matching Grant"),
        ],
        required=True,
        default="kit",
    )
    # The month alone: the day would point to whoever joined on it (R51).
    date = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
    )
    amount = fields.Monetary(required=True)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    partner_id = fields.Many2one(
        "res.partner", string="Supplier", check_company=True, ondelete="restrict"
    )
    account_id = fields.Many2one(
        "account.account",
        string="Expense Account",
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        check_company=True,
    )
    move_id = fields.Many2one(
        "account.move", string="Bill", readonly=True, copy=False, ondelete="restrict"
    )
    state = fields.Selection(
        [
            ("ordered", "Ordered"),
            ("billed", "Bill Drafted"),
            ("posted", "Posted"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
        compute_sudo=True,
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "Support costs something: give an amount above zero."
    )
    _bill_once = models.UniqueIndex(
        "(move_id) WHERE move_id IS NOT NULL", "A bill pays for one support."
    )

    # compute_sudo: the savings manager reads whether it was paid, not the bill.
    @api.depends("move_id.state")
    def _compute_state(self):
        states = {"draft": "billed", "posted": "posted", "cancel": "cancelled"}
        for support in self:
            support.state = states.get(support.move_id.state, "ordered")

    @api.depends("group_id.name", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for support in self:
            support.display_name = f"{support.group_id.name} {kinds.get(support.kind)}"

    @api.model_create_multi
    def create(self, vals_list):
        groups = self.env["savings.group"].browse(
            {vals["group_id"] for vals in vals_list if vals.get("group_id")}
        )
        # sudo: the currency of the group's company, whoever orders.
        currencies = {
            group.id: group.sudo().company_id.currency_id.id for group in groups
        }
        return super().create(
            [
                {"currency_id": currencies.get(vals.get("group_id"))} | vals
                for vals in vals_list
            ]
        )

    def _missing_to_bill(self):
        if self.move_id and self.state != "cancelled":
            return [self.env._("The bill was drafted before.")]
        return []

    @step(group="account.group_account_invoice", check="_missing_to_bill")
    def action_draft_bill(self):
        """Draft the vendor bill, with the grant's distribution. For finance.

        :raises AccessError: not finance.
        :raises UserError: billed before, or supplier, grant or account missing.
        """
        for support in self:
            support._check_complete()
            move = (
                self.env["account.move"]
                .with_company(support.company_id)
                .create(support._prepare_bill())
            )
            support._unprotected().move_id = move

    def _check_complete(self):
        self.ensure_one()
        if not self.partner_id:
            raise UserError(self.env._("Choose the supplier first."))
        if not self.analytic_distribution:
            raise UserError(
                self.env._("Choose the grant that pays, as analytic distribution.")
            )
        if not (self.account_id or self.company_id.savings_expense_account_id):
            raise UserError(
                self.env._(
                    "Choose an expense account here, or one for all support to groups "
                    "in the settings of accounting."
                )
            )

    def _prepare_bill(self):
        """Return the bill: group and grant, no case and no person."""
        self.ensure_one()
        account = self.account_id or self.company_id.savings_expense_account_id
        return {
            "move_type": "in_invoice",
            "partner_id": self.partner_id.id,
            "invoice_date": self.date,
            "currency_id": self.currency_id.id,
            "ref": f"{self.group_id.name}/{self.id}",
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": self.display_name,
                        "account_id": account.id,
                        "quantity": 1,
                        "price_unit": self.amount,
                        "tax_ids": [Command.clear()],
                        "analytic_distribution": self.analytic_distribution,
                    }
                )
            ],
        }

    def action_view_bill(self):
        """Show the bill; for whoever may read it in accounting."""
        self.ensure_one()
        self.move_id.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

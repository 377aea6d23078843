from odoo import api, models
from odoo.exceptions import UserError


class AccountPartialReconcile(models.Model):
    """What a plan matched with the advance is matched and unmatched by the plan's own
    steps alone, whatever the door (R68). The bank's side stays the accountant's."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._check_plan_items()
        return partials

    def write(self, vals):
        # "max_date" and "full_reconcile_id" follow by themselves
        if {"debit_move_id", "credit_move_id", "amount"} & vals.keys():
            self._check_plan_matching()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_payment_plans(self):
        self._check_plan_matching()

    def _check_plan_items(self):
        """Refuse to match what moved a plan's money with anything else.

        :raises UserError: names the plan whose steps match it.
        """
        if self.env["account.move"]._is_cash_step():
            return
        # sudo: accountants do not read payment plans; one of them is named by code.
        partials = self.sudo()
        items = partials.debit_move_id | partials.credit_move_id
        self._refuse_matching(items.cash_movement_ids.plan_id)

    def _check_plan_matching(self):
        """Refuse to undo what a plan matched: an item that moved its money, or two
        entries of plans with one another.

        :raises UserError: names the plan whose steps match it.
        """
        self._check_plan_items()
        if self.env["account.move"]._is_cash_step():
            return
        for partial in self.sudo():  # sudo: as above
            one = partial.debit_move_id.move_id._payment_plans()
            if one and partial.credit_move_id.move_id._payment_plans():
                self._refuse_matching(one)

    def _refuse_matching(self, plans):
        if plans:
            raise UserError(
                self.env._(
                    "The payment plan %(plan)s matches these items itself: use the "
                    "steps of the plan (return, reverse, dispute).",
                    plan=plans[0].name,
                )
            )

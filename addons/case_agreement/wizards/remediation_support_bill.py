from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.remediation_base.tools.money import Money

from ..tools.schedule import month_of


class SupportBill(models.TransientModel):
    """Draft the bills of a month: one for each supplier and currency, with a line for
    each grant and kind of support. No child, no code and no person is on them.

    For finance, who needs no right to a case for it.
    """

    _name = "remediation.support.bill"
    _description = "Bills of a Month's Support"
    _check_company_auto = True

    month = fields.Date(
        required=True,
        string="A Day of the Month",
        default=lambda self: self._place_today() - relativedelta(months=1),
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    account_id = fields.Many2one(
        "account.account",
        string="Expense Account",
        required=True,
        check_company=True,
        default=lambda self: self.env.company.agreement_expense_account_id,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
    )

    def action_draft(self):
        """Draft the bills and credit notes. For finance.

        :return: the list of them
        :raises AccessError: not finance, or another company's
        :raises UserError: nothing is to be billed
        """
        self.ensure_one()
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Ask finance: they draft bills."))
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("Choose a company that you work in."))
        moves = self.env["account.move"]
        for name in ("remediation.service.delivery", "remediation.education.enrolment"):
            # sudo: finance bills what was given without a right to the cases.
            support = self.env[name].sudo()
            todo = support.search(
                support._domain_to_bill(self.company_id, *self._days())
            )
            # Two people who press at once make one bill: the second is refused.
            todo.lock_for_update(allow_referencing=True)
            moves |= self._draft_moves(todo, "in_invoice", "bill_id")
            taken_back = support.search(support._domain_to_credit(self.company_id))
            moves |= self._draft_moves(taken_back, "in_refund", "credit_id")
        if not moves:
            raise UserError(
                self.env._("Nothing of this month is to be billed: choose another.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bills of Support"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", moves.ids)],
        }

    def _days(self):
        first = month_of(self.month)
        return first, first + relativedelta(months=1, days=-1)

    def _draft_moves(self, support, move_type, link):
        """Make one entry per supplier and currency and note it on the support."""
        ids = defaultdict(list)
        for one in support:
            ids[one._supplier(), one.currency_id].append(one.id)
        # with one prefetch for all of them
        groups = {
            key: support.browse(some).with_prefetch(support.ids)
            for key, some in ids.items()
        }
        # One call makes all entries: each alone would cost some sixty statements.
        moves = self.env["account.move"].with_company(self.company_id)
        moves = moves.create(
            [
                self._prepare_move(ones, supplier, currency, move_type)
                for (supplier, currency), ones in groups.items()
            ]
        )
        for move, ones in zip(moves, groups.values(), strict=True):
            ones._unprotected().write({link: move.id})
        return moves

    def _prepare_move(self, support, supplier, currency, move_type):
        """Return the entry: what it is for, by grant, in sums."""
        sums = defaultdict(int)
        known = {}
        for one in support:
            day, label, amount = one._bill_parts()
            if (one.case_id, day) not in known:
                known[one.case_id, day] = one.case_id._analytic_shares(day)
            shares = known[one.case_id, day]
            parts = Money.of(amount, currency).split(list(shares.values()))
            for analytic, part in zip(shares, parts, strict=True):
                sums[label, analytic] += part.units
        month = self._say_day(self._days()[0], "MMMM y")
        return {
            "move_type": move_type,
            "partner_id": supplier.id,
            "currency_id": currency.id,
            "invoice_date": self._days()[1],
            "ref": self.env._("Support %(month)s", month=month),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": f"{label} {month}",
                        "account_id": self.account_id.id,
                        "quantity": 1,
                        "price_unit": Money(units, currency).amount,
                        "tax_ids": [Command.clear()],
                        "analytic_distribution": {str(analytic): 100.0}
                        if analytic
                        else False,
                    }
                )
                for (label, analytic), units in sorted(
                    sums.items(), key=lambda item: (item[0][0], item[0][1] or 0)
                )
                if units
            ],
        }

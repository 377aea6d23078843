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
            moves |= self._draft_all(todo, "bill_id")
            taken_back = support.search(support._domain_to_credit(self.company_id))
            moves |= self._draft_all(taken_back, "credit_id")
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

    def _draft_all(self, support, link):
        """Draft the bills, or the credit notes, and the entries of the own stock."""
        stock = support.filtered(lambda one: one._is_from_stock())
        move_type = "in_invoice" if link == "bill_id" else "in_refund"
        return self._draft_moves(support - stock, move_type, link) | self._draft_moves(
            stock, "entry", link
        )

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
                self._prepare_entry(ones, currency, 1 if link == "bill_id" else -1)
                if move_type == "entry"
                else self._prepare_move(ones, supplier, currency, move_type)
                for (supplier, currency), ones in groups.items()
            ]
        )
        for move, ones in zip(moves, groups.values(), strict=True):
            ones._unprotected().write({link: move.id})
        return moves

    def _sums(self, support, currency):
        """``[(label, analytic account id or False, units)]``: what it is for, by grant,
        in sums."""
        sums = defaultdict(int)
        for one in support:
            label = one._bill_parts()[1]
            for analytic, part in one._parts_by_grant().items():
                sums[label, analytic] += part.units
        rows = sorted(sums.items(), key=lambda item: (item[0][0], item[0][1] or 0))
        return [(label, analytic, units) for (label, analytic), units in rows if units]

    def _prepare_entry(self, support, currency, sign):
        """Return the entry by which things leave the stock for the grants, or come
        back: a line of each side for each sum, so that a rate leaves no rest."""
        company = self.company_id
        stock = company.agreement_stock_account_id
        # sudo: the journal is used, not shown
        journals = self.env["account.journal"].sudo()
        journal = journals.search(
            [("type", "=", "general"), ("company_id", "=", company.id)], limit=1
        )
        if not stock or not journal:
            raise UserError(
                self.env._(
                    "Choose the account of the stock of support in the settings, and "
                    "make a journal for miscellaneous entries."
                )
            )
        month = self._say_day(self._days()[0], "MMMM y")
        lines = []
        for label, analytic, units in self._sums(support, currency):
            amount = sign * Money(units, currency).amount
            lines += [
                Command.create(
                    {
                        "name": f"{label} {month}",
                        "account_id": account.id,
                        "currency_id": currency.id,
                        "amount_currency": side * amount,
                        "analytic_distribution": {str(analytic): 100.0}
                        if analytic and side > 0
                        else False,
                    }
                )
                for account, side in ((self.account_id, 1), (stock, -1))
            ]
        return {
            "move_type": "entry",
            "journal_id": journal.id,
            "date": self._days()[1],
            "ref": self.env._("Support from Stock %(month)s", month=month),
            "line_ids": lines,
        }

    def _prepare_move(self, support, supplier, currency, move_type):
        """Return the bill: what it is for, by grant, in sums."""
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
                for label, analytic, units in self._sums(support, currency)
            ],
        }

from odoo import models


class CashTransferProviderLedger(models.Model):
    """What the ledger holds with a provider, compared with what its plans say (R68)."""

    _inherit = "cash.transfer.provider"

    def _purse(self):
        """Return whose account it is: a wallet's is the wallet's alone, an advance
        account is shared and the partner tells whose money it is."""
        partner = (
            self.partner_id if self.kind == "advance" else self.partner_id.browse()
        )
        return self._get_money_account().id, partner.id or 0

    def _ledger_balances(self):
        """Return (account id, partner id, currency id) → what is held there in the
        posted ledger, in that currency and in company currency."""
        balances = {}
        items = self.env["account.move.line"]
        for provider in self.filtered(lambda one: one.kind != "prefinanced"):
            account, partner = provider._purse()
            domain = [
                ("account_id", "=", account),
                ("parent_state", "=", "posted"),
                ("company_id", "=", provider.company_id.id),
            ]
            if partner:
                domain.append(("partner_id", "=", partner))
            for currency, amount, balance in items._read_group(
                domain, ["currency_id"], ["amount_currency:sum", "balance:sum"]
            ):
                balances[account, partner, currency.id] = (amount, balance)
        return balances

    def _compare_with_ledger(self):
        """Compare the plans of these providers, and the accounts that hold our money,
        with the posted ledger; store what differs (R68)."""
        plan_model = self.env["cash.transfer.payment.plan"]
        domain = [("movement_ids", "!=", False)]
        plan_model.search([("provider_id", "in", self.ids), *domain])._compare_plans()
        # providers may share an account: all of a company are added up
        providers = self.with_context(active_test=False).search(
            [("company_id", "in", self.company_id.ids), ("kind", "!=", "prefinanced")]
        )
        held, owners = {}, {}
        for plan, statement in (
            plan_model.search([("provider_id", "in", providers.ids), *domain])
            ._get_statements()
            .items()
        ):
            purse = (*plan.provider_id._purse(), plan.currency_id.id)
            amount, cost = held.get(purse, (0.0, 0.0))
            held[purse] = (
                amount + statement["remaining"],
                cost + statement["remaining_company"],
            )
        for provider in providers:
            owners.setdefault(provider._purse(), provider)
        found = providers._ledger_balances()
        rows = []
        for purse in dict.fromkeys((*held, *found)):
            provider = owners[purse[:2]]
            currency = self.env["res.currency"].browse(purse[2])
            company = provider.company_id.currency_id
            pairs = list(
                zip(
                    (currency, company),
                    held.get(purse, (0.0, 0.0)),
                    found.get(purse, (0.0, 0.0)),
                    strict=True,
                )
            )
            rows += [
                (plan_model, provider, "account", money, plan_says, ledger_says)
                for money, plan_says, ledger_says in pairs[: 1 + (company != currency)]
                if not money.is_zero(ledger_says - plan_says)
            ]
        self.env["cash.transfer.ledger.check"]._store(providers, plan_model, rows)

    def _advance_rows(self):
        """Return the rows of the advance statement: plans with money, oldest first."""
        self.ensure_one()
        today = self._place_today()
        plans = self.env["cash.transfer.payment.plan"].search(
            [("provider_id", "=", self.id), ("state", "not in", ["draft", "aborted"])],
            order="id",
        )
        rows = []
        for plan, statement in plans._get_statements().items():
            if not statement["funded"] and not statement["carried_in"]:
                continue
            since = plan.instructed_on.date() if plan.instructed_on else plan.pay_on
            row = {
                name: plan.currency_id.format(statement[name])
                for name in ("delivered", "fees", "returned", "disputes", "remaining")
            }
            row["funded"] = plan.currency_id.format(
                statement["funded"] + statement["carried_in"] - statement["carried_out"]
            )
            row.update(
                plan=plan.name,
                age=(today - since).days if statement["remaining"] else "",
            )
            rows.append(row)
        return rows

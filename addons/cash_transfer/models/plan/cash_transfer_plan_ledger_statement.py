from odoo import api, models

STATEMENT = (
    "funded",
    "carried_in",
    "delivered",
    "fees",
    "returned",
    "disputes",
    "written_off",
    "carried_out",
    "remaining",
)


class CashTransferPlanLedgerStatement(models.AbstractModel):
    """The statement: what came to a plan and where it is, in both currencies (R40)."""

    _inherit = "cash.transfer.plan.ledger"

    def _get_statements(self):
        """Return plan → figures of R40's equation, in both currencies.

        Keys: those of STATEMENT, and each with ``_company``.
        """
        # sudo: movements have no read right of their own; whoever reads the plan
        # reads its sums.
        groups = (
            self.env["cash.transfer.movement"]
            .sudo()
            ._read_group(
                [("plan_id", "in", self.ids)],
                ["plan_id", "kind"],
                ["amount:sum", "company_amount:sum"],
            )
        )
        sums = {}
        for plan, kind, amount, company in groups:
            sums[plan.id, kind] = (amount, company)
        statements = {}
        for plan in self:
            statement = {}
            for index, suffix in ((0, ""), (1, "_company")):

                def total(kind, plan=plan, index=index):
                    return sums.get((plan.id, kind), (0.0, 0.0))[index]

                values = {
                    "funded": total("payment") + total("bill"),
                    "carried_in": total("carry_in"),
                    "delivered": total("delivered") - total("reversal"),
                    "fees": total("fee"),
                    "returned": total("returned"),
                    "disputes": total("dispute") - total("recovery"),
                    "written_off": total("written_off"),
                    "carried_out": total("carry_out"),
                }
                currency = plan.company_currency_id if index else plan.currency_id
                values["remaining"] = currency.round(
                    values["funded"]
                    + values["carried_in"]
                    - values["delivered"]
                    - values["fees"]
                    - values["returned"]
                    - values["disputes"]
                    - values["written_off"]
                    - values["carried_out"]
                    - total("exchange")
                )
                statement.update(
                    {f"{key}{suffix}": currency.round(values[key]) for key in STATEMENT}
                )
            statements[plan] = statement
        return statements

    def _statement_labels(self):
        env = self.env
        return {
            "funded": env._("Funded"),
            "carried_in": env._("Carried from Another Plan"),
            "delivered": env._("Delivered"),
            "fees": env._("Fees"),
            "returned": env._("Returned"),
            "disputes": env._("Open disputes"),
            "written_off": env._("Written Off"),
            "carried_out": env._("Carried to follow-up plans"),
            "remaining": env._("Still with the provider"),
        }

    @api.depends("movement_ids", "state")
    @api.depends_context("lang")
    def _compute_statement(self):
        statements, labels = self._get_statements(), self._statement_labels()
        owed = {}
        for line in self._owed_lines():
            owed[line.plan_id] = owed.get(line.plan_id, 0.0) + line._open_amount()
        for plan in self:
            statement = statements[plan]
            rows = [
                (
                    labels[key],
                    plan.currency_id.format(statement[key]),
                    plan.company_currency_id.format(statement[f"{key}_company"]),
                )
                for key in STATEMENT
            ]
            # sudo: figures of the plan's money; whoever reads the plan sees them
            missing = plan.sudo()._shortfall()
            plan.statement_html = self.env["ir.qweb"]._render(
                "cash_transfer.plan_statement_table",
                {
                    "currency": plan.currency_id.name,
                    "company_currency": plan.company_currency_id.name,
                    "rows": rows,
                    "below": [
                        (
                            self.env._("Still owed to payees"),
                            plan.currency_id.format(owed.get(plan, 0.0)),
                        ),
                        (
                            self.env._("Funding missing"),
                            plan.currency_id.format(missing),
                        ),
                    ],
                },
            )
            plan.is_balanced = not statement["remaining"] and (
                not statement["remaining_company"]
            )

    def _shortfall(self):
        """Return what still has to be funded, zero before the lock and at the end."""
        self.ensure_one()
        if self.state in ("draft", "closed", "aborted"):
            return 0.0
        if self.state in ("instructed", "partly_reconciled"):
            return max(-self._get_statements()[self]["remaining"], 0.0)
        return self._missing_funding()

    def _missing_funding(self):
        """Return what has to be funded before the plan can be instructed."""
        self.ensure_one()
        if self.provider_id.kind == "prefinanced":
            return 0.0
        statement = self._get_statements()[self]
        if self.state == "reconciled":  # what was delivered is known by now
            # an open claim is the provider's to explain, not ours to fund (R64)
            owed = -statement["remaining"] - statement["disputes"]
            return max(self.currency_id.round(owed), 0.0)
        there = statement["funded"] + statement["carried_in"] - statement["carried_out"]
        missing = self.currency_id.round(
            self.amount_total + self.expected_fee - there + statement["returned"]
        )
        return max(missing, 0.0)

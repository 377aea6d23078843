import base64

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Command

#: Six monthly cycles, the oldest first, and what is peculiar to each.
CYCLES = ("smooth", "failure", "dispute", "return", "unknown", "instructed")


class Demo(models.AbstractModel):
    """Fourth chapter: stipends in francs, six monthly cycles and the bank."""

    _inherit = "remediation.demo"

    @api.model
    def _plan_transfers(self, world):
        start = 212
        world.plan(start, "_do_money_settings")
        stipends = [c for c in world.children if c.funder and c.number % 4 in (0, 2)]
        for position, child in enumerate(stipends):
            late = 24 if child.number % 9 == 4 else 5
            # The plan runs a week after it was agreed.
            ago = min(child.opened - late - 22, start - 10)
            if ago < 12:
                continue
            kind = "active"
            if position >= len(stipends) - 4:
                kind = ("proposed", "proposed", "draft", "draft")[
                    position - len(stipends) + 4
                ]
            world.plan(ago, "_do_entitle", child, kind)
            if kind == "active":
                world.plan(ago - 4, "_do_approve_money", child)
        for position, (what, ago) in enumerate(
            (("suspended", 14), ("suspended", 11), ("ended", 13), ("ended", 10))
        ):
            if position < len(stipends) - 5:
                world.plan(ago, "_do_change_entitlement", stipends[position], what)
        present = world.now.date().replace(day=1)
        for number, kind in enumerate(CYCLES):
            period = present - relativedelta(months=6 - number)
            ago = (world.now.date() - period).days - 26
            world.plan(ago, "_do_cycle", period, kind)
            world.plan(ago - 5, "_do_report_back", period, kind)
            world.plan(ago - 9, "_do_settle", period, kind)
            world.plan(ago - 12, "_do_bank", period, kind)
            if kind == "smooth":
                world.plan(ago - 11, "_do_ask_families", period)
        world.plan(0, "_do_next_cycle", present)

    @api.model
    def _do_money_settings(self, world, facts):
        """Grants, provider and scheme, changed by two persons (R63)."""
        company = self.env.company
        currency = company.currency_id
        releaser = self._as("releaser").env
        today = world.today()
        accounts = self._make_analytic_accounts(world.funders)
        grants = releaser["cash.transfer.grant"].create(
            [
                {
                    "analytic_account_id": account.id,
                    "funder_id": funder.id,
                    "date_start": today - relativedelta(days=300),
                    "date_end": today + relativedelta(days=900),
                    "currency_id": currency.id,
                    "budget": 90000000,
                    "budget_line_ids": self._budget_lines(today),
                }
                for account, funder in zip(accounts, world.funders, strict=True)
            ]
        )
        journal = self.env["account.journal"].create(
            {
                "name": self._said("Banque du Lualaba (francs)"),
                "type": "bank",
                "code": "BQLU",
                "company_id": company.id,
            }
        )
        partner = self.env["res.partner"].create(
            {"name": self._said("Argent mobile du Lualaba"), "is_company": True}
        )
        provider = releaser["cash.transfer.provider"].create(
            {
                "name": self._said("Argent mobile (francs)"),
                "partner_id": partner.id,
                "kind": "advance",
                "mechanism": "mobile_money",
                "currency_id": currency.id,
                "bank_journal_id": journal.id,
                "number_prefix": "+243",
                "number_digits": 9,
                "fee_percent": 1.0,
                "default_failure_reason": "other",
            }
        )
        provider.action_complete_setup()
        scheme = self._make_scheme(grants, today)
        for records in (grants, provider, scheme):
            for record in records:
                record.with_env(self._as("approver").env).action_agree_changes()
        world.money.update(
            provider=provider.id, scheme=scheme.id, journal=journal.id, plans={}
        )

    @api.model
    def _budget_lines(self, today):
        """The donor's headings: what runs by now, and the time after it."""
        begins, turns = today - relativedelta(days=300), today + relativedelta(days=300)
        return [
            Command.create(
                {
                    "heading": self._said(heading),
                    "date_from": first,
                    "date_to": last,
                    "amount": amount,
                }
            )
            for heading, first, last, amount in (
                (
                    "1.1 Transferts aux familles, première phase",
                    begins,
                    turns,
                    60000000,
                ),
                (
                    "1.2 Transferts aux familles, seconde phase",
                    turns + relativedelta(days=1),
                    today + relativedelta(days=900),
                    30000000,
                ),
            )
        ]

    @api.model
    def _make_analytic_accounts(self, funders):
        """One for each funder, among the grants."""
        plan = self.env["account.analytic.plan"].search(
            [("name", "=", self._said("Subventions"))]
        )
        return self.env["account.analytic.account"].create(
            [
                {
                    "name": self._said("Subvention {}", funder.name),
                    "plan_id": plan[:1].id,
                }
                for funder in funders
            ]
        )

    @api.model
    def _make_scheme(self, grants, today):
        scheme = (
            self._as("officer")
            .env["cash.transfer.scheme"]
            .create(
                {
                    "name": self._said("Monthly Stipend in Francs"),
                    "purpose_id": self.env.ref("cash_transfer.purpose_stipend").id,
                    "currency_id": grants.currency_id.id,
                    "amount_rule": "income",
                    "income_floor": 60000,
                    "income_cap": 300000,
                    "rounding_step": 500,
                    "grant_ids": [Command.set(grants.ids)],
                    "end_rule": "date",
                    "end_date": today + relativedelta(days=800),
                }
            )
        )
        self._name_in_both(scheme, "Allocation mensuelle en francs")
        return scheme

    @api.model
    def _do_entitle(self, world, facts):
        for child, kind in facts:
            env = self._desk(child.worker)
            case = env["remediation.case"].browse(child.case.id)
            action = case.active_plan_id.action_ids.filtered(
                lambda a: a.domain == "cash"
            )[:1]
            if not action:
                continue
            mother = case.household_id.member_ids.filtered(
                lambda m: m.relationship == "mother"
            )
            payee = env["cash.transfer.payee"].create(
                {"case_id": case.id, "kind": "member", "member_id": mother.id}
            )
            env["cash.transfer.method.wizard"].create(
                {
                    "payee_id": payee.id,
                    "provider_id": world.money["provider"],
                    "number": f"+24381{6000000 + child.number:07d}",
                }
            ).action_confirm()
            entitlement = env["cash.transfer.entitlement"].create(
                {
                    "case_id": case.id,
                    "scheme_id": world.money["scheme"],
                    "payee_id": payee.id,
                    "plan_action_id": action.id,
                    "date_from": max(
                        world.today().replace(day=1),
                        child.facts.get("funded") or world.today(),
                    ),
                    "justification": self._said("Remplace ce que l'enfant gagnait."),
                }
            )
            if kind != "draft":
                entitlement.action_propose()
            child.facts["entitlement"] = entitlement.id

    @api.model
    def _entitlement(self, child, env):
        return env["cash.transfer.entitlement"].browse(child.facts.get("entitlement"))

    @api.model
    def _do_approve_money(self, world, facts):
        for (child,) in facts:
            env = self._approver(child)
            entitlement = self._entitlement(child, env)
            if not entitlement.ids or entitlement.state != "proposed":
                continue
            if entitlement.create_uid == env.user:
                env = self._as("coordinator").env
                entitlement = entitlement.with_env(env)
            for asked in (
                entitlement.payee_id,
                entitlement.payee_id.method_ids,
                entitlement,
            ):
                self._seen(asked).action_approve()

    @api.model
    def _do_change_entitlement(self, world, facts):
        for child, what in facts:
            entitlement = self._entitlement(child, self._approver(child))
            if not entitlement.ids or entitlement.state not in ("approved", "active"):
                continue
            if what == "suspended":
                entitlement.action_suspend(
                    self._said("La famille est partie au village.")
                )
            else:
                entitlement.action_end(self._said("Le père a un emploi régulier."))

    @api.model
    def _run_jobs(self, record):
        """What the scheduler does in the background."""
        record.sudo()._run_job()  # sudo: the scheduler's work, not a person's

    @api.model
    def _do_cycle(self, world, facts):
        """From the cycle to the provider's file, each step by its own person."""
        officer, approver = self._as("officer").env, self._as("approver").env
        releaser = self._as("releaser").env
        for period, _kind in facts:
            cycle = officer["cash.transfer.cycle"].create(
                {"scheme_id": world.money["scheme"], "period": period}
            )
            cycle.action_generate()
            self._run_jobs(cycle)
            cycle.action_check_compliance()
            self._run_jobs(cycle)
            cycle.action_validate()
            cycle.action_create_plans()
            plan = cycle.plan_ids
            self._run_jobs(plan)
            plan.action_lock()
            self._run_jobs(plan)
            while plan.state == "locked":
                self._seen(plan.with_env(approver)).action_approve()
            released = plan.with_env(releaser)
            self._seen(released).action_release()
            released.action_fund()
            released.action_instruct()
            self._run_jobs(plan)
            world.money["plans"][period] = plan.id

    @api.model
    def _report(self, plan, rows):
        """The provider's file, read by the reconciler and posted."""
        content = "\n".join(["payment,reference,amount,status", *rows, ""])
        report = (
            self._as("reconciler")
            .env["cash.transfer.reconciliation"]
            .create(
                {
                    "plan_id": plan.id,
                    "file_name": self._said("rapport.csv"),
                    "file_content": base64.b64encode(content.encode()),
                }
            )
        )
        report.action_read()
        self._run_jobs(report)
        return report

    @api.model
    def _do_report_back(self, world, facts):
        for period, kind in facts:
            plan = self.env["cash.transfer.payment.plan"].browse(
                world.money["plans"].get(period)
            )
            if not plan or kind == "instructed":
                continue
            rows = []
            # sudo: the provider writes its report.
            for number, line in enumerate(plan.sudo().line_ids):
                amount, status = line.amount_due, "Success"
                if kind in ("failure", "return") and number == 0:
                    amount, status = 0, "Failed"
                if kind == "dispute" and number == 1:
                    amount = line.amount_due + 5000
                rows.append(f"{line.name},AM-{line.id},{amount:.0f},{status}")
            if kind == "unknown":
                rows.append("PL-INCONNU,AM-999999,45000,Success")
            report = self._report(plan, rows)
            if kind != "unknown":
                # a second person looks at what was imported
                report.with_env(self._as("approver").env).action_post()
                self._run_jobs(report)

    @api.model
    def _do_settle(self, world, facts):
        """What did not arrive is given back or carried on; then the plan is closed."""
        releaser = self._as("releaser").env
        reconciler = self._as("reconciler").env
        for period, kind in facts:
            plan = self.env["cash.transfer.payment.plan"].browse(
                world.money["plans"].get(period)
            )
            if not plan or kind in ("unknown", "instructed", "dispute"):
                continue
            if kind in ("failure", "return"):
                plan.with_env(releaser).action_return()
            if kind == "failure":
                # The family gets it by a follow-up plan, which the officer begins.
                plan.with_env(self._as("officer").env).action_follow_up()
            if kind == "return":
                owed = plan.with_env(reconciler)._owed_lines()
                for line in owed:
                    line.action_owe_nothing(
                        self._said("La famille l'a reçu en main propre.")
                    )
            plan.with_env(reconciler).action_close()

    @api.model
    def _do_ask_families(self, world, facts):
        """A sample is drawn after the money came; most families were reached."""
        for (period,) in facts:
            plan = self.env["cash.transfer.payment.plan"].browse(
                world.money["plans"].get(period)
            )
            if not plan:
                continue
            verifications = self._as("reconciler").env["cash.transfer.verification"]
            verification = verifications.create({"plan_id": plan.id, "margin": 5})
            verification.action_draw()
            answers = verification.with_env(self._as("coordinator").env).answer_ids
            for number, answer in enumerate(answers):
                # sudo: a coordinator reads no payment line
                paid = answer.sudo().line_id.amount_delivered
                if number % 4 == 1:
                    answer.action_answer("with_issues", paid - 500, fee_asked=True)
                elif number % 4 != 3:
                    answer.action_answer("yes", paid, safe=True)

    @api.model
    def _do_bank(self, world, facts):
        """The bank's statement: most lines match, two wait for somebody."""
        reconciler = self._as("reconciler").env
        lines = reconciler["account.bank.statement.line"]
        journal = reconciler["account.journal"].browse(world.money["journal"])
        for period, kind in facts:
            plan = self.env["cash.transfer.payment.plan"].browse(
                world.money["plans"].get(period)
            )
            if not plan:
                continue
            payments = self.env["account.payment"].search(
                [("payment_plan_ids", "in", plan.ids), ("journal_id", "=", journal.id)]
            )
            for payment in payments:
                line = lines.create(
                    {
                        "journal_id": journal.id,
                        "date": world.today(),
                        "payment_ref": self._said(
                            "Virement {}", payment.memo or plan.name
                        ),
                        "partner_id": payment.partner_id.id,
                        "amount": payment.amount
                        if payment.payment_type == "inbound"
                        else -payment.amount,
                    }
                )
                if kind in ("smooth", "failure", "dispute", "return"):
                    line.clean_reconcile()
                    if line.can_reconcile:
                        line.reconcile_bank_line()
            if kind == "instructed":
                lines.create(
                    {
                        "journal_id": journal.id,
                        "date": world.today(),
                        "payment_ref": self._said("Frais de tenue de compte"),
                        "amount": -15000,
                    }
                )

    @api.model
    def _do_next_cycle(self, world, facts):
        """The month that runs: generated, not yet checked; its money is asked for."""
        officer = self._as("officer").env
        for (period,) in facts:
            cycle = officer["cash.transfer.cycle"].create(
                {"scheme_id": world.money["scheme"], "period": period}
            )
            cycle.action_generate()
            self._run_jobs(cycle)
            request = officer["cash.funding.request"].create({"date_from": period})
            request.action_fill()
            request.action_ask()

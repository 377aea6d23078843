import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

#: Francs for one dollar, as of the first day of the year before.
RATE = 2800.0
ROLES = ("officer", "approver", "releaser", "reconciler")


class Demo(models.AbstractModel):
    """One small cycle of a published child's stipend, from the entitlement to posted
    entries, by the people of R37. The books are in francs, the scheme pays dollars."""

    _inherit = "remediation.demo"

    def _user(self, name):
        if name in ROLES:
            return self.env.ref(f"remediation_demo.demo_user_{name}")
        return super()._user(name)

    @api.model
    def _load_chart(self):
        """Give the demonstration company the chart of Congolese associations."""
        company = self.env.ref("base.main_company")
        chart = self.env["account.chart.template"]
        if company.chart_template != "cd_syscebnl":
            # try_loading() warns while modules are loading; what it warns of (columns
            # of modules to come) does not concern accounts of this module's own.
            chart._load("cd_syscebnl", company, install_demo=False)
            # Core would load the country's other chart over it once all is loaded.
            vars(self.env.registry).pop("_auto_install_template", None)
        chart._complete_cash_transfer(company)

    @api.model
    def _load_cash_cycle(self):
        company = self.env.ref("base.main_company")
        if self.env["cash.transfer.scheme"].search([("company_id", "=", company.id)]):
            return
        scheme = self._load_cash_settings(company)
        entitlement = self._load_entitlement(scheme)
        plan = self._load_plan(entitlement)
        self._load_report(plan)

    @api.model
    def _load_cash_settings(self, company):
        """Grant, provider and scheme, by the people who maintain them."""
        today = fields.Date.context_today(self)
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": usd.id,
                "company_id": company.id,
                "name": today.replace(day=1, month=1, year=today.year - 1),
                "inverse_company_rate": RATE,
            }
        )
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
        )
        analytic = self.env["account.analytic.account"].create(
            {
                "name": self._said("Subvention de démonstration"),
                "plan_id": self.env["account.analytic.plan"]
                .create({"name": self._said("Subventions")})
                .id,
                "company_id": company.id,
            }
        )
        releaser = self._as("releaser").env
        grant = releaser["cash.transfer.grant"].create(
            {
                "analytic_account_id": analytic.id,
                "funder_id": self.env.ref("remediation_demo.demo_partner_funder").id,
                "date_start": today.replace(day=1) - timedelta(days=180),
                "date_end": today + timedelta(days=540),
                "currency_id": usd.id,
                "budget": 5000,
            }
        )
        provider = self._make_provider(usd, bank)
        scheme = (
            self._as("officer")
            .env["cash.transfer.scheme"]
            .create(
                {
                    "name": self._said("Allocation mensuelle de subsistance"),
                    "purpose_id": self.env.ref("cash_transfer.purpose_stipend").id,
                    "programme_id": self.env.ref("remediation_demo.demo_programme").id,
                    "currency_id": usd.id,
                    "amount_rule": "income",
                    "income_cap": 100,
                    "grant_ids": [Command.set(grant.ids)],
                    "condition_visit": False,
                    "end_rule": "school_year",
                }
            )
        )
        self._name_in_both(scheme, "Allocation mensuelle de subsistance")
        for record in (grant, provider, scheme):  # what steers money takes two persons
            record.with_env(self._as("approver").env).action_agree_changes()
        return scheme

    @api.model
    def _make_provider(self, currency, bank):
        releaser = self._as("releaser").env
        provider = releaser["cash.transfer.provider"].create(
            {
                "name": self._said("Monnaie mobile"),
                "partner_id": self.env.ref("remediation_demo.demo_partner_provider").id,
                "kind": "advance",
                "mechanism": "mobile_money",
                "currency_id": currency.id,
                "bank_journal_id": bank.id,
                "number_prefix": "+243",
                "number_digits": 9,
                "fee_percent": 1.0,
                "default_failure_reason": "other",
            }
        )
        provider.action_complete_setup()
        return provider

    @api.model
    def _load_entitlement(self, scheme):
        """The caregiver receives what the child earned, for the plan's stipend."""
        case = (
            self.env["remediation.beneficiary"]
            .search([("external_ref", "=", "hub:MMJ")])
            .current_case_id.with_env(self._as("caseworker").env)
        )
        mother = case.household_id.member_ids.filtered("is_caregiver")[:1]
        payee = case.env["cash.transfer.payee"].create(
            {"case_id": case.id, "kind": "member", "member_id": mother.id}
        )
        provider = self.env["cash.transfer.provider"].search(
            [("company_id", "=", case.company_id.id)], limit=1
        )
        case.env["cash.transfer.method.wizard"].create(
            {
                "payee_id": payee.id,
                "provider_id": provider.id,
                "number": "+243810000001",
            }
        ).action_confirm()
        entitlement = case.env["cash.transfer.entitlement"].create(
            {
                "case_id": case.id,
                "scheme_id": scheme.id,
                "payee_id": payee.id,
                "plan_action_id": case.plan_action_ids.filtered(
                    lambda action: action.domain == "cash"
                )[:1].id,
                "date_from": fields.Date.context_today(self).replace(day=1),
                "justification": self._said(
                    "The stipend replaces what the child earned."
                ),
            }
        )
        entitlement.action_propose()
        supervisor = self._as("supervisor").env
        self._seen(payee.with_env(supervisor)).action_approve()
        self._seen(payee.method_ids.with_env(supervisor)).action_approve()
        self._seen(entitlement.with_env(supervisor)).action_approve()
        return entitlement

    @api.model
    def _load_plan(self, entitlement):
        officer, releaser = self._as("officer").env, self._as("releaser").env
        cycle = officer["cash.transfer.cycle"].create(
            {"scheme_id": entitlement.scheme_id.id, "period": entitlement.date_from}
        )
        cycle.action_generate()
        cycle._run_job()
        cycle.action_check_compliance()
        cycle._run_job()
        cycle.action_validate()
        cycle.action_create_plans()
        plan = cycle.plan_ids
        plan._run_job()
        plan.action_lock()
        plan._run_job()
        self._seen(plan.with_env(self._as("approver").env)).action_approve()
        plan = plan.with_env(releaser)
        self._seen(plan).action_release()
        plan.action_fund()
        plan.action_instruct()
        plan._run_job()
        return plan

    @api.model
    def _load_report(self, plan):
        """What the provider sends, posted; then the plan is closed."""
        lines = plan.sudo().line_ids  # sudo: the loading writes the provider's report
        rows = [f"{line.name},MM-{line.id},{line.amount_due},Success" for line in lines]
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
        report._run_job()
        # a second person looks at what was imported
        report.with_env(self._as("approver").env).action_post()
        report._run_job()
        plan.with_env(report.env).action_close()

import base64
import hashlib
from datetime import timedelta

from odoo import fields

from odoo.addons.child_remediation.tests.common import RemediationCommon
from odoo.addons.remediation_base.tests.plans import keep_plans, kept_plan
from odoo.addons.remediation_base.tests.worlds import made_once

DUTIES = ("officer", "approver", "releaser", "reconciler")
EVERY_DUTY = ",".join(f"cash_transfer.group_cash_{duty}" for duty in DUTIES)
#: Digits of a hash to letters of a name.
LETTERS = str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst")


class CashCommon(RemediationCommon):
    """Accounts, a grant, a scheme and providers of each kind; one user per duty.

    The company keeps its books in CDF, schemes pay in USD at 2,800 CDF.
    """

    @classmethod
    @made_once
    def setUpClass(cls):
        keep_plans("Grants", "Places")
        super().setUpClass()
        cls.usd = cls.env.ref("base.USD")
        cls.cdf = cls.env.ref("base.CDF")
        (cls.usd | cls.cdf).active = True
        cls.company.currency_id = cls.cdf
        # the day of the place is the day of the tests, at whatever hour they run
        cls.company.partner_id.tz = "UTC"
        cls._set_rate(cls.usd, 2800, cls.today.replace(day=1) - timedelta(days=400))
        cls._create_accounts()
        cls.env["cash.transfer.duty.pair"]._fill_defaults(cls.company)
        cls.purpose = cls.env.ref("cash_transfer.purpose_stipend")
        plan = kept_plan(cls.env, "Grants")
        plan_2 = kept_plan(cls.env, "Places")
        cls.analytic_a, cls.analytic_b, cls.analytic_site, cls.analytic_lost = cls.env[
            "account.analytic.account"
        ].create(
            [
                {"name": "Grant A", "plan_id": plan.id, "company_id": cls.company.id},
                {"name": "Grant B", "plan_id": plan.id, "company_id": cls.company.id},
                {"name": "Kapata", "plan_id": plan_2.id, "company_id": cls.company.id},
                {
                    "name": "Ineligible",
                    "plan_id": plan.id,
                    "company_id": cls.company.id,
                },
            ]
        )
        cls.company.cash_ineligible_analytic_id = cls.analytic_lost
        cls.site.analytic_account_id = cls.analytic_site
        cls.grant, cls.grant_b = cls.env["cash.transfer.grant"].create(
            [
                {
                    "analytic_account_id": analytic.id,
                    "date_start": cls.today - timedelta(days=400),
                    "date_end": cls.today + timedelta(days=400),
                    "currency_id": cls.usd.id,
                    "budget": 1_000_000,
                }
                for analytic in (cls.analytic_a, cls.analytic_b)
            ]
        )
        cls.scheme = cls.env["cash.transfer.scheme"].create(
            {
                "name": "Stipend",
                "purpose_id": cls.purpose.id,
                "currency_id": cls.usd.id,
                "amount": 30,
                "grant_ids": [fields.Command.set(cls.grant.ids)],
                "end_rule": "date",
                "end_date": cls.today + timedelta(days=200),
            }
        )
        # most tests write a code and an amount, and mean that it was delivered
        cls.report_profile = cls.env.ref("cash_transfer.report_profile_own").copy(
            {"company_id": cls.company.id, "lists_successes_only": True}
        )
        cls.provider = cls._new_provider("Mobile Money", "advance")
        cls.period = cls.today.replace(day=1)

    @classmethod
    def _people(cls):
        return super()._people() | {
            f"{duty}{number}": f"cash_transfer.group_cash_{duty}"
            for duty in DUTIES
            for number in ("", "_2")
        }

    @classmethod
    def _new_case(cls, *args, **vals):
        """Children that nobody takes for one another: possible duplicates are not
        paid."""
        case = super()._new_case(*args, **vals)
        child, caregiver = case.beneficiary_id, cls._caregiver(case)
        names = [cls._new_name() for _each in range(3)]
        child.write({"first_name": names[0], "last_name": names[1]})
        caregiver.full_name = names[2]
        return case

    @classmethod
    def _new_name(cls):
        """A name unlike any other; none of them may appear in the ledger."""
        cls.names = getattr(cls, "names", [])
        digest = hashlib.sha256(str(len(cls.names)).encode()).hexdigest()
        cls.names.append("Zq" + digest[:10].translate(LETTERS))
        return cls.names[-1]

    @classmethod
    def _set_rate(cls, currency, per_unit, day):
        cls.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "name": day,
                "company_id": cls.company.id,
                "rate": 1 / per_unit,
            }
        )

    @classmethod
    def _create_accounts(cls):
        account = cls.env["account.account"]

        def new(code, name, kind, **extra):
            return account.create(
                {"code": code, "name": name, "account_type": kind, **extra}
            )

        cls.bank_account = new("521001", "Bank", "asset_cash")
        cls.wallet_account = new("552001", "Wallet", "asset_cash")
        cls.outstanding_account = new(
            "585001", "Outstanding", "asset_current", reconcile=True
        )
        cls.transfer_account = new(
            "588001", "Transfers", "asset_current", reconcile=True
        )
        cls.advance_account = new("409001", "Advances", "asset_current", reconcile=True)
        cls.claims_account = new("478001", "Claims", "asset_current", reconcile=True)
        cls.expense_account = new("638001", "Cash Assistance", "expense")
        cls.fee_account = new("631001", "Fees", "expense")
        cls.write_off_account = new("658001", "Written Off", "expense")
        cls.payable_account = new(
            "401001", "Payable", "liability_payable", reconcile=True
        )
        cls.receivable_account = new(
            "411001", "Receivable", "asset_receivable", reconcile=True
        )
        cls.gain_account = new("776001", "Exchange Gains", "income_other")
        cls.loss_account = new("676001", "Exchange Losses", "expense")
        cls.deferred_account = new("462001", "Restricted Grants", "liability_current")
        cls.income_account = new("756001", "Grant Income", "income")
        journal = cls.env["account.journal"]
        cls.bank_journal, cls.wallet_journal, cls.cash_journal, cls.bill_journal = (
            journal.create(
                [
                    {
                        "name": "Bank",
                        "code": "TBK",
                        "type": "bank",
                        "default_account_id": cls.bank_account.id,
                    },
                    {
                        "name": "Wallet",
                        "code": "TWL",
                        "type": "cash",
                        "default_account_id": cls.wallet_account.id,
                    },
                    {"name": "Cash Transfers", "code": "TCT", "type": "general"},
                    {
                        "name": "Bills",
                        "code": "TBL",
                        "type": "purchase",
                        "default_account_id": cls.expense_account.id,
                    },
                ]
            )
        )
        exchange = journal.create(
            {"name": "Exchange", "code": "TEX", "type": "general"}
        )
        cls.company.write(
            {
                "cash_journal_id": cls.cash_journal.id,
                "cash_expense_account_id": cls.expense_account.id,
                "cash_fee_account_id": cls.fee_account.id,
                "cash_advance_account_id": cls.advance_account.id,
                "cash_claims_account_id": cls.claims_account.id,
                "cash_write_off_account_id": cls.write_off_account.id,
                "transfer_account_id": cls.transfer_account.id,
                "income_currency_exchange_account_id": cls.gain_account.id,
                "expense_currency_exchange_account_id": cls.loss_account.id,
                "currency_exchange_journal_id": exchange.id,
                "cash_emergency_limit": 1_000_000,
            }
        )
        for line in (
            cls.bank_journal.outbound_payment_method_line_ids
            | cls.bank_journal.inbound_payment_method_line_ids
        ):
            line.payment_account_id = cls.outstanding_account
        cls.env["ir.default"].set(
            "res.partner",
            "property_account_payable_id",
            cls.payable_account.id,
            company_id=cls.company.id,
        )
        cls.env["ir.default"].set(
            "res.partner",
            "property_account_receivable_id",
            cls.receivable_account.id,
            company_id=cls.company.id,
        )

    @classmethod
    def _new_provider(cls, name, kind, **vals):
        partner = cls.env["res.partner"].create({"name": name, "is_company": True})
        return cls.env["cash.transfer.provider"].create(
            {
                "name": name,
                "kind": kind,
                "partner_id": partner.id,
                "currency_id": cls.usd.id,
                "bank_journal_id": cls.bank_journal.id,
                "journal_id": cls.wallet_journal.id if kind == "wallet" else False,
                "number_prefix": "+243",
                "number_digits": 9,
                "default_failure_reason": "other",
                "report_profile_id": cls.report_profile.id,
                **vals,
            }
        )

    @classmethod
    def _new_payee(cls, case, provider=None, number=None, **vals):
        """An approved payee with an approved account."""
        payee = (
            cls.env["cash.transfer.payee"]
            .with_user(case.user_id)
            .create(
                {
                    "case_id": case.id,
                    "kind": "member",
                    "member_id": cls._caregiver(case).id,
                    **vals,
                }
            )
        )
        cls._seen(payee, cls.supervisor).action_approve()
        if provider is not False:
            cls._new_method(payee, provider or cls.provider, number)
        return payee.with_env(cls.env)

    @classmethod
    def _new_method(cls, payee, provider, number=None):
        cls.number = getattr(cls, "number", 810_000_000) + 1
        wizard = (
            cls.env["cash.transfer.method.wizard"]
            .with_user(payee.user_id)
            .create(
                {
                    "payee_id": payee.id,
                    "provider_id": provider.id,
                    "number": number or f"+243{cls.number}",
                }
            )
        )
        wizard.action_confirm()
        method = payee.with_env(cls.env).method_ids.sorted("id")[-1:]
        cls._seen(method, cls.supervisor).action_approve()
        return method

    @classmethod
    def _new_entitlement(
        cls,
        case=None,
        scheme=None,
        approve=True,
        provider=None,
        payee=None,
        shares=None,
        **vals,
    ):
        case = case or cls._new_case(site_id=cls.site.id)
        payee = payee or cls._new_payee(case, provider)
        action = cls.env["remediation.plan.action"].create(
            {
                "case_id": case.id,
                "domain": "cash",
                "description": "At once",
                "is_urgent": True,
            }
        )
        if shares:
            vals["funding_ids"] = [
                fields.Command.create(
                    {"case_id": case.id, "grant_id": grant.id, "share": share}
                )
                for grant, share in shares
            ]
        entitlement = (
            cls.env["cash.transfer.entitlement"]
            .with_user(case.user_id)
            .create(
                {
                    "case_id": case.id,
                    "scheme_id": (scheme or cls.scheme).id,
                    "payee_id": payee.id,
                    "plan_action_id": action.id,
                    "date_from": cls.today.replace(day=1),
                    **vals,
                }
            )
        )
        if approve:
            entitlement.action_propose()
            cls._seen(entitlement, cls.supervisor).action_approve()
        return entitlement.with_env(cls.env)

    @classmethod
    def _new_cycle(cls, scheme=None, validate=True, **vals):
        cycle = (
            cls.env["cash.transfer.cycle"]
            .with_user(cls.officer)
            .create(
                {"scheme_id": (scheme or cls.scheme).id, "period": cls.period, **vals}
            )
        )
        cycle.action_generate()
        cycle._run_job()
        if validate:
            cycle.action_check_compliance()
            cycle._run_job()
            cycle.action_validate()
        return cycle.with_env(cls.env)

    @classmethod
    def _new_plans(cls, cycle):
        cycle.with_user(cls.officer).action_create_plans()
        plans = cycle.plan_ids.filtered("job")
        for plan in plans:
            plan.with_user(cls.officer)._run_job()
        return plans

    @classmethod
    def _lock(cls, plan):
        plan.with_user(cls.officer).action_lock()
        plan.with_user(cls.officer)._run_job()
        return plan

    @classmethod
    def _to(cls, plan, state):
        """Bring a draft plan to a state by the people of R37."""
        for reached, step in (
            ("locked", lambda: cls._lock(plan)),
            ("approved", lambda: cls._seen(plan, cls.approver).action_approve()),
            ("released", lambda: cls._seen(plan, cls.releaser).action_release()),
            ("instructed", lambda: cls._instruct(plan)),
        ):
            step()
            if reached == state:
                break
        return plan

    @classmethod
    def _instruct(cls, plan):
        if plan._missing_funding():
            plan.with_user(cls.releaser).action_fund()
        plan.with_user(cls.releaser).action_instruct()
        plan.with_user(cls.releaser)._run_job()

    @classmethod
    def _new_report(cls, plan, rows, user=None, read=True, headers=None, **vals):
        """Rows: ``{"payment": …, "amount": …}``; missing cells are empty."""
        headers = headers or [
            "payment",
            "reference",
            "amount",
            "currency",
            "status",
            "date",
            "fee",
            "reason",
        ]
        lines = [",".join(headers)]
        lines += [",".join(str(row.get(name, "")) for name in headers) for row in rows]
        return cls._new_report_file(
            plan, "\n".join(lines).encode() + b"\n", user, read, **vals
        )

    @classmethod
    def _new_report_file(cls, plan, content, user=None, read=True, **vals):
        report = (
            cls.env["cash.transfer.reconciliation"]
            .with_user(user or cls.reconciler)
            .create(
                {
                    "plan_id": plan.id,
                    "file_name": "report.csv",
                    "file_content": base64.b64encode(content),
                    **vals,
                }
            )
        )
        if read:
            report.action_read()
            report._run_job()
        return report

    @classmethod
    def _post(cls, report, user=None):
        """Posted by somebody who did not import it."""
        report.with_user(user or cls.reconciler_2).action_post()
        report._run_job()
        return report.with_env(cls.env)

    @classmethod
    def _report(cls, plan, rows, **vals):
        return cls._post(cls._new_report(plan, rows, **vals))

    @classmethod
    def _owe_later(cls, plan):
        """Families of a plan that is to be closed are paid later."""
        owed = plan._owed_lines().with_user(cls.reconciler)
        if owed:
            owed.action_owe_later("Waits for a new account")

    @classmethod
    def _paid_plan(cls, count=2, state="instructed", **vals):
        for _number in range(count):
            cls._new_entitlement(**vals)
        cycle = cls._new_cycle(vals.get("scheme"))
        return cls._to(cls._new_plans(cycle)[:1], state)

    def assertBooks(self, plans):
        """Books, payments and statement say the same, in both currencies (R40)."""
        self.env.flush_all()
        self.env.invalidate_all()
        for plan, statement in plans._get_statements().items():
            splits = plan.line_ids.split_ids
            delivered = sum(plan.line_ids.mapped("amount_delivered"))
            for name in ("amount_delivered", "amount_posted"):
                self.assertAlmostEqual(sum(splits.mapped(name)), delivered, 6)
            lines = self.env["account.move.line"].search(
                [
                    ("payment_plan_id", "=", plan.id),
                    ("parent_state", "=", "posted"),
                    ("account_id", "=", self.expense_account.id),
                ]
            )
            self.assertAlmostEqual(
                sum(lines.mapped("amount_currency")), statement["delivered"], 6
            )
            for key in {split.analytic_key for split in splits}:
                mine = splits.filtered(lambda s, key=key: s.analytic_key == key)
                booked = lines.filtered(
                    lambda aml, key=key: key in (aml.analytic_distribution or {})
                )
                extra = sum(
                    booked.filtered(
                        lambda aml: (
                            aml.cash_event == "delivered"
                            and " D-" in (aml.move_id.ref or "")
                        )
                    ).mapped("amount_currency")
                )
                self.assertAlmostEqual(
                    sum(booked.mapped("amount_currency")) - extra,
                    sum(mine.mapped("amount_posted")),
                    6,
                )
            money = self.env["account.move.line"].search(
                [
                    ("payment_plan_id", "=", plan.id),
                    ("parent_state", "=", "posted"),
                    ("account_id", "=", plan.provider_id._get_money_account().id),
                ]
            )
            if plan.provider_id.kind == "advance":
                funded = statement["funded"] + statement["carried_in"]
                funded -= statement["carried_out"]
                self.assertAlmostEqual(
                    funded + sum(money.mapped("amount_currency")),
                    statement["remaining"] + statement["returned"],
                    4,
                )
        self.assertCostOfCases()
        self.assertNoNames()

    def assertCostOfCases(self):
        """What all cases cost so far is what the books show as given to them."""
        cases = self.env["cash.transfer.entitlement"].search([]).case_id
        booked = self.env["account.move.line"].search(
            [
                ("payment_plan_id", "!=", False),
                ("parent_state", "=", "posted"),
                ("account_id", "=", self.expense_account.id),
            ]
        )
        self.assertAlmostEqual(
            sum(cases.mapped("cost_cash")), sum(booked.mapped("balance")), 4
        )

    def assertNoNames(self):
        """No child's or payee's name anywhere in the ledger."""
        for model, names in (
            ("account.move", ("ref", "name", "narration")),
            ("account.move.line", ("name", "ref")),
            ("account.analytic.line", ("name", "ref")),
            ("account.payment", ("memo",)),
            ("mail.message", ("body", "subject")),
        ):
            for record in self.env[model].search([]):
                for name in names:
                    text = str(record[name] or "")
                    for secret in ("Mama Secret", "Amani", "Hidden", "Zq"):
                        self.assertNotIn(secret, text)

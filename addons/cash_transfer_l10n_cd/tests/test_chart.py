from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_path

SETTINGS = {
    "cash_expense_account_id": "652100",
    "cash_fee_account_id": "631800",
    "cash_advance_account_id": "409100",
    "cash_claims_account_id": "471190",
    "cash_write_off_account_id": "651800",
}


@tagged("post_install", "-at_install")
class TestChart(TransactionCase):
    """SYSCEBNL comes with what cash transfers need."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "ASBL", "country_id": cls.env.ref("base.cd").id}
        )
        cls.chart = cls.env["account.chart.template"]

    def assertSettings(self):
        self.assertEqual(self.company.currency_id, self.env.ref("base.CDF"))
        for name, code in SETTINGS.items():
            account = self.company[name].with_company(self.company)
            self.assertEqual(account.code, code, name)
        self.assertTrue(self.company.cash_advance_account_id.reconcile)
        journal = self.company.cash_journal_id
        self.assertEqual((journal.type, journal.company_id), ("general", self.company))

    def test_chart_brings_accounts_journal_and_settings(self):
        self.chart.try_loading("cd_syscebnl", self.company, install_demo=False)
        self.assertSettings()

    def test_company_with_the_chart_is_completed_and_keeps_its_choices(self):
        self.chart.try_loading("cd_syscebnl", self.company, install_demo=False)
        own = self.company.cash_fee_account_id.copy({"code": "632500"})
        for name in SETTINGS:
            self.company[name].unlink() if name != "cash_fee_account_id" else None
        self.company.write({"cash_journal_id": False, "cash_fee_account_id": own.id})
        self.chart._complete_cash_transfer(self.company)
        self.assertEqual(self.company.cash_fee_account_id, own)
        # the code of an account is read for the company at hand
        accounts = self.env["account.account"].with_company(self.company)
        self.company.cash_fee_account_id = accounts.search([("code", "=", "631800")])
        self.assertSettings()

    def test_provider_of_such_a_company_can_be_set_up_at_once(self):
        self.chart.try_loading("cd_syscebnl", self.company, install_demo=False)
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        provider = (
            self.env["cash.transfer.provider"]
            .with_company(self.company)
            .create(
                {
                    "name": "Mobile Money",
                    "company_id": self.company.id,
                    "partner_id": self.env["res.partner"]
                    .create({"name": "Mobile Money", "is_company": True})
                    .id,
                    "bank_journal_id": bank.id,
                    "currency_id": self.company.currency_id.id,
                }
            )
        )
        provider.action_complete_setup()
        self.assertEqual(provider._problems(), [])

    def _default_code(self, name):
        partner = (
            self.env["res.partner"]
            .with_company(self.company)
            .create({"name": "Somebody New"})
        )
        return partner[name].code

    def test_a_schools_bill_lands_on_suppliers_and_a_call_on_donors(self):
        """Core proposes 419 and 409, the members' accounts, to everybody."""
        self.chart.try_loading("cd_syscebnl", self.company, install_demo=False)
        self.assertEqual(self._default_code("property_account_payable_id"), "401000")
        self.assertEqual(self._default_code("property_account_receivable_id"), "473290")

    def test_a_company_with_cores_proposal_is_brought_along_and_a_choice_kept(self):
        self.chart.try_loading("cd_syscebnl", self.company, install_demo=False)
        chart = self.chart.with_company(self.company)
        defaults, name = self.env["ir.default"], "property_account_payable_id"
        for core, expected in (("syscebnl_419", "401000"), ("syscebnl_408", "408000")):
            defaults.set(
                "res.partner", name, chart.ref(core).id, company_id=self.company.id
            )
            self.chart._complete_cash_transfer(self.company)
            self.assertEqual(self._default_code(name), expected)

    def test_the_update_brings_an_existing_database_along(self):
        """The script itself, as an update of the module runs it."""
        self.chart.try_loading("cd_syscebnl", self.company, install_demo=False)
        chart = self.chart.with_company(self.company)
        for name, core in (
            ("property_account_payable_id", "syscebnl_419"),
            ("property_account_receivable_id", "syscebnl_409"),
        ):
            self.env["ir.default"].set(
                "res.partner", name, chart.ref(core).id, company_id=self.company.id
            )
        path = file_path(
            "cash_transfer_l10n_cd/migrations/19.0.1.2.0/post-migration.py"
        )
        load_script(path, "post_migration").migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual(self._default_code("property_account_payable_id"), "401000")
        self.assertEqual(self._default_code("property_account_receivable_id"), "473290")

    def test_what_the_journal_posted_is_secured_and_reversed_only(self):
        self.chart.try_loading("cd_syscebnl", self.company, install_demo=False)
        journal = self.company.cash_journal_id
        self.assertTrue(journal.restrict_mode_hash_table)
        accounts = (
            self.company.cash_expense_account_id,
            self.company.cash_advance_account_id,
        )
        move = self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "company_id": self.company.id,
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": amount})
                    for account, amount in zip(accounts, (10, -10), strict=True)
                ],
            }
        )
        move.action_post()
        self.assertTrue(move.inalterable_hash)
        with self.assertRaises(UserError):
            move.button_draft()
        reversal = move._reverse_moves(cancel=True)
        self.assertTrue(reversal.inalterable_hash)

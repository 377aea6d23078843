from odoo import models

from odoo.addons.account.models.chart_template import template


class AccountChartTemplate(models.AbstractModel):
    """What cash transfers add to SYSCEBNL, the chart of associations (domain rules of
    the accounting table). All of it is a setting that the accountant may change."""

    _inherit = "account.chart.template"

    def _get_partner_accounts(self):
        """Core proposes the members' accounts to everybody: a school's bill is owed to
        a supplier, and what is called for is due from who gives."""
        return {
            "property_account_payable_id": "syscebnl_401",
            "property_account_receivable_id": "cash_transfer_donors",
        }

    def _get_chart_template_data(self, template_code):
        # not by a template of our own: the values of the parent chart win over those
        data = super()._get_chart_template_data(template_code)
        if template_code == "cd_syscebnl":
            data["template_data"].update(self._get_partner_accounts())
        return data

    @template("cd_syscebnl", "account.account")
    def _get_cash_transfer_cd_account_account(self):
        return {
            "cash_transfer_advance": {
                "name": "Advances to Payment Providers",
                "name@fr": "Avances aux prestataires de paiement",
                "code": "409100",
                "account_type": "asset_current",
                "reconcile": True,
            },
            "cash_transfer_claims": {
                "name": "Claims on Payment Providers",
                "name@fr": "Créances sur les prestataires de paiement",
                "code": "471190",
                "account_type": "asset_current",
                "reconcile": True,
            },
            "cash_transfer_donors": {
                "name": "Donors, Grants Called",
                "name@fr": "Bailleurs, subventions appelées",
                "code": "473290",
                "account_type": "asset_receivable",
                "reconcile": True,
            },
            "cash_transfer_expense": {
                "name": "Cash Assistance to Households",
                "name@fr": "Aides en espèces aux ménages",
                "code": "652100",
                "account_type": "expense",
            },
            "cash_transfer_fee": {
                "name": "Fees of Payment Providers",
                "name@fr": "Frais des prestataires de paiement",
                "code": "631800",
                "account_type": "expense",
            },
            "cash_transfer_write_off": {
                "name": "Claims Written Off",
                "name@fr": "Créances passées en perte",
                "code": "651800",
                "account_type": "expense",
            },
        }

    @template("cd_syscebnl", "account.journal")
    def _get_cash_transfer_cd_account_journal(self):
        return {
            "cash_transfer_journal": {
                "name": "Cash Transfers",
                "name@fr": "Transferts monétaires",
                "type": "general",
                "code": "TME",
                "show_on_dashboard": False,
                # what is posted stays as it was posted: each entry has its hash
                "restrict_mode_hash_table": True,
            },
        }

    @template("cd_syscebnl", "res.company")
    def _get_cash_transfer_cd_res_company(self):
        return {
            self.env.company.id: {
                "cash_journal_id": "cash_transfer_journal",
                "cash_expense_account_id": "cash_transfer_expense",
                "cash_fee_account_id": "cash_transfer_fee",
                "cash_advance_account_id": "cash_transfer_advance",
                "cash_claims_account_id": "cash_transfer_claims",
                "cash_write_off_account_id": "cash_transfer_write_off",
            },
        }

    def _complete_cash_transfer(self, companies):
        """Add accounts, journal and settings to companies with this chart that chose
        none of their own."""
        self._complete_partner_accounts(companies)
        for company in companies.filtered(lambda c: not c.cash_journal_id):
            chart = self.with_company(company)
            settings = chart._get_cash_transfer_cd_res_company()[company.id]
            chart._load_data(
                {
                    "account.account": chart._get_cash_transfer_cd_account_account(),
                    "account.journal": chart._get_cash_transfer_cd_account_journal(),
                    "res.company": {
                        company.id: {
                            name: value
                            for name, value in settings.items()
                            if not company[name]
                        }
                    },
                }
            )

    def _complete_partner_accounts(self, companies):
        """Bring suppliers and donors to their own accounts, where the proposal is still
        core's: the members'."""
        defaults = self.env["ir.default"]
        for company in companies:
            chart = self.with_company(company)
            if not chart.ref("cash_transfer_donors", raise_if_not_found=False):
                accounts = chart._get_cash_transfer_cd_account_account()
                donors = {"cash_transfer_donors": accounts["cash_transfer_donors"]}
                chart._load_data({"account.account": donors})
            wanted = chart._get_partner_accounts()
            for name, core in (
                ("property_account_payable_id", "syscebnl_419"),
                ("property_account_receivable_id", "syscebnl_409"),
            ):
                own = defaults._get("res.partner", name, company_id=company.id)
                members = chart.ref(core, raise_if_not_found=False)
                right = chart.ref(wanted[name], raise_if_not_found=False)
                if right and (not own or own == members.id):
                    defaults.set("res.partner", name, right.id, company_id=company.id)

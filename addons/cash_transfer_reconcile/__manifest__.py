{
    "name": "Cash Transfers in the Bank Reconciliation",
    "summary": "OCA's reconciliation screen proposes the funding of a bank line",
    "version": "19.0.1.1.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": [
        "cash_transfer",
        "account_reconcile_oca",
        "account_statement_import_file",
        "account_statement_import_sheet_file",
        "account_statement_import_sheet_file_xlsx",
    ],
    "data": [
        "data/account_statement_import_sheet_mapping_data.xml",
        "views/cash_transfer_cycle_views.xml",
        "views/cash_transfer_payment_plan_views.xml",
    ],
    "assets": {
        "web.assets_tests": ["cash_transfer_reconcile/static/tests/tours/**/*"],
    },
    "auto_install": True,
}

{
    "name": "Agreements in Budgets and Forecasts",
    "summary": "What agreements pay is committed, and part of the cash forecast",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["case_agreement_cash", "cash_transfer_budget"],
    "auto_install": True,
}

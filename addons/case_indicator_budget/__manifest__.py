{
    "name": "Budget Lines in Donor Reports",
    "summary": "The donor's own headings: budget, actual, committed, and the rate",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["case_indicator_cash", "cash_transfer_budget"],
    "auto_install": True,
}

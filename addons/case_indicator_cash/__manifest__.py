{
    "name": "Indicators of Cash Transfers",
    "summary": "Payments, advances and budgets; the money of a donor's report",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["case_indicator", "cash_transfer"],
    "data": [
        "data/remediation.indicator.csv",
        "data/remediation.indicator.measure.csv",
    ],
    "auto_install": True,
}

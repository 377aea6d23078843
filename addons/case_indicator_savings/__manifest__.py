{
    "name": "Indicators of Savings Groups",
    "summary": "Members, attendance and money of savings groups",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["case_indicator", "savings_group"],
    "data": [
        "data/remediation.indicator.csv",
        "data/remediation.indicator.measure.csv",
    ],
    "auto_install": True,
}

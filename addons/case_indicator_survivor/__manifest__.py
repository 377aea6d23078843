{
    "name": "Indicators of Survivors",
    "summary": "Survivors by status, and who decided, by the version of a definition",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["case_indicator", "case_survivor"],
    "data": [
        "data/remediation.indicator.csv",
        "data/remediation.indicator.measure.csv",
    ],
    "auto_install": True,
}

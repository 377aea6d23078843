{
    "name": "Indicators of Support That Is Billed",
    "summary": "What bills charged for each child, in the cost of support",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["case_agreement", "case_indicator"],
    "auto_install": True,
}

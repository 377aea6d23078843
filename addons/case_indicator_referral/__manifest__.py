{
    "name": "Indicators of Concerns and Referrals",
    "summary": "Concerns and referrals; donors' reports on the portal",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["case_indicator", "case_referral"],
    "data": [
        "data/remediation.indicator.csv",
        "data/remediation.indicator.measure.csv",
        "views/portal_report_templates.xml",
    ],
    "auto_install": True,
}

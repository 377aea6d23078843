{
    "name": "Exchange of Survivors' Cases",
    "summary": "IOM's data standard, complete: what goes out comes back",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["case_exchange", "case_referral", "case_survivor"],
    "auto_install": True,
}

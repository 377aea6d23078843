{
    "name": "Cash Transfers on the Portal",
    "summary": "Partners' case managers see paid or not paid and propose support",
    "version": "19.0.1.1.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["cash_transfer", "case_referral"],
    "data": ["views/portal_cash_templates.xml"],
    "auto_install": True,
}

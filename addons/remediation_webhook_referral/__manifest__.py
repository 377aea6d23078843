{
    "name": "Webhooks of Referrals",
    "summary": "Another system is told that a referral was answered",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["case_referral", "remediation_webhook"],
    "data": ["views/remediation_webhook_views.xml"],
    "auto_install": True,
}

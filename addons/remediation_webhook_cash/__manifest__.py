{
    "name": "Webhooks of Payment Plans",
    "summary": "Another system is told that a payment plan was closed",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["cash_transfer", "remediation_webhook"],
    "data": ["views/remediation_webhook_views.xml"],
    "auto_install": True,
}

{
    "name": "Remediation Webhooks",
    "summary": "Another system is told by code what happened, signed and at least once",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["child_remediation"],
    "external_dependencies": {"python": ["certifi", "urllib3"]},
    "data": [
        "security/ir.model.access.csv",
        "data/ir_cron_data.xml",
        "views/remediation_webhook_delivery_views.xml",
        "views/remediation_webhook_views.xml",
        "views/webhook_menus.xml",
    ],
}

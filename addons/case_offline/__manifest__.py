{
    "name": "Cases without Network",
    "summary": "The portal on a phone without network: sealed files, a queue, phones",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["case_submission"],
    "data": [
        "security/ir.model.access.csv",
        "security/offline_rules.xml",
        "views/remediation_device_views.xml",
        "views/remediation_submission_views.xml",
        "views/res_config_settings_views.xml",
        "views/portal_offline_templates.xml",
        "views/offline_menus.xml",
    ],
}

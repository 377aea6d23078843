{
    "name": "Remediation Base",
    "summary": "Mechanisms that the remediation apps declare their models in",
    "version": "19.0.1.2.1",
    "category": "Hidden",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["mail"],
    "external_dependencies": {"python": ["openpyxl", "pillow-heif", "xlsxwriter"]},
    "data": [
        "security/remediation_base_groups.xml",
        "security/ir.model.access.csv",
        "security/remediation_base_rules.xml",
        "data/ir_cron_data.xml",
        "views/remediation_job_templates.xml",
        "wizards/remediation_step_window_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["remediation_base/static/src/**/*"],
        "web.assets_unit_tests": ["remediation_base/static/tests/unit/**/*"],
    },
    "uninstall_hook": "uninstall_hook",
}

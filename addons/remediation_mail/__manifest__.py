{
    "name": "Remediation Mail",
    "summary": "Letters that arrive: tried, gathered by the hour, and told when lost",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["child_remediation"],
    "data": [
        "data/ir_cron_data.xml",
        "views/ir_mail_server_views.xml",
        "views/res_users_views.xml",
    ],
    "auto_install": True,
}

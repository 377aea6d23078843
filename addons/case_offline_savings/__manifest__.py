{
    "name": "Savings Meetings without Network",
    "summary": "A village agent holds a savings meeting on a phone without network",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["case_offline", "savings_group_portal"],
    "data": [
        "views/portal_offline_savings_templates.xml",
        "views/savings_meeting_views.xml",
    ],
    "auto_install": True,
}

{
    "name": "Savings Meetings on the Portal",
    "summary": "A village agent holds the meetings of savings groups on a phone",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["savings_group", "case_referral"],
    "data": [
        "security/savings_group_portal_groups.xml",
        "views/portal_savings_templates.xml",
        "views/savings_group_views.xml",
    ],
    "auto_install": True,
}

{
    "name": "Dashboards of Child Remediation",
    "summary": "One dashboard for each role: figures, targets, funnel, cohorts, money",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": [
        "case_indicator_cash",
        "case_indicator_savings",
        "spreadsheet_dashboard",
    ],
    "data": [
        "security/ir.model.access.csv",
        "security/dashboard_rules.xml",
        "data/spreadsheet_dashboard.xml",
        "views/dashboard_menus.xml",
    ],
    "assets": {
        "spreadsheet.o_spreadsheet": [
            "case_indicator_dashboard/static/src/dashboard/*",
        ],
    },
    "auto_install": True,
}

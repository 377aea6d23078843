{
    "name": "Case Submissions",
    "summary": "An endpoint for concerns and visits that telephones collect",
    "version": "19.0.1.2.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["case_exchange", "case_referral"],
    "data": [
        "security/submission_groups.xml",
        "security/ir.model.access.csv",
        "security/submission_rules.xml",
        "views/remediation_submission_views.xml",
        "wizards/remediation_submission_place_views.xml",
        "views/res_company_views.xml",
        "views/submission_menus.xml",
    ],
}

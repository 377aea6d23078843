{
    "name": "Agreements on the Portal",
    "summary": "Payers see what they pay, the next call, and how far the children are",
    "version": "19.0.1.1.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["case_agreement", "case_referral"],
    "data": [
        "data/ir_cron_data.xml",
        "views/remediation_agreement_views.xml",
        "views/portal_agreement_templates.xml",
    ],
    "auto_install": True,
}

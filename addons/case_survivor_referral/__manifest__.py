{
    "name": "Survivors and Referrals Abroad",
    "summary": "A referral over the border has a consent of its own",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["case_survivor", "case_referral"],
    "data": [
        "views/remediation_consent_views.xml",
        "views/remediation_referral_views.xml",
    ],
    "auto_install": True,
}

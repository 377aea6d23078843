{
    "name": "Agreements and Grants",
    "summary": "What payers pay in is released as their grant is spent",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["case_agreement", "cash_transfer"],
    "auto_install": True,
}

{
    "name": "Cash Transfers in the Congo (DRC)",
    "summary": "Accounts, journal and settings of cash transfers in SYSCEBNL's chart",
    "version": "19.0.1.2.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["cash_transfer", "l10n_cd"],
    "auto_install": True,
    "post_init_hook": "post_init_hook",
}

{
    "name": "Child Remediation Demonstration",
    "summary": "An organisation, its people, three published cases and made-up work",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "depends": [
        "case_referral",
        "cash_transfer_l10n_cd",
        "savings_group",
    ],
    "data": [
        "data/children.xml",
        "data/referrals.xml",
        "data/savings.xml",
        "data/cash.xml",
    ],
}

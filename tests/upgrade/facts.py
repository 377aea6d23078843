# ruff: noqa: F821 - `env` is what the shell gives
"""What has to be the same after an update as before, printed by an Odoo shell."""

import json

TABLES = (
    "remediation.access.log",
    "remediation.beneficiary",
    "remediation.case",
    "remediation.case.stage.log",
    "remediation.consent",
    "remediation.deadline",
    "remediation.household.member",
    "remediation.vetting",
    "savings.group",
    "savings.meeting",
    "savings.meeting.line",
    "savings.membership",
)
case = env["remediation.case"].search([], order="id", limit=1)
meeting = env["savings.meeting"].search([("state", "=", "validated")], limit=1)
facts = {
    "counts": {name: env[name].search_count([]) for name in TABLES},
    "case": [case.name, case.stage, case.risk_level, case.user_id.login],
    "child": [case.beneficiary_id.first_name, case.beneficiary_id.name],
    "consent": case.consent_ids.mapped("answer"),
    "meeting": [meeting.state, sum(meeting.line_ids.mapped("shares"))],
    "groups": {
        login: env["res.users"]
        .search([("login", "=", login)])
        .has_group(f"{module}.{group}")
        for login, module, group in (
            ("kept_worker", "child_remediation", "group_case_worker"),
            ("kept_supervisor", "child_remediation", "group_supervisor"),
            ("kept_agent", "savings_group", "group_field_agent"),
        )
    },
}
print(json.dumps(facts, sort_keys=True))

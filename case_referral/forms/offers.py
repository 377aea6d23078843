"""What may be chosen on a form: functions of the environment and the case."""


def sites(env, case):
    # sudo: names of places; portal users have no right on them.
    return (
        env["remediation.site"]
        .sudo()
        .search([("company_id", "in", [False, env.company.id])], limit=500)
    )


def hazards(env, case):
    # sudo: master data, by codes.
    return env["remediation.hazard"].sudo().search([])


def services(env, case):
    # sudo: master data
    return env["remediation.service.type"].sudo().search([])


def providers(env, case):
    """Who may carry out an action of a plan: the own organisation and the accredited
    partners, by name alone."""
    own = env.user.partner_id.commercial_partner_id
    # sudo: portal users read neither accreditations nor partners.
    partners = (
        env["referral.accreditation"]
        .sudo()
        .search([("company_id", "=", env.company.id), ("state", "=", "accredited")])
        .partner_id
    )
    # sudo: as above
    return own.sudo() | env.company.sudo().partner_id | partners


def institutions(env, case):
    # sudo: names of schools of the company.
    return (
        env["remediation.institution"]
        .sudo()
        .search([("company_id", "in", [False, env.company.id])], limit=500)
    )


def family(env, case):
    """The members of the child's own family, for whoever holds the case."""
    return case.household_id.member_ids if case else ()


def actions(env, case):
    """The actions of the child's own plan for which something can be given."""
    if not case:
        return ()
    return case.plan_action_ids.filtered(
        lambda action: action.state in ("planned", "in_progress", "done")
    )


def member_name(member):
    return f"{member.full_name or member.name} – {member.display_name}"

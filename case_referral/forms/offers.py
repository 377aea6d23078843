"""What may be chosen on a form: functions of the environment and the case."""

from odoo.tools.misc import babel_locale_parse

from odoo.addons.remediation_base.tools.forms import for_all


@for_all
def sites(env, case):
    # sudo: names of places; portal users have no right on them.
    return (
        env["remediation.site"]
        .sudo()
        .search([("company_id", "in", [False, env.company.id])], limit=500)
    )


@for_all
def hazards(env, case):
    # sudo: master data, by codes.
    return env["remediation.hazard"].sudo().search([])


@for_all
def services(env, case):
    # sudo: master data
    return env["remediation.service.type"].sudo().search([])


@for_all
def items(env, case):
    """What a family can withhold."""
    # sudo: master data
    return env["remediation.disclosure.item"].sudo().search([])


@for_all
def countries(env, case):
    # sudo: master data. XI is half of a country, which core keeps for its tax numbers.
    return env["res.country"].sudo().search([("code", "!=", "XI")])


def country_name(country, case):
    """A country in the reader's language, also where core has no word for it."""
    lang = country.env.lang or "en_US"
    if country.name != country.with_context(lang="en_US").name:
        return country.name
    return babel_locale_parse(lang).territories.get(country.code) or country.name


@for_all
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


@for_all
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


def givers(env, case):
    """Those of the family who may decide for the child today, as choices (R57)."""
    # sudo: whether somebody may decide is the same for whoever asks.
    consents = env["remediation.consent"].sudo()
    today = consents._place_today()
    members = case.sudo().household_id.member_ids
    able = members.filtered(lambda member: not consents._giver_problem(member, today))
    return [
        (member.id, member_name(member, case))
        for member in case.household_id.member_ids
        if member.id in able.ids
    ]


def actions(env, case):
    """The actions of the child's own plan for which something can be given."""
    if not case:
        return ()
    return case.plan_action_ids.filtered(
        lambda action: action.state in ("planned", "in_progress", "done")
    )


def open_actions(env, case):
    """The actions of the child's own plan that are not ended."""
    if not case:
        return ()
    return case.plan_action_ids.filtered(
        lambda action: action.state in ("planned", "in_progress")
    )


def partners(env, case):
    """The accredited partners that offer the service chosen before."""
    service = chosen_service(env)
    if not service or not case:
        return ()
    # sudo: the company alone is read; the matching asks for accreditations by itself.
    return (
        env["referral.matching"]
        ._live_accreditations(case.sudo().company_id, ("service", "both"), service)
        .partner_id
    )


def ranked_partners(env, case):
    """The same as choices, best first, each with why."""
    service = chosen_service(env)
    if not service or not case:
        return []
    return [
        (row["partner_id"], f"{row['name']} – {' '.join(row['reasons'])}")
        for row in case.rank_partners(service.id)
    ]


def chosen_service(env):
    # sudo: master data
    services = env["remediation.service.type"].sudo()
    return services.browse(env.context.get("form_service") or ()).exists()


def colleagues(env, case):
    """The other case managers of the case's organisation."""
    return case._portal_colleagues() if case else ()


def name(record, case):
    # sudo: the name alone of what a record in the reader's hands points to; people of
    # the portal read neither partners nor places.
    return record.sudo().name


def member_name(member, case):
    """A member of the family by name, or by code where the family withheld it (R71)."""
    shown = not case or case._disclosure_shows(member.env.user.partner_id)(
        member, "full_name"
    )
    who = member.full_name if shown else None
    return f"{who or member.name} – {member.display_name}" if shown else member.name

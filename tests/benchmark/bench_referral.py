"""The portal's list and detail, sending in a batch, ranking (architecture §5)."""

from types import SimpleNamespace

from lib import benchmark
from seed_cases import cases, only_workers

PARTNERS = 500
AREAS = 5_000


class _Portal:
    """Draws pages the way the controller does, without the HTTP around them."""

    def __init__(self, env):
        self.env = env

    def draw(self, template, **values):
        user = self.env.user
        values = dict(
            values,
            roles=user._remediation_portal_roles(),
            user_name=user.name,
            uid=user.id,
            lang="en-US",
            exit_url="",
            path="/my/remediation/cases",
            request=SimpleNamespace(env=self.env, csrf_token=lambda: "token"),
        )
        return self.env["ir.qweb"]._render(template, values)


@benchmark("portal_cases", size=100_000, seed=cases, seconds=0.04, sql=30)
def portal_cases(bench):
    """A partner with 50 of 100,000 cases opens its list and one case."""
    env = bench.as_user("bench_portal")
    # as each request has it: without, the page would look for one at each date
    env = env(context=dict(env.context, lang="en_US"))
    portal = _Portal(env)
    Case = env["remediation.case"]
    code = Case.search([], order="next_due, id desc", limit=1).name

    def listed():
        found = Case.search(
            [("stage", "!=", "closed")], order="next_due, id desc", limit=21
        )
        portal.draw(
            "case_referral.portal_cases", cases=found[:20], page=1, more=len(found) > 20
        )

    def opened():
        from odoo.addons.case_referral.controllers.words import state_words

        case = Case.search_fetch([("name", "=", code)], limit=1)
        portal.draw(
            "case_referral.portal_case",
            **case._portal_page(),
            ok=None,
            states=state_words(env),
        )

    bench.repeat(listed, label="list")
    bench.repeat(opened, label="detail")


def drafts(env, size):
    """Referrals to one clinic that wait to be sent, of twice as many cases: written on
    another day than they are sent."""
    cases(env, 2 * size)
    service = env["remediation.service.type"].search(
        [("domain", "=", "health")], limit=1
    )
    clinic = env["res.partner"].create({"name": "Clinic", "is_company": True})
    _accredit(env, clinic, service)
    chosen = env["remediation.case"].search([("stage", "!=", "closed")], limit=size)
    env["remediation.consent"].create(
        [
            {
                "case_id": case.id,
                "purpose": purpose,
                "subject": "authority",
                "authority": "court",
                "authority_reference": "Order 1",
                "answer": "yes",
                "how": "written",
                "assent": "yes",
                "data_set": "full",
            }
            for case in chosen
            for purpose in ("services", "share_with_org")
        ]
    )
    env["remediation.referral"].create(
        [
            {
                "case_id": case.id,
                "referral_type": "referral",
                "to_organisation_id": clinic.id,
                "service_type_id": service.id,
            }
            for case in chosen
        ]
    )


@benchmark("referral_send", size=1_000, seed=drafts, sql_per_record=1.2, seconds=3.0)
def referral_send(bench):
    """Send referrals with log line, activity, deadline of the answer and package."""
    env = bench.as_user("bench_coordinator")
    waiting = env["remediation.referral"].search([("state", "=", "draft")])
    if len(waiting) != bench.size:
        raise ValueError(f"{len(waiting)} referrals wait, not {bench.size}")
    with bench.measure():
        waiting.action_send()


def _accredit(env, partners, service, areas=None):
    from datetime import timedelta

    from odoo import fields

    today = fields.Date.today()
    return (
        env["referral.accreditation"]
        ._unprotected()
        .create(
            [
                {
                    "partner_id": partner.id,
                    "kind": "service",
                    "state": "accredited",
                    "service_type_ids": [fields.Command.set(service.ids)],
                    "area_ids": [
                        fields.Command.set([areas[(number * 7) % len(areas)].id])
                    ]
                    if areas
                    else [],
                    "capacity": 10 + number % 30,
                    "agreement_signed_on": today - timedelta(days=10),
                    "valid_from": today - timedelta(days=9),
                    "valid_until": today + timedelta(days=300),
                }
                for number, partner in enumerate(partners)
            ]
        )
    )


@benchmark("matching", size=PARTNERS, seed=only_workers, seconds=0.2)
def matching(bench):
    """Rank 500 accredited partners in a tree of 5,000 areas for one child."""
    env = bench.env
    Area = env["remediation.area"]
    country = Area.create({"name": "Country", "kind": "country"})
    provinces = Area.create(
        [
            {"name": f"P{i}", "kind": "province", "parent_id": country.id}
            for i in range(50)
        ]
    )
    areas = Area.create(
        [
            {"name": f"A{i}", "parent_id": provinces[i % len(provinces)].id}
            for i in range(AREAS)
        ]
    )
    service = env["remediation.service.type"].search(
        [("domain", "=", "health")], limit=1
    )
    partners = env["res.partner"].create(
        [{"name": f"Clinic {i}", "is_company": True} for i in range(bench.size)]
    )
    _accredit(env, partners, service, areas)
    child = env["remediation.beneficiary"].create(
        {"sex": "female", "age_estimated": 11}
    )
    case = env["remediation.case"].create(
        {"beneficiary_id": child.id, "area_id": areas[17].id}
    )
    worker = bench.as_user("bench_coordinator")
    ranked = case.with_env(worker)
    bench.repeat(lambda: ranked.rank_partners(service.id), times=11)

"""The whole form of a survivor's case, as the web client reads it."""

from lib import benchmark
from lxml import etree
from seed_cases import cases

#: Rows below the case, as a file has them after a year.
ROUTE, TRANSFERS, MATTERS = 5, 10, 3
DUTIES = (
    "case_survivor.group_person_of_interest",
    "case_survivor.group_financial_trace",
    "case_survivor.group_legal_matter",
    "case_survivor.group_shelter_address",
)


def spec_of(model, arch):
    """What the web client asks for, by the fields of a view."""
    spec = {}
    depth = len(arch.xpath("ancestor-or-self::field"))
    for node in arch.iterfind(".//field"):
        field = model._fields.get(node.get("name"))
        if field is None or len(node.xpath("ancestor::field")) > depth:
            continue
        spec[field.name] = {}
        if field.type == "many2one":
            spec[field.name] = {"fields": {"display_name": {}}}
        elif field.type in ("one2many", "many2many"):
            rows = node.find("list")
            below = model.env[field.comodel_name]
            spec[field.name] = {"fields": {} if rows is None else spec_of(below, rows)}
    return spec


@benchmark("case_form", size=100_000, seed=cases, seconds=0.06, sql=30)
def case_form(bench):
    env = bench.as_user("bench_worker_1")
    env.user.sudo().group_ids = [(4, bench.env.ref(duty).id) for duty in DUTIES]
    case = env["remediation.case"].search([("closed_on", "=", False)], limit=1)
    below = {"case_id": case.id}
    env["remediation.movement"].create(
        [{**below, "kind": "transit", "place": f"Town {i}"} for i in range(ROUTE)]
    )
    env["remediation.money.transfer"].create(
        [
            {**below, "direction": "for_exploiter", "amount": 10.0 + i}
            for i in range(TRANSFERS)
        ]
    )
    env["remediation.legal.matter"].create([{**below, "kind": "complaint"}] * MATTERS)
    bench.env.flush_all()
    case = case.with_context(
        lang="en_US", tz="Africa/Lubumbashi", allowed_company_ids=env.company.ids
    )
    spec = spec_of(case, etree.fromstring(case.get_view(view_type="form")["arch"]))
    bench.repeat(lambda: case.web_read(spec))

"""Files of all cases: how long they take, and that memory does not grow with them."""

import ast

from lib import benchmark
from seed_cases import cases


def reportable(env, number):
    """Cases whose families agreed to reporting, and one user who exports them."""
    cases(env, number)
    env.cr.execute(
        """INSERT INTO remediation_consent (case_id, company_id, user_id, team_id,
               organisation_id, purpose, subject, answer, how, state, given_on,
               legal_basis, standing)
           SELECT id, company_id, user_id, team_id, organisation_id, purpose, 'child',
                  'yes', 'written', 'given', identified_on, 'consent',
                  'counts'
           FROM remediation_case, (VALUES ('reporting'), ('services')) kinds (purpose)
           WHERE id % 20 <> 0 OR purpose = 'services'"""
    )
    user = env["res.users"].search([("login", "=", "bench_coordinator")])
    user.group_ids |= env.ref("child_remediation.group_export")


def write(env, **vals):
    """One export, as the background writes it."""
    exports = env["remediation.export"]
    exports._check_may_export()
    export = (
        exports.sudo()
        ._unprotected()
        .create(
            {
                "user_id": env.uid,
                "company_id": env.company.id,
                "domain": "[]",
                "file_format": "csv",
                **vals,
            }
        )
        .with_env(env)
    )
    export._make()
    found = env["remediation.case"].search_count(ast.literal_eval(export.domain))
    expected = found if export.layout == "totals" else found - export.excluded_count
    if export.case_count != expected or not export.file_hash:
        raise AssertionError(f"{export.case_count} of {found} cases in the file")


@benchmark("export", size=100_000, seed=reportable, seconds=60, rss_mb=1200)
def export(bench):
    env = bench.as_user("bench_coordinator")
    columns = env["remediation.export.column"].search([("is_default", "=", True)])
    keys = columns.mapped("key")
    for file_format in ("csv", "xlsx"):
        with bench.measure(file_format):
            write(env, layout="table", file_format=file_format, column_keys=keys)
    with bench.measure("totals"):
        write(env, layout="totals", column_keys=["sex", "stage", "site_type"])
    with bench.measure("htcds"):
        write(env, layout="htcds")

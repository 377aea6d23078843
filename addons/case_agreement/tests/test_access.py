from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.child_remediation.tests.access_table import (
    VISIBLE,
    AccessTable,
    Row,
    RuleTable,
)

from .common import AgreementCommon

READERS = ("monitor", "auditor", "data_protection", "accountant")
WORKERS = ("worker", "worker_2", "worker_other", "worker_company_b")
WRITERS = ("supervisor", "supervisor_other", "coordinator", "coordinator_company_b")


@tagged("post_install", "-at_install")
class TestAccess(AccessTable, RuleTable, AgreementCommon):
    """Role × model × operation. An agreement gives no right to read a file."""

    access_module = "case_agreement"
    access_extra_roles = ("accountant",)

    def access_rows(self):
        agreements = {
            "here": self._new_agreement(self.coordinator),
            "there": self._new_agreement(
                self.coordinator_company_b, company_id=self.company_b.id
            ),
        }
        self.agreements = agreements
        return [
            self.shared_row(
                "remediation.agreement",
                agreements,
                {"growth": 1.0},
                lambda key: self._agreement_values(
                    company_id=agreements[key].company_id.id
                ),
                READERS + WORKERS + WRITERS,
                WRITERS,
            ),
            self.shared_row(
                "remediation.agreement.party",
                {key: agreement.party_ids[:1] for key, agreement in agreements.items()},
                {"sequence": 3},
                lambda key: {
                    "agreement_id": agreements[key].id,
                    "role": "union",
                    "partner_id": self.ngo.id,
                },
                READERS + WORKERS + WRITERS,
                WRITERS,
            ),
            self.shared_row(
                "remediation.agreement.month",
                {key: self._month(agreement) for key, agreement in agreements.items()},
                None,
                None,
                READERS + WORKERS + WRITERS,
            ),
            self.shared_row(
                "remediation.agreement.call",
                {
                    key: self._call_of(agreement)
                    for key, agreement in agreements.items()
                },
                None,
                None,
                READERS + WORKERS + WRITERS,
            ),
            self.case_row(
                "remediation.adult.job",
                lambda case: {
                    "case_id": case.id,
                    "member_id": self._caregiver(case).id,
                    "employer_id": self.factory.id,
                    "date_start": "2026-09-01",
                },
                write={"date_start": "2026-10-01"},
                worker="rwc",
                portal="",
            ),
            self.case_row(
                "remediation.job.promise",
                lambda case: {
                    "case_id": case.id,
                    "employer_id": self.factory.id,
                    "promised_on": "2026-09-01",
                    "date_due": "2031-09-01",
                },
                write={"date_due": "2031-10-01"},
                worker="rwc",
                portal="",
            ),
            self.case_row(
                "remediation.task.move",
                self._move_values,
                write={"hours_after": 20},
                worker="rwc",
                portal="",
            ),
            self.case_row(
                "remediation.age.check",
                lambda case: {
                    "case_id": case.id,
                    "method": "health_card",
                    "age_found": 12,
                },
                write={"age_found": 13},
                worker="rc",
                portal="",
            ),
            self.case_row(
                "remediation.agreement.cost",
                lambda case: {
                    "agreement_child_id": self._child_of(case).id,
                    "kind": "school",
                    "amount": 80.0,
                    "every": "year",
                    "date_from": "2026-09-01",
                },
                write={"amount": 90.0},
                worker="rwc",
                portal="",
            ),
            self.case_row(
                "remediation.agreement.child",
                self._child_values,
                write={"date_start": "2026-10-01"},
                worker="rwc",
                portal="",
            ),
            *self._workforce_rows(),
        ]

    def _workforce_rows(self):
        """A list follows who looked and the team; its rows are not for who reads
        totals."""
        lists = {
            key: self.env["remediation.workforce.list"]
            .with_company(team.company_id)
            ._unprotected()
            .create(
                {
                    "site_id": self.site.id,
                    "company_id": team.company_id.id,
                    "user_id": user.id,
                    "team_id": team.id,
                    "person_ids": [Command.create({"age_declared": 30})],
                }
            )
            .with_env(self.env)
            for key, user, team in (
                ("own", self.worker, self.team),
                ("team", self.worker_2, self.team),
                ("other_team", self.worker_other, self.team_b),
                ("other_company", self.worker_company_b, self.team_company_b),
            )
        }
        workers = WORKERS + WRITERS

        def seen(role, letters):
            return dict.fromkeys(VISIBLE[role], letters)

        return [
            Row(
                "remediation.workforce.list",
                lists,
                {
                    # Whoever enters a list is who looked, so anybody may begin one.
                    **{
                        role: {
                            key: "rswc" if key in VISIBLE[role] else "c"
                            for key in lists
                        }
                        for role in workers
                    },
                    **{
                        role: seen(role, "rs")
                        for role in ("monitor", "auditor", "data_protection")
                    },
                },
                {"date": "2026-09-02"},
            ),
            Row(
                "remediation.workforce.person",
                {key: one.person_ids for key, one in lists.items()},
                {
                    **{role: seen(role, "rswc") for role in workers},
                    "data_protection": seen("data_protection", "rs"),
                },
                {"age_declared": 31},
                lambda key: {"list_id": lists[key].id, "age_declared": 20},
            ),
        ]

    def _child_values(self, case):
        key = "here" if case.company_id == self.company else "there"
        return {
            "case_id": case.id,
            "agreement_id": self.agreements[key].id,
            "date_start": "2026-09-01",
        }

    def _child_of(self, case):
        known = case.agreement_child_ids[:1]
        return known or known.create(self._child_values(case))

    def _move_values(self, case):
        case.beneficiary_id.write({"age_estimated": 17, "age_recorded_on": self.today})
        return {
            "case_id": case.id,
            "date": self.today,
            "task_before": "Underground",
            "task_after": "Sorting",
        }

    def _call_of(self, agreement):
        return (
            self.env["remediation.agreement.call"]
            ._unprotected()
            .create(
                {
                    "agreement_id": agreement.id,
                    "party_id": agreement.party_ids[:1].id,
                    "kind": "call",
                    "amount": 1.0,
                }
            )
        )

    def _month(self, agreement):
        return (
            self.env["remediation.agreement.month"]
            ._unprotected()
            .create(
                {"agreement_id": agreement.id, "month": "2026-09-01", "amount": 1.0}
            )
        )

    def test_access_table(self):
        self.check_access_table()

    def test_rights(self):
        self.check_rights()

    def test_an_agreement_gives_no_right_to_read_a_file(self):
        """Whoever reads the agreement, finance and other teams too, learns nothing of
        the children under it: by reading through it, searching or exporting."""
        agreement = self._approved_agreement()
        child = self._approved_child(agreement)
        case = child.case_id
        self.env.flush_all()
        for user in (self.accountant, self.worker_other):
            self.env.invalidate_all()
            seen = agreement.with_user(user)
            self.assertEqual(seen.state, "approved")
            for record in (child, case, case.beneficiary_id):
                self.assertFalse(record.with_user(user).has_access("read"), record)
            self.assertFalse(self._told(lambda a=seen: a.child_ids.ids))
            self.assertFalse(
                self._told(
                    lambda a=seen: a.search_count(
                        [("child_ids.case_id.name", "=", case.name)]
                    )
                )
            )
            self.assertFalse(
                self._told(
                    lambda a=seen: [
                        name
                        for row in a.export_data(["child_ids/case_id/name"])["datas"]
                        for name in row
                        if name
                    ]
                )
            )

    @staticmethod
    def _told(ask):
        """What a reader is told, nothing where it is refused."""
        try:
            return ask()
        except UserError:
            return None

from odoo.tests import tagged

from odoo.addons.child_remediation.tests.access_table import (
    VISIBLE,
    WORKERS,
    AccessTable,
    Row,
    RuleTable,
)

from .common import SurvivorCommon

#: All cases of the first company.
HERE = VISIBLE["coordinator"]


@tagged("post_install", "-at_install")
class TestAccess(AccessTable, RuleTable, SurvivorCommon):
    """Role × model × operation. What is restricted opens by duty alone."""

    access_module = "case_survivor"
    access_extra_roles = ("tracer", "trace_worker")

    @classmethod
    def access_cases(cls):
        return {**super().access_cases(), "traced": cls._new_case(cls.manager_trace)}

    def access_rows(self):
        persons = {
            "here": self._person(company_id=self.company.id),
            "there": self.env["remediation.person.of.interest"].create(
                {"full_name": "Elsewhere", "company_id": self.company_b.id}
            ),
        }
        self.persons = persons
        here = {"here": "rswc"}
        return [
            self._with_traced(
                self.case_row(
                    "remediation.survivor.status",
                    lambda case: {"case_id": case.id, "status": "possible"},
                    write={"reference": "A 12"},
                    worker="rwc",
                    portal="",
                    monitor="r",
                ),
                "rswc",
                nameless="rs",
            ),
            Row(
                "remediation.person.of.interest",
                persons,
                {"tracer": here, "trace_worker": here},
                {"phone": "+243 1"},
                lambda key: {
                    "full_name": "Somebody",
                    "company_id": persons[key].company_id.id,
                },
            ),
            Row(
                "remediation.control.means",
                {"all": self.env.ref("case_survivor.control_means_debt_bondage")},
                self._list_readers(),
                {"sequence": 7},
            ),
            *self._duty_rows(),
            *self._safety_rows(),
            *self._standard_rows(),
        ]

    @staticmethod
    def _list_readers():
        """Who reads a list that comes with the module; coordinators order it."""
        return {
            role: {"all": "rsw" if "coordinator" in role else "rs"}
            for role in (*WORKERS, "trace_worker", "data_protection")
        }

    def _standard_rows(self):
        """What the data standard asks for, with the case's own readers."""
        value = "case_survivor.exploitation_value_exploitation_servitude"
        return [
            Row(
                "remediation.exploitation.value",
                {"all": self.env.ref(value)},
                self._list_readers(),
                {"sequence": 7},
            ),
            *(
                self._with_traced(
                    self.case_row(
                        model,
                        lambda case, vals=needed: {"case_id": case.id, **vals},
                        write=write,
                        worker="rwc",
                        portal="",
                        auditor="",
                    ),
                    "rswc",
                    nameless="rs",
                )
                for model, needed, write in (
                    ("remediation.exploitation", {}, {"industry": "T"}),
                    ("remediation.survivor.contact", {}, {"safe_way": "After eight"}),
                    (
                        "remediation.outside.referral",
                        {"direction": "in"},
                        {"reason": "Other"},
                    ),
                )
            ),
        ]

    def _duty_rows(self):
        def of(**vals):
            return lambda case: {"case_id": case.id, **vals}

        return [
            self._duty_row(
                "remediation.person.of.interest.role",
                lambda case: {
                    "case_id": case.id,
                    "role": "exploiter",
                    "person_id": self.persons[
                        "here" if case.company_id == self.company else "there"
                    ].id,
                },
                {"role": "creditor"},
            ),
            self._duty_row(
                "remediation.money.account", of(kind="bank"), {"kind": "mobile"}
            ),
            self._duty_row(
                "remediation.money.transfer",
                of(direction="for_exploiter", amount=40.0),
                {"amount": 50.0},
            ),
            self._duty_row(
                "remediation.survivor.debt",
                of(purpose="travel", amount=900.0),
                {"amount": 950.0},
            ),
            self._duty_row(
                "remediation.survivor.wage", of(promised=300.0), {"paid": 20.0}
            ),
            self._duty_row(
                "remediation.legal.matter", of(kind="civil"), {"kind": "labour"}
            ),
            self._duty_row(
                "remediation.legal.date",
                lambda case: {
                    "matter_id": self.env["remediation.legal.matter"]
                    .create({"case_id": case.id, "kind": "civil"})
                    .id,
                    "kind": "hearing",
                    "date": "2031-03-01 09:00:00",
                },
                {"kind": "interview"},
            ),
        ]

    def _safety_rows(self):
        plans = self.env["remediation.safety.plan"]
        stay = self._with_traced(
            self.case_row(
                "remediation.shelter.stay",
                lambda case: {
                    "case_id": case.id,
                    "kind": "shelter",
                    "date_from": "2026-09-01",
                },
                write={"kind": "hotel"},
                worker="rwc",
                portal="",
                auditor="",
            ),
            "rswc",
            nameless="rs",
        )
        everything = dict.fromkeys({*HERE, "traced"}, "rs")
        stay.allowed["tracer"] = stay.allowed["safeguarding"] = everything
        stay.allowed["trace_worker"] = {**everything, "traced": "rswc"}
        return [
            stay,
            self._with_traced(
                self.case_row(
                    "remediation.safety.plan",
                    lambda case: {"case_id": case.id, "date": "2026-09-01"},
                    write={"signs": "A white car"},
                    worker="rwc",
                    portal="",
                    auditor="",
                ),
                "rswc",
                nameless="rs",
            ),
            self._with_traced(
                self.case_row(
                    "remediation.family.tracing",
                    lambda case: {"case_id": case.id, "sought": "mother"},
                    write={"place": "Kalemie"},
                    worker="rwc",
                    portal="",
                    auditor="",
                ),
                "rswc",
                nameless="rs",
            ),
            self._with_traced(
                self.case_row(
                    "remediation.safety.step",
                    lambda case: {
                        "plan_id": plans.create({"case_id": case.id}).id,
                        "what": "Call the neighbour",
                    },
                    write={"who": "The neighbour"},
                    worker="rwc",
                    portal="",
                    auditor="",
                ),
                "rswc",
                nameless="rs",
            ),
        ]

    def _with_traced(self, row, letters, nameless=""):
        """The case of the worker with the duty: of the first team."""
        row.allowed["trace_worker"] = {"traced": letters}
        for role in ("supervisor", "coordinator"):
            row.allowed[role]["traced"] = letters
        for role in ("monitor", "auditor", "data_protection"):
            if role in row.allowed:
                row.allowed[role]["traced"] = nameless
        return row

    def _duty_row(self, model, values, write):
        """For the duty alone: it reads all by code, and writes in its own cases."""
        row = self.case_row(
            model, values, write, worker="", portal="", auditor="", data_protection=""
        )
        everything = dict.fromkeys({*HERE, "traced"}, "rs")
        row.allowed["tracer"] = everything
        row.allowed["trace_worker"] = {**everything, "traced": "rswc"}
        return row

    def test_access_table(self):
        self.check_access_table()

    def test_rights(self):
        self.check_rights()

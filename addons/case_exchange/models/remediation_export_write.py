from datetime import datetime

import pytz

from odoo import api, models
from odoo.tools import split_every

from odoo.addons.child_remediation.models.family.remediation_beneficiary import (
    completed_years,
)
from odoo.addons.remediation_base.tools import small_cells

from ..tools import ctdc, htcds, primero, source, writers

#: Cases whose facts are looked up together.
AT_A_TIME = 200
#: Facts that the age is computed from.
AGE_KEYS = ("birth_date_for_age", "age_estimated", "age_margin", "age_recorded_on")


def _in_place(fact):
    """Moments as the clock showed them where the case is worked on, not in UTC."""
    zone = pytz.timezone(fact["zone"])
    return {
        key: pytz.utc.localize(value).astimezone(zone).replace(tzinfo=None)
        if isinstance(value, datetime)
        else value
        for key, value in fact.items()
    }


class Export(models.Model):
    """What stands in the file of an export, by its layout."""

    _inherit = "remediation.export"

    def _count(self, domain, today, with_consent=True):
        query = source.statement(
            self.env, domain, ["id"], today, with_consent=with_consent, count=True
        )
        self.env.flush_all()
        return self.env.execute_query(query)[0][0]

    def _facts(self, domain, keys, today):
        """Yield a dict of facts per case with consent to reporting."""
        keys = list(dict.fromkeys(["id", "zone", *keys]))
        withheld = self._withheld(domain)
        query = source.statement(self.env, domain, keys, today)
        for row in source.stream(self.env, query):
            fact = _in_place(dict(zip(keys, row, strict=True)))
            hidden = withheld.get(fact["id"])
            if hidden:
                fact.update(dict.fromkeys(fact.keys() & source.withheld(hidden)))
            yield fact

    @api.model
    def _withheld(self, domain):
        """``{case id: {model: {field}}}`` that a family withholds from anybody (R71):
        who reads a file in the end, nobody can say."""
        # sudo: what is withheld stays out, whether or not the user reads consents.
        cases = (
            self.env["remediation.consent"]
            .sudo()
            .search(
                [
                    ("withhold_item_ids", "!=", False),
                    ("lifted_on", "=", False),
                    ("case_id", "in", self.env["remediation.case"]._search(domain)),
                ]
            )
            .case_id
        )
        return cases._disclosure_hidden()

    def _write_table(self, target, domain, today):
        columns = self.env["remediation.export.column"].search(
            [("key", "in", self.column_keys)]
        )
        names = {column.key: column.name for column in columns}
        keys = [key for key in self.column_keys if key != "age"]
        if "age" in self.column_keys:
            keys += AGE_KEYS
        labels = self._labels()
        ids = []

        def rows():
            for fact in self._facts(domain, keys, today):
                ids.append(fact["id"])
                yield [self._cell(key, fact, labels, today) for key in self.column_keys]

        write = writers.write_csv if self.file_format == "csv" else writers.write_xlsx
        write(target, [names[key] for key in self.column_keys], rows())
        return ids

    def _write_totals(self, target, domain, today):
        """Counts by some columns; small cells hidden by the shared function (R10)."""
        columns = self.env["remediation.export.column"].search(
            [("key", "in", self.column_keys)]
        )
        names = {column.key: column.name for column in columns}
        keys = [key for key in self.column_keys if key != "age"]
        if "age" in self.column_keys:
            keys += AGE_KEYS
        labels = self._labels()
        query = source.statement(
            self.env, domain, ["id", "zone", *keys], today, with_consent=False
        )
        cells = {}
        for row in source.stream(self.env, query):
            fact = _in_place(dict(zip(["id", "zone", *keys], row, strict=True)))
            cell = tuple(
                self._cell(key, fact, labels, today) for key in self.column_keys
            )
            cells[cell] = cells.get(cell, 0) + 1
        rows = [
            dict(zip(self.column_keys, cell, strict=True), count=count)
            for cell, count in sorted(cells.items(), key=lambda item: repr(item[0]))
        ]
        shown = small_cells.suppress(rows, self.column_keys, "count")
        headers = [names[key] for key in self.column_keys] + [self.env._("Cases")]
        hidden = self.env._("fewer than %(count)s", count=small_cells.THRESHOLD)
        write = writers.write_csv if self.file_format == "csv" else writers.write_xlsx
        write(
            target,
            headers,
            (
                [row[key] for key in self.column_keys]
                + [hidden if row["suppressed"] else row["count"]]
                for row in shown
            ),
        )
        return []

    def _write_htcds(self, target, domain, today):
        ids = []
        keys = [
            key
            for key in htcds.SOURCES
            if self.is_identified or key not in source.IDENTITY
        ]

        def rows():
            for fact, row in self._standard_rows(domain, keys, today):
                ids.append(fact["id"])
                yield htcds.cells(row, self.is_identified)

        writers.write_csv(target, htcds.NAMES, rows(), delimiter=",")
        return ids

    def _standard_rows(self, domain, keys, today):
        """Yield the facts of each case and its row of the data standard."""
        withheld = self._withheld(domain)
        for part in split_every(AT_A_TIME, self._facts(domain, keys, today), list):
            cases = self.env["remediation.case"].browse(fact["id"] for fact in part)
            more = self._standard_more(cases, withheld)
            for fact in part:
                fact = dict.fromkeys(htcds.SOURCES) | fact
                row = htcds.record(fact, self._age(fact, today))
                yield fact, row | more.get(fact["id"], {})
            self.env.invalidate_all()

    def _standard_more(self, cases, withheld):
        """Hook: ``{case id: {column: value}}`` of what other modules know of a case.

        :param withheld: ``{case id: {model: {field}}}`` that stays out
        """
        return {}

    def _write_ctdc(self, target, domain, today):
        """Rows without names in which nobody stands out; who would is left out."""
        keys = [*ctdc.SOURCES, *(k for k in htcds.SOURCES if k not in source.IDENTITY)]
        known = [
            (fact["id"], ctdc.record(row, self._age(fact, today), fact))
            for fact, row in self._standard_rows(domain, keys, today)
        ]
        rows = ctdc.anonymous([row for _id, row in known])
        writers.write_csv(
            target,
            ctdc.NAMES,
            ([row[name] for name in ctdc.NAMES] for row in rows if row),
            delimiter=",",
        )
        return [case for (case, _row), row in zip(known, rows, strict=True) if row]

    def _write_primero(self, target, domain, today):
        ids = []
        withheld = self._withheld(domain)
        query = source.statement(self.env, domain, ["id"], today)
        found = [row[0] for row in source.stream(self.env, query)]

        def records():
            for start in range(0, len(found), 200):
                cases = self.env["remediation.case"].browse(found[start : start + 200])
                records = primero.records_of(cases, self.is_identified, today)
                for case, record in zip(cases, records, strict=True):
                    yield primero.without(record, withheld.get(case.id, {}))
                ids.extend(cases.ids)
                self.env.invalidate_all()

        writers.write_json(target, records())
        return ids

    # -- cells -----------------------------------------------------------------
    @api.model
    def _labels(self):
        """What selections are called in the language of the user."""
        pairs = {
            "stage": ("remediation.case", "stage"),
            "risk_level": ("remediation.case", "risk_level"),
            "classification": ("remediation.case", "classification"),
            "closure_reason": ("remediation.case", "closure_reason"),
            "closure_outcome": ("remediation.case", "closure_outcome"),
            "sex": ("remediation.beneficiary", "sex"),
            "school_status": ("remediation.beneficiary", "school_status"),
            "birth_registered": ("remediation.beneficiary", "birth_registered"),
            "site_type": ("remediation.site", "site_type"),
            "employer": ("remediation.work.situation", "employer_relationship"),
            "caregiver_relationship": ("remediation.household.member", "relationship"),
            **{name: ("remediation.work.situation", name) for name in source.ASKED},
        }
        return {
            key: dict(self.env[model]._fields[name]._description_selection(self.env))
            for key, (model, name) in pairs.items()
        }

    @api.model
    def _cell(self, key, fact, labels, today):
        if key == "age":
            return self._age(fact, today)
        value = fact[key]
        if key in labels:
            return labels[key].get(value, value)
        return value

    @api.model
    def _age(self, fact, today):
        """Completed years by the youngest reading, as ``beneficiary._age_on``."""
        readings = []
        if fact["birth_date_for_age"]:
            readings.append(completed_years(fact["birth_date_for_age"], today))
        if fact["age_estimated"] and fact["age_recorded_on"]:
            years = completed_years(fact["age_recorded_on"], today)
            readings.append(fact["age_estimated"] - (fact["age_margin"] or 0) + years)
        return max(min(readings), 0) if readings else None

"""What the scheduler does by batches: one bad record stops no other."""

from psycopg2.errors import CheckViolation

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..tools.batches import each_batch

LOGGER = "odoo.addons.remediation_base.tools.batches"


@tagged("post_install", "-at_install")
class TestBatches(TransactionCase):
    def setUp(self):
        super().setUp()
        self.partners = self.env["res.partner"].create(
            [{"name": f"Partner {number}"} for number in range(7)]
        )

    def _forbid(self, partner):
        """The database itself refuses a function for this one partner."""
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE res_partner ADD CONSTRAINT bad_record"
            " CHECK (id <> %s OR function IS NULL)",
            [partner.id],
        )

    def _give_function(self, batch):
        self.taken.append(len(batch))
        batch.write({"function": "Teacher"})

    def test_a_bad_record_is_left_as_it_was_and_stops_no_other(self):
        bad = self.partners[4]
        self._forbid(bad)
        self.taken = []
        with (
            mute_logger("odoo.sql_db"),
            self.assertLogs(LOGGER, "WARNING") as logs,
        ):
            failed = each_batch(self.partners, self._give_function, size=3)
        self.assertEqual(failed, bad)
        self.assertEqual(self.taken, [3, 3, 1, 1, 1, 1])
        self.env.invalidate_all()
        self.assertFalse(bad.function)
        self.assertEqual((self.partners - bad).mapped("function"), ["Teacher"] * 6)
        # By id and kind; no value of the record stands in the log (R78).
        said = "\n".join(logs.output)
        self.assertIn(str(bad.id), said)
        self.assertIn(CheckViolation.__name__, said)
        self.assertNotIn("Teacher", said)
        self.assertNotIn(bad.name, said)

    def test_good_records_are_taken_a_batch_at_a_time(self):
        self.taken = []
        failed = each_batch(self.partners, self._give_function, size=3)
        self.assertFalse(failed)
        self.assertEqual(self.taken, [3, 3, 1])

    def test_nothing_to_do_is_no_work(self):
        self.taken = []
        each_batch(self.partners.browse(), self._give_function)
        self.assertFalse(self.taken)

from odoo.tests import tagged

from odoo.addons.case_offline.tests.test_day_offline import DUMP

from .phone import CANARY, SavingsPhone


@tagged("post_install", "-at_install")
class TestMeetingByTaps(SavingsPhone):
    """A meeting of 25 members without network, by taps in a real browser."""

    size = 25

    def test_a_meeting_of_25_by_taps_without_network(self):
        page = self.page = self._phone(folder=True)
        with self.allow_requests(all_requests=True):
            self.offline()
            self.taps = 0
            self.hold()
            self.count()
            page.wait_for_selector("main .ok, p.error:visible")
            self.assertFalse(page.locator("p.error:visible").all_inner_texts())
            self.assertLessEqual(self.taps, 360, "six minutes at a tap a second")
            self.assertEqual(self.queued(), ["Waits"])
            self.fits("queue")
            self.assertNotIn(CANARY, page.evaluate(DUMP))
            self.assertEqual(len(self.meetings()), 1, "nothing was sent yet")
            # Killed and opened again: what was written is still there.
            page.reload()
            self.unlock()
            self.assertEqual(self.queued(), ["Waits"])
            self.send_now()
            self.assertNotIn(CANARY, page.evaluate(DUMP))
            page.context.close()
            self.assertEqual(self.files_with(CANARY), [])
        meeting = self.meetings()[1:]
        self.assertEqual(len(meeting), 1)
        self.assertEqual(meeting.state, "validated")
        self.assertEqual(meeting.attended_count, 24)
        self.assertEqual(sum(meeting.line_ids.mapped("shares")), 72)
        self.assertEqual(meeting.closing_loan, self.loan_box)
        self.assertEqual(meeting.closing_social, self.social_box)
        self.assertFalse(meeting.entry_ids)


@tagged("post_install", "-at_install")
class TestMeetingOfSeven(SavingsPhone):
    """What a phone asks and says, whatever the size of the group."""

    def test_r48_the_phone_asks_why_a_pot_differs_before_it_waits(self):
        page = self.page
        with self.allow_requests(all_requests=True):
            self.offline()
            self.hold()
            self.count(short=200)
            page.wait_for_selector("p.error:visible")
            self.fits("differs")
            self.assertIn("say why it differs", page.inner_text("p.error:visible"))
            self.assertEqual(self.queued(), ["Not ended yet"])
            # The phone was switched off in between: the round is still there.
            page.reload()
            self.unlock()
            self.queued()
            self.fits("queue_draft")
            page.click("main ul.list a.button")
            page.wait_for_selector("a.main.wide")
            self.fits("draft")
            page.click("a.main.wide")
            page.wait_for_selector("[name=why_loan]:visible")
            page.fill("[name=why_loan]", "The box was short")
            page.click("form > button.main")
            page.wait_for_selector("main .ok")
            self.assertEqual(self.queued(), ["Waits"])
            self.send_now()
        entry = self.meetings()[1:].entry_ids
        self.assertEqual(
            (entry.kind, entry.pot, entry.amount, entry.explanation),
            ("difference", "loan", -200, "The box was short"),
        )

    def test_r46_the_phone_says_what_goes_beyond_the_limits(self):
        page = self.page
        with self.allow_requests(all_requests=True):
            self.offline()
            self.tap("ul.list a[href^='#savings-group']")
            self.tap("form.card button.main")
            self.on_member(1)
            page.click("details.card summary >> nth=0")
            page.fill("[name=loan_given]", "90000")
            self.next()
            page.wait_for_selector("p.error:visible")
            self.fits("beyond")
            self.assertIn("more is owed", page.inner_text("p.error:visible"))
            page.check("#f-group_decided")
            self.next()
            self.assertIn("Write down why", page.inner_text("p.error:visible"))
            page.fill("#f-decision_reason", "Her field was flooded")
            self.next()
            self.on_member(2)
            page.evaluate("location.hash = location.hash.replace(/[0-9]+$/, '4')")
            self.on_member(4)
            page.fill("[name=loan_repaid]", "9000")
            self.next()
            page.wait_for_selector("p.error:visible")
            self.assertIn("More is repaid", page.inner_text("p.error:visible"))

    def test_who_held_it_meanwhile_is_shown_beside_and_nothing_doubled(self):
        page = self.page
        with self.allow_requests(all_requests=True):
            self.offline()
            self.hold()
            self.count()
            page.wait_for_selector("main .ok")
            held = self.cycle._open_meetings(self.group._place_today())
            held.line_ids.shares = 1
            held.action_take_expected()
            held.action_validate()
            self.env.flush_all()
            page.context.set_offline(False)
            self.queued()
            page.click("main > p button.main")
            page.wait_for_selector("main ul.list a.button")
            page.click("main ul.list a.button")
            page.wait_for_selector(".both")
            self.fits("both")
            said = page.inner_text("main")
            self.assertIn("in the book already", said)
            self.assertIn("Shares: 1", said)
            self.assertIn("Shares: 3", said)
            # It was another meeting, says the agent: then it was on another day.
            page.click("main button.main")
            page.wait_for_selector("a.main.wide")
            page.click("a.main.wide")
            page.wait_for_selector("table.pots")
            self.count()
            page.wait_for_selector("[name=why_loan]:visible")
            page.fill("[name=why_loan]", "Held by two")
            page.fill("[name=why_social]", "Held by two")
            page.click("form > button.main")
            page.wait_for_selector("p.error:visible")
            self.fits("same_day")
            self.assertIn("after the last meeting", page.inner_text("main"))
            page.click("main > p > a")
            page.wait_for_selector("button.link")
            page.click("button.link")
            page.wait_for_selector("a[href^='#savings-group']")
        self.assertEqual(len(self.meetings()), 2)
        self.assertEqual(self.meetings()[1:], held)

    def test_the_book_goes_with_the_group_and_with_forget(self):
        page = self.page
        with self.allow_requests(all_requests=True):
            self.begin()
            self.assertIn("Tujenge", page.inner_text("main"))
            self.group.village_agent_id = False
            self.env.flush_all()
            page.reload()
            self.unlock()
            page.wait_for_selector("main .empty")
            self.assertNotIn("Tujenge", page.inner_text("main"))
            # The phone asks nothing any more while the office writes.
            page.wait_for_load_state("networkidle")
            self.group.village_agent_id = self.village
            self.env["remediation.device"].search([])._forgotten("lost")
            self.env.flush_all()
            page.reload()
            page.wait_for_selector("#again")
            self.assertIn("forgotten", page.inner_text("main"))

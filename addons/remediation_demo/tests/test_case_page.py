from odoo.tests import HttpCase, tagged

from odoo.addons.remediation_base.tests.one_browser import OneBrowser

#: Opens a form and says what is wrong with it.
OPEN = """
(async () => {
    const wait = (ms) => new Promise((done) => setTimeout(done, ms));
    while (!document.querySelector(".o_action_manager > *")) {
        await wait(50);
    }
    const { action } = odoo.__WOWL_DEBUG__.root.env.services;
    await action.doAction(ACTION);
    while (!document.querySelector(".o_form_view .o_form_renderer")) {
        await wait(50);
    }
    await wait(1500);
    const wrong = [];
    CHECK
    if (wrong.length) {
        console.error("wrong: " + JSON.stringify(wrong));
    } else {
        console.log("test successful");
    }
})();
"""
#: Everything that belongs to a case is one click away: nothing hides in a menu, and
#: every tab and button lies on the screen.
ONE_CLICK = """
    if (document.querySelector(".o_form_view .o_button_more")) {
        wrong.push("buttons behind More");
    }
    const room = document.documentElement.clientWidth;
    const links = document.querySelectorAll(
        ".o_form_view .oe_stat_button, .o_form_view .o_notebook_headers .nav-link"
    );
    for (const link of links) {
        const box = link.getBoundingClientRect();
        if (!box.width || box.left < 0 || box.right > room) {
            wrong.push(link.textContent.trim());
        }
    }
    if (links.length < 10) {
        wrong.push(`only ${links.length} links`);
    }
"""
#: What has to be filled in says so beside its label.
MARKED = """
    const needed = document.querySelectorAll(
        ".o_form_view .o_field_widget:is(.o_remediation_needed, .o_required_modifier)"
    );
    let seen = 0;
    for (const field of needed) {
        const label = field.closest(".o_wrap_input")
            ?.previousElementSibling?.querySelector(".o_form_label");
        if (!label || field.closest(".o_list_renderer")) {
            continue;
        }
        seen += 1;
        const mark = getComputedStyle(label, "::after").content;
        if (["none", "normal", '""'].includes(mark)) {
            wrong.push(label.textContent.trim());
        }
    }
    if (seen < LEAST) {
        wrong.push(`only ${seen} fields`);
    }
"""


@tagged("post_install", "-at_install")
class TestCasePage(OneBrowser, HttpCase):
    """The case on one screen, and forms that say what they need."""

    browser_size = "1366x768"
    _registry_readonly_enabled = False

    def _check(self, login, model, record, check):
        action = {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": record and record.id,
            "views": [[False, "form"]],
            "context": {"default_case_id": self.case.id} if not record else {},
        }
        code = OPEN.replace("CHECK", check).replace(
            "ACTION", repr(action).replace("False", "false")
        )
        self.browser_js("/odoo/desk", code, login=login, timeout=120)

    def setUp(self):
        super().setUp()
        supervisor = self.env.ref("remediation_demo.demo_user_supervisor")
        self.case = (
            self.env["remediation.case"]
            .with_user(supervisor)
            .search([("stage", "=", "in_remediation"), ("referral_ids", "!=", False)])
        )[:1]

    def test_nothing_of_a_case_is_behind_more(self):
        for login in ("supervisor", "coordinator"):
            with self.subTest(login=login):
                self._check(login, "remediation.case", self.case, ONE_CLICK)

    def test_what_is_needed_is_marked(self):
        for model, least in (
            ("remediation.assessment", 2),
            ("remediation.plan", 4),
            ("remediation.visit", 1),
        ):
            with self.subTest(model=model):
                self._check(
                    "supervisor", model, False, MARKED.replace("LEAST", str(least))
                )

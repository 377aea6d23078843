import resource

from _lib import pictures
from _lib.pictures import Shot

from odoo.tests import HttpCase, tagged

from odoo.addons.case_referral.tests.browser import Barriers


def _form(login, action, model, domain=()):
    return Shot(
        model,
        login,
        f"/odoo/action-{action}/%d",
        ".o_form_view",
        record=(model, list(domain), "id desc"),
    )


def _page(name, login, action, shows):
    return Shot(name, login, f"/odoo/action-{action}", shows)


#: Beside the pictures: what is read for barriers too.
MORE = (
    _form("caseworker2", "child_remediation.consent_action", "remediation.consent"),
    _page(
        "cases",
        "caseworker2",
        "child_remediation.case_my_action",
        ".o_kanban_record, .o_data_row",
    ),
    _page("due", "supervisor", "child_remediation.deadline_action", ".o_data_row"),
    Shot("desk-coordinator", "coordinator", "/odoo", "[data-section='funnel']"),
    _form(
        "safeguarding",
        "child_remediation.safeguarding_report_action",
        "remediation.safeguarding.report",
    ),
    _form("triage", "case_referral.remediation_concern_action", "remediation.concern"),
    Shot("desk-director", "director", "/odoo", "[data-section='places']"),
)
PUBLIC = ("/report-concern", "/speak-up/safeguarding", "/speak-up/complaint")
SIGN_IN = "/web/login?redirect=/my/remediation"
#: What Odoo's own screens do, whatever a module declares: rule, and where.
OF_CORE = {
    "aria-allowed-attr": ".o_searchview, .o-dropdown",
    "aria-command-name": ".o_searchview, .o-mail-Activity-avatarContainer",
    "aria-prohibited-attr": ".o-mail-Message",
    "aria-required-children": ".o_menu_sections, .o_menu_systray",
    "aria-required-parent": ".o_menu_brand, .o_notebook, .o_searchview",
    "aria-roles": ".o_searchview",
    "autocomplete-valid": ".o_select_menu_toggler",
    "button-name": ".o_optional_columns_dropdown",
    "color-contrast": ".o_list_renderer .o_readonly_modifier",
    "heading-order": "[name='h5_email']",
    "image-alt": ".o-mail-Message, .o-mail-Avatar, .o_avatar",
    "label": ".o_list_renderer",
    "role-img-alt": ".o_searchview, .o-mail-Chatter, .o_cp_searchview",
    "scrollable-region-focusable": ".o_list_renderer",
}
#: Rules that count whatever axe-core thinks of them: who hears a page walks its heads.
HEADINGS = ("empty-heading", "heading-order")
OURS = """({violations, core}) => violations.map((rule) => ({
    ...rule,
    nodes: rule.nodes.filter((node) => {
        const element = document.querySelector(node.target.at(-1));
        return !(core[rule.id] && element && element.closest(core[rule.id]));
    }),
}))"""


class OwnBarriers(Barriers):
    """Those that do not come from Odoo's own screens."""

    def violations(self, page):
        found = super().violations(page)
        return page.evaluate(OURS, {"violations": found, "core": OF_CORE})


class Look(pictures.Walk):
    """Takes each picture, and reads the page for what stops a person with a screen
    reader, a keyboard or weak eyes (axe-core: serious and critical, and headings)."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.own = OwnBarriers()
        self.barriers = []

    def seen(self, page, shot):
        self.examine(page, shot.name)

    def examine(self, page, name):
        for barrier in self.own.of(page, HEADINGS):
            self.barriers.append(f"{name}: {barrier}")


@tagged("post_install", "-at_install")
class TestBook(HttpCase):
    """The pictures of the book can still be taken, and everybody can read the pages."""

    # The access log of a read-only call is written by a second cursor, which the one
    # cursor of a test cannot give.
    _registry_readonly_enabled = False

    def _speak(self, login, code):
        # What a page still asks for would meet this on the one cursor.
        self._wait_remaining_requests()
        self.env["res.users"].search([("login", "=", login)]).lang = code
        self.env.flush_all()

    def test_every_picture_of_the_book_can_be_taken_and_read(self):
        # Odoo limits its own memory; a browser started from here needs more room.
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_AS, (soft, hard))
        french = (*pictures.SHOTS, *MORE)
        # What a language can change is where letters are: the desk and a phone.
        english = [
            shot for shot in pictures.SHOTS if shot.phone or shot.name[:4] == "desk"
        ]
        passwords = {}
        for login in {shot.login for shot in french}:
            passwords[login] = login.ljust(8, "x")
            user = self.env["res.users"].search([("login", "=", login)])
            user.password = passwords[login]
        with (
            pictures.chromium() as browser,
            self.allow_requests(all_requests=True),
        ):
            look = Look(browser, self.base_url(), passwords, self._speak)
            taken = {shot.name: picture for shot, picture in look.take("fr", french)}
            self.assertEqual(len(list(look.take("en", english))), len(english))
            page = browser.new_page(base_url=self.base_url())
            for path in (*PUBLIC, SIGN_IN):
                page.goto(path)
                look.examine(page, path)
        self.assertGreaterEqual(len(taken) + len(PUBLIC), 20, "pages that were read")
        for name, picture in taken.items():
            self.assertGreater(len(pictures.small(picture)), 4000, f"{name} is blank")
        self.assertFalse(look.barriers, "\n".join(look.barriers))

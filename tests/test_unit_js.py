from odoo.tests import HttpCase, new_test_user, no_retry, tagged

MODULES = ("remediation_base", "child_remediation", "savings_group")


def suite_id(name):
    """The id that Odoo's runner gives a suite of this name."""
    number = 0
    for char in name:
        number = ((number << 5) - number + ord(char)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install")
class TestUnitJs(HttpCase):
    """The unit tests of our own scripts, in the browser, by Odoo's own runner."""

    @no_retry
    def test_scripts_of_the_modules(self):
        # Somebody without a duty: the page opens for whoever signed in.
        new_test_user(self.env, "script_tester", groups="base.group_user")
        wanted = "".join(f"&id={suite_id(f'@{name}')}" for name in MODULES)
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000{wanted}",
            "",
            "",
            login="script_tester",
            timeout=120,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )

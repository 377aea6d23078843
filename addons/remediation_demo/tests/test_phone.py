import json

from odoo.tests import HttpCase, tagged

from odoo.addons.remediation_base.tests.one_browser import OneBrowser

#: Who is walked with a phone: together they see every app of the back office.
LOGINS = (
    "coordinator",
    "caseworker",
    "officer",
    "releaser",
    "agent",
    "safeguarding",
    "dataprotection",
)

#: Models of this house.
OURS = ("remediation.", "referral.", "cash.transfer.", "savings.")

#: Opens each action, its first record and each page of it, and says what is wider than
#: the screen.
WALK = """
(async () => {
    const wait = (ms) => new Promise((done) => setTimeout(done, ms));
    while (!document.querySelector(".o_action_manager > *")) {
        await wait(50);
    }
    const { action } = odoo.__WOWL_DEBUG__.root.env.services;
    const settled = async () => {
        await wait(60);
        for (let turn = 0; turn < 60; turn++) {
            if (!document.querySelector(".o_loading_indicator, .o_view_loading")) {
                break;
            }
            await wait(50);
        }
        await wait(60);
    };
    const found = [];
    let seen = 0;
    const measure = (what) => {
        const room = document.documentElement.clientWidth;
        for (const place of document.querySelectorAll(
            ".o_content, .o_form_sheet_bg, .o_list_renderer, .o_remediation_desk"
        )) {
            const overflow = getComputedStyle(place).overflowX;
            const hidden = ["hidden", "clip"].includes(overflow);
            const most = Math.max(room, place.clientWidth) + 1;
            if (place.scrollWidth > most && !hidden) {
                found.push([what, place.className.split(" ")[0], place.scrollWidth]);
            }
        }
        // A number at the foot of a list says of what it is the total.
        for (const sum of document.querySelectorAll(".o_list_footer .o_list_number")) {
            if (sum.textContent.trim() && !sum.dataset.label) {
                found.push([what, "total without a name", 0]);
            }
        }
        // A name that is cut, and the head of a value that is not there.
        for (const cut of document.querySelectorAll(".o_list_table .text-truncate")) {
            if (cut.scrollWidth > cut.clientWidth + 1) {
                found.push([what, `cut: ${cut.textContent}`, cut.scrollWidth]);
                break;
            }
        }
        for (const none of document.querySelectorAll(".o_list_table td:empty")) {
            if (none.getBoundingClientRect().width) {
                found.push([what, `empty: ${none.getAttribute("name")}`, 0]);
                break;
            }
        }
        // What is cut off is not seen either.
        for (const cell of document.querySelectorAll(
            ".o_list_table .o_data_row td, .o_field_widget, .o_kanban_record"
        )) {
            const box = cell.getBoundingClientRect();
            seen += box.width ? 1 : 0;
            const own = cell.closest(".o_kanban_grouped, .o_statusbar_status");
            if (box.width && box.right > room + 1 && !own) {
                const which = cell.getAttribute("name") || "card";
                found.push([what, which, Math.round(box.right)]);
                break;
            }
        }
    };
    for (const { id, name, model, record } of ACTIONS) {
        try {
            await action.doAction(id, { clearBreadcrumbs: true });
            await settled();
            measure(name);
            if (record) {
                await action.doAction({
                    type: "ir.actions.act_window",
                    res_model: model,
                    res_id: record,
                    views: [[false, "form"]],
                });
                await settled();
                measure(`${name}: form`);
                const tabs = document.querySelectorAll(".o_notebook_headers .nav-link");
                for (const tab of [...tabs].slice(1)) {
                    tab.click();
                    await wait(60);
                    measure(`${name}: ${tab.textContent.trim()}`);
                }
            }
        } catch (error) {
            found.push([name, String(error.message || error).slice(0, 200), 0]);
        }
    }
    if (found.length) {
        console.error("wider than a phone: " + JSON.stringify(found));
    } else {
        // A walk that saw nothing proves nothing.
        console.log(seen > 50 ? "test successful" : `only ${seen} things were seen`);
    }
})();
"""


@tagged("post_install", "-at_install")
class TestPhone(OneBrowser, HttpCase):
    """No list and no form of the back office is wider than a phone."""

    browser_size = "390x844"
    touch_enabled = True
    # The access log of a read-only call is written by a second cursor.
    _registry_readonly_enabled = False

    def test_nothing_scrolls_sideways(self):
        walked = set()
        for login in LOGINS:
            user = self.env.ref(f"remediation_demo.demo_user_{login}")
            actions = self._actions_of(user, walked)
            if not actions:  # others opened all of it
                continue
            with self.subTest(login=login, screens=len(actions)):
                self.browser_js(
                    "/odoo/desk",
                    WALK.replace("ACTIONS", json.dumps(actions)),
                    login=user.login,
                    timeout=900,
                )
        self.assertGreater(len(walked), 80)

    def _actions_of(self, user, walked):
        """What the menus of a person open that nobody opened before, each with a record
        that they may read."""
        env = self.env(user=user)
        menus = env["ir.ui.menu"].load_menus(False)
        actions = []
        todo = list(menus["root"]["children"])
        while todo:
            menu = menus[todo.pop(0)]
            todo += menu["children"]
            if menu["action_model"] != "ir.actions.act_window":
                continue
            # sudo: the web client loads the action of a menu that it shows
            action = env["ir.actions.act_window"].sudo().browse(menu["action_id"])
            model = env[action.res_model]
            if action.id in walked or not model._name.startswith(OURS):
                continue
            walked.add(action.id)
            record = 0
            if not model._transient and "form" in action.view_mode:
                record = model.search([], limit=1).id or 0
            actions.append(
                {
                    "id": action.id,
                    "name": f"{user.login} {menu['name']} ({action.res_model})",
                    "model": action.res_model,
                    "record": record,
                }
            )
        return actions

import { defineModels, getService, models, mountWithCleanup } from "@web/../tests/web_test_helpers";
import { animationFrame, expect, mockDate, test } from "@odoo/hoot";
import { RemediationDesk } from "@child_remediation/desk/desk";
import { WebClient } from "@web/webclient/webclient";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

class Desk extends models.Model {
    _name = "remediation.desk";

    get_desk() {
        return { name: "K", day: "", can_search: false, sections: [] };
    }
}

defineMailModels();
defineModels([Desk]);

const desk = (state) => Object.assign(Object.create(RemediationDesk.prototype), { state });

test("dots keep north up, the biggest place biggest, and stay inside the square", () => {
    const dots = desk({}).dots({
        lines: [
            { longitude: 10, latitude: -4, count: 1 },
            { longitude: 12, latitude: -2, count: 4 },
        ],
    });
    expect(dots.map(({ x, y, r }) => [x, y, r])).toEqual([
        [12, 88, 4.5],
        [88, 12, 7],
    ]);
});

test("one place alone is a dot all the same", () => {
    const [dot] = desk({}).dots({ lines: [{ longitude: 10, latitude: -4, count: 3 }] });
    expect([dot.x, dot.y, dot.r]).toEqual([12, 88, 7]);
});

test("the desk greets by the hour and says so where nothing is assigned", async () => {
    mockDate("2026-03-10 09:00:00");
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "remediation_desk",
    });
    await animationFrame();
    expect(".o_remediation_desk h1").toHaveText("Good morning, K");
    expect(".o_remediation_desk_card h2").toHaveText("Nothing Is Assigned to You Yet");
});

test("a line that is looked at twice closes, and what is open can be signed", async () => {
    const page = desk({ open: null });
    page.orm = { read: async () => [{ content_hash: "of what is shown" }] };
    await page.look({ id: "a" });
    expect(page.state.open).toEqual({ id: "a" });
    expect(page.state.seen).toBe("of what is shown");
    await page.look({ id: "a" });
    expect(page.state.open).toBe(null);
    expect(page.state.seen).toBe(null);
});

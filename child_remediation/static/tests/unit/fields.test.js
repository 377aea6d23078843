import { clickSave, defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { click, expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

class Score extends models.Model {
    name = fields.Char();
    risk = fields.Selection({
        string: "Risk",
        selection: [
            ["high", "High"],
            ["low", "Low"],
            ["odd", "Odd"],
        ],
    });
    _records = [
        { id: 1, name: "amani  baraka kito", risk: "high" },
        { id: 2, name: false, risk: false },
        { id: 3, name: "x", risk: "odd" },
    ];
}

defineMailModels();
defineModels([Score]);

const form = (resId, field) =>
    mountView({ type: "form", resModel: "score", resId, arch: `<form>${field}</form>` });

test("a level has its colour and says what it is", async () => {
    await form(1, `<field name="risk" widget="remediation_badge"/>`);
    expect(".badge").toHaveText("High");
    expect(".badge").toHaveClass("text-bg-danger");
    expect(".badge").toHaveAttribute("title", "Risk: High");
});

test("a level that has no colour is grey, and none shows nothing", async () => {
    await form(3, `<field name="risk" widget="remediation_badge"/>`);
    expect(".badge").toHaveClass("text-bg-secondary");
});

test("no level shows no badge", async () => {
    await form(2, `<field name="risk" widget="remediation_badge"/>`);
    expect(".badge").toHaveCount(0);
});

test("one click chooses a step of a scale, a second one takes it back", async () => {
    onRpc("web_save", ({ args }) => expect.step(String(args[1].risk)));
    await form(2, `<field name="risk" widget="remediation_scale"/>`);
    await click("button[value=low]");
    await animationFrame();
    expect("button[value=low]").toHaveAttribute("aria-checked", "true");
    await clickSave();
    await click("button[value=low]");
    await animationFrame();
    expect("button[value=low]").toHaveAttribute("aria-checked", "false");
    await clickSave();
    expect.verifySteps(["low", "false"]);
});

test("a scale that is closed shows its word and no button", async () => {
    await form(1, `<field name="risk" widget="remediation_scale" readonly="1"/>`);
    expect("[name=risk] button").toHaveCount(0);
    expect("[name=risk]").toHaveText("High");
});

test("two initials stand for a name", async () => {
    await form(1, `<field name="name" widget="remediation_initials"/>`);
    expect(".o_remediation_initials").toHaveText("AB");
});

test("a child without a name has a sign", async () => {
    await form(2, `<field name="name" widget="remediation_initials"/>`);
    expect(".o_remediation_initials .fa-child").toHaveCount(1);
});

import {defineModels, fields, models, mountView, onRpc} from "@web/../tests/web_test_helpers";
import {advanceTime, animationFrame, expect, mockDate, test} from "@odoo/hoot";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

class Work extends models.Model {
    due = fields.Date();
    job = fields.Char();
    percent = fields.Float();
    _records = [
        {id: 1, due: "2026-03-12", job: "post", percent: 20},
        {id: 2, due: "2026-09-30", job: false, percent: 0},
    ];
}

defineMailModels();
defineModels([Work]);

const form = (resId, arch) => mountView({type: "form", resModel: "work", resId, arch});

test("a day that is near is told in days", async () => {
    mockDate("2026-03-10 08:00:00");
    await form(1, `<form edit="0"><field name="due" widget="remediation_due"/></form>`);
    expect(".o_field_widget[name=due]").toHaveText("in 2 days");
});

test("a day that is far is told as core tells it", async () => {
    mockDate("2026-03-10 08:00:00");
    await form(2, `<form edit="0"><field name="due" widget="remediation_due"/></form>`);
    expect(".o_field_widget[name=due]").not.toHaveText("in 204 days");
});

test("progress asks how far the step is until it is done", async () => {
    let left = 2;
    onRpc("work", "read", () => {
        expect.step("asked");
        left -= 1;
        return [{id: 1, job: left ? "post" : false, percent: left ? 60 : 100}];
    });
    await form(
        1,
        `<form><field name="job" invisible="1"/>
         <field name="percent" widget="remediation_progress"/></form>`
    );
    expect("[role=progressbar]").toHaveAttribute("aria-valuenow", "20");
    await advanceTime(2000);
    await animationFrame();
    expect("[role=progressbar]").toHaveAttribute("aria-valuenow", "60");
    await advanceTime(2000);
    await animationFrame();
    expect.verifySteps(["asked", "asked"]);
});

test("progress asks nothing of a record without a step", async () => {
    onRpc("work", "read", () => expect.step("asked"));
    await form(
        2,
        `<form><field name="job" invisible="1"/>
         <field name="percent" widget="remediation_progress"/></form>`
    );
    await advanceTime(6000);
    expect.verifySteps([]);
});

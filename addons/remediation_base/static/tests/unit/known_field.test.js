import { defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, queryAllTexts, queryFirst, test } from "@odoo/hoot";

class Child extends models.Model {
    _name = "child";
    age = fields.Integer();
    hours = fields.Float();
    _records = [
        { id: 1, age: 0, hours: 0 },
        { id: 2, age: 12, hours: 6.5 },
        { id: 3, age: 9, hours: 0 },
    ];
}

defineMailModels();
defineModels([Child]);

const FIELDS = `
    <field name="age" widget="remediation_known"/>
    <field name="hours" widget="remediation_known_float"/>`;

test("what nobody knows is a dash in a list", async () => {
    await mountView({ type: "list", resModel: "child", arch: `<list>${FIELDS}</list>` });
    expect(queryAllTexts(".o_data_cell")).toEqual(["–", "–", "12", "6.50", "9", "–"]);
});

test("and nothing to type over in a form", async () => {
    const arch = `<form>${FIELDS}</form>`;
    await mountView({ type: "form", resModel: "child", resId: 1, arch });
    expect(queryFirst("[name=age] input")).toHaveValue("");
});

test("what was measured is shown, though it is 0", async () => {
    const arch = `<list>
        <field name="hours" widget="remediation_known_percentage"
            options="{'measured_by': 'age'}"/>
    </list>`;
    await mountView({ type: "list", resModel: "child", arch });
    expect(queryAllTexts(".o_data_cell")).toEqual(["–", "650%", "0%"]);
});

test("a time of day that nobody knows is a dash", async () => {
    const arch = `<list><field name="hours" widget="remediation_known_time"/></list>`;
    await mountView({ type: "list", resModel: "child", arch });
    expect(queryAllTexts(".o_data_cell")).toEqual(["–", "06:30", "–"]);
});

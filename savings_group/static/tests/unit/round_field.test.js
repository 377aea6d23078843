import { expect, test } from "@odoo/hoot";
import { RoundListRenderer } from "@savings_group/round/round_field";

const RECORDS = ["first", "last"];
const COLUMNS = ["member", "shares", "fund"].map((name) => ({ name, type: "field" }));

/** A round without a screen, that notes where it goes. */
function round(gone) {
    return Object.assign(Object.create(RoundListRenderer.prototype), {
        props: { list: { records: RECORDS } },
        columns: COLUMNS,
        isCellReadonly: () => false,
        goTo: (record, column) => gone.push([record, column.name]),
    });
}

const cell = (name) => ({ getAttribute: () => name });

test("Enter goes down the column and on to the top of the next one", () => {
    const gone = [];
    const list = round(gone);
    list.onCellKeydownEditMode("enter", cell("shares"), null, "first");
    list.onCellKeydownEditMode("enter", cell("shares"), null, "last");
    list.onCellKeydownEditMode("enter", cell("fund"), null, "last");
    expect(gone).toEqual([
        ["last", "shares"],
        ["first", "fund"],
        ["first", "shares"],
    ]);
});

test("the arrow goes up, and stays at the top", () => {
    const gone = [];
    const list = round(gone);
    list.onCellKeydownEditMode("arrowup", cell("fund"), null, "last");
    list.onCellKeydownEditMode("arrowup", cell("fund"), null, "first");
    expect(gone).toEqual([["first", "fund"]]);
});

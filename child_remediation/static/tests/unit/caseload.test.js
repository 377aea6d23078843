import { contains, defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { click, expect, keyDown, keyUp, queryAllTexts, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

class Holder extends models.Model {
    _name = "holder";
    name = fields.Char();
    _records = [
        { id: 7, name: "Anna" },
        { id: 8, name: "Ben" },
    ];
}

class File extends models.Model {
    _name = "file";
    name = fields.Char();
    case_manager_id = fields.Many2one({ relation: "holder", readonly: true });
    _records = [
        { id: 1, name: "C1", case_manager_id: 7 },
        { id: 2, name: "C2", case_manager_id: 7 },
        { id: 3, name: "C3", case_manager_id: 8 },
    ];

    action_assign(ids, holder) {
        this.browse(ids).forEach((record) => {
            record.case_manager_id = holder;
        });
        return true;
    }
}

defineMailModels();
defineModels([Holder, File]);

const board = () =>
    mountView({
        type: "kanban",
        resModel: "file",
        groupBy: ["case_manager_id"],
        arch: `<kanban js_class="remediation_caseload" records_draggable="1">
            <templates><t t-name="card"><field name="name"/></t></templates>
        </kanban>`,
    });

const cards = (column) =>
    queryAllTexts(`.o_kanban_group:nth-child(${column}) .o_kanban_record:not(.o_kanban_ghost)`);

test("a card that is dropped on another holder is assigned by the step", async () => {
    onRpc("action_assign", ({ args }) => {
        expect.step(JSON.stringify(args));
    });
    onRpc("web_save", () => expect.step("written"));
    await board();
    await contains(".o_kanban_record:contains(C1)").dragAndDrop(
        ".o_kanban_group:contains(Ben)"
    );
    await animationFrame();
    expect.verifySteps(["[[1],8]"]);
    expect(cards(1)).toEqual(["C2"]);
    expect(cards(2).sort()).toEqual(["C1", "C3"]);
});

test("what is chosen goes together", async () => {
    onRpc("action_assign", ({ args }) => {
        expect.step(JSON.stringify(args));
    });
    await board();
    await keyDown("alt");
    await click(".o_kanban_record:contains(C1)");
    await animationFrame();
    await click(".o_kanban_record:contains(C2)");
    await animationFrame();
    await keyUp("alt");
    await contains(".o_kanban_record:contains(C2)").dragAndDrop(
        ".o_kanban_group:contains(Ben)"
    );
    await animationFrame();
    expect.verifySteps(["[[1,2],8]"]);
    expect(cards(2).sort()).toEqual(["C1", "C2", "C3"]);
});

test("a card stays with its holder where the rules refuse", async () => {
    onRpc("action_assign", () => {
        expect.step("asked");
        throw new Error("Ben carries enough.");
    });
    expect.errors(1);
    await board();
    await contains(".o_kanban_record:contains(C1)").dragAndDrop(
        ".o_kanban_group:contains(Ben)"
    );
    await animationFrame();
    expect.verifySteps(["asked"]);
    expect(cards(1).sort()).toEqual(["C1", "C2"]);
    expect.verifyErrors([/Ben carries enough|RPC_ERROR|Odoo Server Error/]);
});

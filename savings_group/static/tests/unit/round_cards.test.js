import { expect, test } from "@odoo/hoot";
import { click, queryText } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { EventBus, reactive } from "@odoo/owl";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { RoundCards } from "@savings_group/round/round_cards";

defineMailModels();

const ATTENDANCE = [
    ["present", "Present"],
    ["absent", "Absent"],
];

/** Three members at an open meeting; what is handed to a record is noted. */
function meeting() {
    const noted = [];
    const records = ["Amina", "Bea", "Chou"].map((full_name, index) =>
        reactive({
            id: `line_${index}`,
            fields: { attendance: { selection: ATTENDANCE } },
            data: {
                member_number: index + 1,
                full_name,
                kind: "regular",
                attendance: "present",
                shares: 0,
                loan_due: index === 1 ? 300 : 0,
                loan_repaid: 0,
                loan_given: 0,
                fine: 0,
                social_in: 100,
                social_out: 0,
            },
            async update(values) {
                noted.push([full_name, values]);
                Object.assign(this.data, values);
            },
        })
    );
    const record = {
        model: { bus: new EventBus() },
        data: {
            currency_id: false,
            share_value: 500,
            shares_max: 3,
            has_social_fund: true,
            expected_loan: 4500,
            expected_social: 300,
        },
    };
    return { noted, props: { list: { records }, meeting: record } };
}

const plus = (name) => `[data-figure=${name}] button[aria-label*=more]`;

test("quick taps are shown at once and handed over together", async () => {
    const { noted, props } = meeting();
    await mountWithCleanup(RoundCards, { props });
    for (let tap = 0; tap < 5; tap++) {
        await click(plus("shares"));
    }
    await animationFrame();
    // The rule of the group is at most three.
    expect(queryText("[data-figure=shares] output")).toBe("3");
    expect(noted).toEqual([]);
    await advanceTime(500);
    expect(noted).toEqual([["Amina", { shares: 3 }]]);
});

test("next keeps what was tapped and shows the next member with their debt", async () => {
    const { noted, props } = meeting();
    await mountWithCleanup(RoundCards, { props });
    await click(plus("shares"));
    await click(".o_savings_next");
    await animationFrame();
    expect(noted).toEqual([["Amina", { shares: 1 }]]);
    expect(queryText("h3")).toBe("2. Bea");
    await click("[data-figure=loan_repaid] .btn-link");
    await click("[data-figure=loan_repaid] button[aria-label*=less]");
    await advanceTime(500);
    expect(noted.at(-1)).toEqual(["Bea", { loan_repaid: 0 }]);
});

test("who is absent brings nothing, and the last one leads to the count", async () => {
    const { noted, props } = meeting();
    await mountWithCleanup(RoundCards, { props });
    await click("[data-choice=absent]");
    await advanceTime(500);
    expect(noted[0][1]).toEqual({
        attendance: "absent",
        shares: 0,
        loan_repaid: 0,
        social_in: 0,
    });
    await click(".o_savings_next");
    await click(".o_savings_next");
    await animationFrame();
    expect(queryText(".o_savings_next")).toBe("Count");
});

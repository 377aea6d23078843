import { press, queryOne } from "@odoo/hoot-dom";
import { registry } from "@web/core/registry";

/** Type into whatever has the focus, as a keyboard does. */
function type(text) {
    document.activeElement.value = text;
    document.activeElement.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

async function settle(expected) {
    for (let tries = 0; tries < 100; tries++) {
        if (expected()) {
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the focus is on ${document.activeElement.outerHTML}`);
}

const cellOf = (element) => element.closest("td[name]")?.getAttribute("name");
const rowOf = (element) => {
    const row = element.closest("tr.o_data_row");
    return row ? [...row.parentElement.children].indexOf(row) : -1;
};

/**
 * Record a meeting of five without the mouse: shares down the column, a repayment, then
 * the counted cash by hotkey, then validate by hotkey.
 */
registry.category("web_tour.tours").add("savings_meeting_keyboard", {
    steps: () => [
        {
            content: "The first member's shares have the focus",
            trigger: ".o_savings_meeting tr.o_selected_row td[name='shares'] input",
            async run() {
                const shares = ["2", "1", "3", "2", "1"];
                for (const [row, count] of shares.entries()) {
                    await settle(
                        () =>
                            cellOf(document.activeElement) === "shares" &&
                            rowOf(document.activeElement) === row
                    );
                    type(count);
                    await press("Enter");
                }
                await settle(
                    () =>
                        cellOf(document.activeElement) === "loan_repaid" &&
                        rowOf(document.activeElement) === 0
                );
            },
        },
        {
            content: "Arrow down stays in the column, Tab goes along the line",
            trigger: ".o_savings_meeting tr.o_selected_row td[name='loan_repaid'] input",
            async run() {
                await press("ArrowDown");
                await settle(() => rowOf(document.activeElement) === 1);
                await press("Tab");
                await settle(() => cellOf(document.activeElement) === "loan_given");
                await press("Tab");
                await settle(() => cellOf(document.activeElement) === "fine");
                type("50");
                await press("Enter");
                await settle(() => rowOf(document.activeElement) === 2);
            },
        },
        {
            content: "The foot shows what each pot should hold",
            trigger: ".o_savings_pots [name='expected_loan']:contains('4,500')",
            async run() {
                await settle(() =>
                    queryOne("[name='expected_social']").textContent.includes("550")
                );
                await press(["Alt", "x"]);
            },
        },
        {
            content: "The counted cash is there",
            trigger: ".o_savings_pots [name='counted_loan'] input:value('4,500')",
            async run() {
                await press(["Alt", "v"]);
            },
        },
        {
            content: "The meeting is validated",
            trigger:
                ".o_statusbar_status .o_arrow_button_current:contains('Validated')",
        },
    ],
});

/** One step of a tour for each line of a column: type what is due, then Enter. */
function column(name, figures) {
    return figures.map((figure, row) => ({
        content: `${name} of member ${row + 1}`,
        trigger: `.o_savings_meeting tr.o_selected_row td[name='${name}'] input`,
        async run() {
            await settle(
                () =>
                    cellOf(document.activeElement) === name &&
                    rowOf(document.activeElement) === row
            );
            if (figure) {
                type(figure);
            }
            await press("Enter");
        },
    }));
}

/**
 * A whole round of 25 members: everybody's shares, a repayment by every fifth; then count
 * and validate.
 */
registry.category("web_tour.tours").add("savings_meeting_of_25", {
    steps: () => {
        const members = [...Array(25).keys()];
        return [
            ...column(
                "shares",
                members.map((row) => String((row % 5) + 1))
            ),
            ...column(
                "loan_repaid",
                members.map((row) => (row % 5 ? "" : "100"))
            ),
            {
                content: "The round is at the next column",
                trigger: ".o_savings_meeting tr.o_selected_row td input",
                async run() {
                    await settle(() => rowOf(document.activeElement) === 0);
                    await press(["Alt", "x"]);
                },
            },
            {
                content: "The counted cash is there",
                trigger: ".o_savings_pots [name='counted_loan'] input:value('99,000')",
                async run() {
                    await press(["Alt", "v"]);
                },
            },
            {
                content: "The meeting is validated",
                trigger:
                    ".o_statusbar_status .o_arrow_button_current:contains('Validated')",
            },
        ];
    },
});

/**
 * The round on a telephone: each of five members brings two shares by two taps; the foot
 * follows, and nothing is wider than the screen.
 */
registry.category("web_tour.tours").add("savings_meeting_phone", {
    steps: () => {
        const more = ".o_savings_round button[aria-label='One share more']";
        return [
            ...[1, 2, 3, 4, 5].flatMap((number) => [
                {
                    content: `It is the turn of member ${number}`,
                    trigger: `.o_savings_round h3:contains('${number}.')`,
                    run() {
                        const { scrollWidth, clientWidth } = document.documentElement;
                        if (scrollWidth > clientWidth) {
                            throw new Error(`the page is ${scrollWidth} wide`);
                        }
                    },
                },
                { content: "One share", trigger: more, run: "click" },
                { content: "Another one", trigger: more, run: "click" },
                {
                    content: "Two are shown",
                    trigger: ".o_savings_round output:contains('2')",
                },
                {
                    content: number < 5 ? "Next" : "Count",
                    trigger: ".o_savings_round .o_savings_next",
                    run: "click",
                },
            ]),
            {
                content: "The foot says what the box should hold",
                trigger: ".o_savings_foot strong:contains('5,000')",
            },
            {
                content: "Save",
                trigger: ".o_form_button_save",
                run: "click",
            },
            { content: "It is saved", trigger: ".o_form_saved" },
        ];
    },
});

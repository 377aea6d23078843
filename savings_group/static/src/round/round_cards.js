import { Component, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useBus } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { parseMonetary } from "@web/views/fields/parsers";

/** What stands between a tap and the server: quick taps go in one message. */
const WAIT = 400;
const MONEY = [
    { name: "loan_repaid", label: _t("Repays") },
    { name: "social_in", label: _t("Social Fund") },
    { name: "fine", label: _t("Fine") },
    { name: "loan_given", label: _t("Loan Given") },
    { name: "social_out", label: _t("Help paid out") },
];

/**
 * The round at the table on a telephone: one member at a time, what they bring by big
 * buttons, and at the foot what each pot should hold by now. Taps are shown at once and
 * kept with the form's record, so that saving, refusing and offline work as everywhere.
 */
export class RoundCards extends Component {
    static template = "savings_group.RoundCards";
    static props = {
        list: Object,
        meeting: Object,
        readonly: { type: Boolean, optional: true },
    };

    setup() {
        this.name = useRef("name");
        this.state = useState({ at: 0, typed: {} });
        const { bus } = this.props.meeting.model;
        useBus(bus, "NEED_LOCAL_CHANGES", (ev) => ev.detail.proms.push(this.keep()));
        useBus(bus, "WILL_SAVE_URGENTLY", () => this.keep());
        onWillUnmount(() => clearTimeout(this.timer));
        // Who reads the screen aloud hears whose turn it is.
        useEffect(
            (at) => at !== this.startedAt && this.name.el?.focus(),
            () => [this.state.at]
        );
        this.startedAt = 0;
    }

    get lines() {
        return this.props.list.records.filter(({ data }) => data.kind !== "reversal");
    }

    get line() {
        return this.lines[this.state.at];
    }

    get place() {
        return _t("Member %(number)s of %(count)s", {
            number: this.state.at + 1,
            count: this.lines.length,
        });
    }

    get attendances() {
        return this.line.fields.attendance.selection;
    }

    get money() {
        const { has_social_fund } = this.props.meeting.data;
        return MONEY.filter(
            ({ name }) => has_social_fund || !name.startsWith("social")
        ).filter(({ name }) => name !== "loan_repaid" || this.line.data.loan_due);
    }

    get stamps() {
        return [...Array(Math.min(this.value("shares"), 10)).keys()];
    }

    get isLast() {
        return this.state.at === this.lines.length - 1;
    }

    get currency() {
        return this.props.meeting.data.currency_id;
    }

    /** What is shown of a figure: what was tapped, else what the record holds. */
    value(name) {
        return this.state.typed[name] ?? this.line.data[name];
    }

    format(amount) {
        return formatMonetary(amount, { currencyId: this.currency?.id });
    }

    less(figure) {
        return _t("%(figure)s: less", { figure: figure.label });
    }

    more(figure) {
        return _t("%(figure)s: more", { figure: figure.label });
    }

    /** One tap is one share, or what a share costs. */
    step(name) {
        return name === "shares" ? 1 : this.props.meeting.data.share_value || 1;
    }

    // -- taps -------------------------------------------------------------------
    set(name, value) {
        this.state.typed[name] = value;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.keep(), WAIT);
    }

    add(name, sign) {
        const most = name === "shares" ? this.props.meeting.data.shares_max : Infinity;
        const next = this.value(name) + sign * this.step(name);
        this.set(name, Math.max(0, Math.min(next, most || Infinity)));
    }

    type(name, ev) {
        try {
            this.set(name, Math.max(0, parseMonetary(ev.target.value || "0")));
        } catch {
            // What is no number is taken back.
        }
        ev.target.value = this.value(name);
    }

    attend(value) {
        this.set("attendance", value);
        if (value === "absent") {
            // Who is not there brings nothing; a fine may stand.
            for (const name of ["shares", "loan_repaid", "social_in"]) {
                this.set(name, 0);
            }
        }
    }

    /** Hand what was tapped to the record of the member. */
    async keep() {
        clearTimeout(this.timer);
        const { line } = this;
        const typed = { ...this.state.typed };
        if (line && Object.keys(typed).length) {
            await line.update(typed);
            // What was tapped meanwhile stays.
            for (const [name, value] of Object.entries(typed)) {
                if (this.line === line && this.state.typed[name] === value) {
                    delete this.state.typed[name];
                }
            }
        }
    }

    async go(at) {
        const kept = this.keep();
        this.state.typed = {};
        this.state.at = Math.max(0, Math.min(at, this.lines.length - 1));
        this.startedAt = null;
        await kept;
    }

    /** Everybody had their turn: the box is counted further down. */
    async count() {
        await this.keep();
        document.querySelector(".o_savings_pots")?.scrollIntoView();
    }
}

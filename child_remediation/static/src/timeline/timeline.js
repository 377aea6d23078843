import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const { DateTime } = luxon;

const KINDS = {
    visit: { label: _t("Visits"), icon: "fa-street-view" },
    contact: { label: _t("Notes and Calls"), icon: "fa-phone" },
    decision: { label: _t("Decisions"), icon: "fa-gavel" },
    service: { label: _t("Services"), icon: "fa-gift" },
    school: { label: _t("School"), icon: "fa-graduation-cap" },
    consent: { label: _t("Consent"), icon: "fa-handshake-o" },
    work: { label: _t("Work"), icon: "fa-wrench" },
    referral: { label: _t("Referrals"), icon: "fa-share" },
    payment: { label: _t("Payments"), icon: "fa-money" },
    stage: { label: _t("Stage and Holder"), icon: "fa-road" },
};

/** What happened and what is planned on a case, newest first, with filters. */
export class RemediationTimeline extends Component {
    static template = "child_remediation.Timeline";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ entries: [], kind: "" });
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps((props) => this.load(props.record));
    }

    async load(record) {
        this.state.entries = record.resId
            ? await this.orm.call(record.resModel, "get_timeline", [[record.resId]])
            : [];
    }

    /** Kinds that occur, in a fixed order, with how often. */
    get kinds() {
        return Object.entries(KINDS)
            .map(([key, kind]) => ({
                key,
                ...kind,
                count: this.state.entries.filter((entry) => entry.kind === key).length,
            }))
            .filter((kind) => kind.count);
    }

    /** The chosen entries, one group per month. */
    get months() {
        const today = DateTime.local().toISODate();
        const months = [];
        for (const entry of this.state.entries) {
            if (this.state.kind && entry.kind !== this.state.kind) {
                continue;
            }
            const day = DateTime.fromISO(entry.date);
            const title = day.toLocaleString({ month: "long", year: "numeric" });
            if (!months.length || months.at(-1).title !== title) {
                months.push({ title, entries: [] });
            }
            months.at(-1).entries.push({
                ...entry,
                day: day.toLocaleString({ day: "numeric", month: "short" }),
                icon: (KINDS[entry.kind] || KINDS.stage).icon,
                label: (KINDS[entry.kind] || KINDS.stage).label,
                isPlanned: entry.date > today,
            });
        }
        return months;
    }

    choose(kind) {
        this.state.kind = this.state.kind === kind ? "" : kind;
    }

    open(entry) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: entry.model,
            res_id: entry.res_id,
            views: [[false, "form"]],
        });
    }
}

registry.category("view_widgets").add("remediation_timeline", {
    component: RemediationTimeline,
});

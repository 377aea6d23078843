import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useDebounced } from "@web/core/utils/timing";
import { useService } from "@web/core/utils/hooks";
import { View } from "@web/views/view";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const MODEL = "remediation.desk";
const BY_HOUR = [
    [5, _t("Good evening")],
    [12, _t("Good morning")],
    [18, _t("Good afternoon")],
    [24, _t("Good evening")],
];

/** The first page of each person; the server says what stands on it. */
export class RemediationDesk extends Component {
    static template = "child_remediation.Desk";
    static components = { View };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.search = useRef("search");
        this.state = useState({ desk: null, text: "", found: null, open: null, seen: null });
        this.find = useDebounced(this.find, 250);
        onWillStart(() => this.load());
    }

    async load() {
        this.state.desk = await this.orm.call(MODEL, "get_desk", []);
    }

    get greeting() {
        const hour = luxon.DateTime.local().hour;
        return BY_HOUR.find(([until]) => hour < until)[1];
    }

    sections(place) {
        return this.state.desk.sections.filter((section) => section.place === place);
    }

    // -- search ---------------------------------------------------------------
    onSearch(ev) {
        this.state.text = ev.target.value;
        this.find();
    }

    async find() {
        const text = this.state.text;
        const found =
            text.trim().length < 2
                ? null
                : await this.orm.call(MODEL, "search_desk", [text]);
        // An answer to what was typed before is not shown.
        if (text === this.state.text) {
            this.state.found = found;
        }
    }

    openFirst() {
        if (this.state.found?.length) {
            this.open(this.state.found[0]);
        }
    }

    // -- lines ----------------------------------------------------------------
    open(line) {
        if (line.list) {
            return this.action.doAction({
                type: "ir.actions.act_window",
                name: line.title,
                res_model: line.list,
                domain: line.domain,
                views: [
                    [false, "list"],
                    [false, "form"],
                ],
            });
        }
        if (line.action) {
            return this.openAction(line.action, line.action_context);
        }
        return this.openForm(line);
    }

    openForm({ model, res_id, context }) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id,
            context: context || {},
            views: [[false, "form"]],
        });
    }

    openAction(action, context = {}) {
        return this.action.doAction(action, {
            additionalContext: context,
            // What opens over the desk may have changed it.
            onClose: () => this.reload(),
        });
    }

    /** A button of a line: a form to fill, or a step that may ask something. */
    press(line) {
        const button = line.button;
        if (button.method) {
            return this.step(button.model, button.res_id, button.method);
        }
        return this.openForm(button);
    }

    async step(model, id, method, context = {}) {
        const result = await this.orm.call(model, method, [[id]], {
            context: { step_ask: true, ...context },
        });
        if (result && result.type) {
            return this.action.doAction(result, { onClose: () => this.reload() });
        }
        return this.reload();
    }

    async decide(line, method) {
        // Whoever signs gives back the hash of what the page shows.
        await this.step(line.model, line.res_id, method, { seen_hash: this.state.seen });
    }

    async reload() {
        const key = this.state.open?.id;
        await this.load();
        const lines = this.state.desk.sections.flatMap((section) => section.lines);
        if (key && !lines.some((line) => line.id === key)) {
            // The next one opens by itself.
            const section = this.state.desk.sections.find(
                ({ kind }) => kind === "decisions"
            );
            await this.look(section?.lines[0] || null);
        }
    }

    /** Show a record beside the list; another look at the same one closes it. */
    async look(line) {
        const isOpen = !line || this.state.open?.id === line.id;
        this.state.seen = null;
        this.state.open = isOpen ? null : line;
        if (isOpen) {
            return;
        }
        // The hash first: what changes while the form is read is not signed.
        const [record] = await this.orm.read(line.model, [line.res_id], ["content_hash"]);
        if (this.state.open?.id === line.id) {
            this.state.seen = record.content_hash;
        }
    }

    get approveLabel() {
        return _t("Approve");
    }

    get viewProps() {
        const { model, res_id } = this.state.open;
        return {
            type: "form",
            resModel: model,
            resId: res_id,
            preventEdit: true,
            preventCreate: true,
            display: { controlPanel: false },
        };
    }

    // -- map ------------------------------------------------------------------
    /** The dots of a map in a square of 100, north up, with room at the edges. */
    dots(section) {
        const lines = section.lines;
        const span = (name) => {
            const values = lines.map((line) => line[name]);
            const low = Math.min(...values);
            return [low, Math.max(...values) - low || 1];
        };
        const [west, width] = span("longitude");
        const [south, height] = span("latitude");
        const most = Math.max(...lines.map((line) => line.count));
        return lines.map((line) => ({
            line,
            x: 12 + (76 * (line.longitude - west)) / width,
            y: 88 - (76 * (line.latitude - south)) / height,
            r: 2 + 5 * Math.sqrt(line.count / most),
        }));
    }
}

registry.category("actions").add("remediation_desk", RemediationDesk);

/** Ctrl-K finds a case by its code, the name of a child or a telephone. */
registry.category("command_provider").add("remediation_cases", {
    namespace: "default",
    async provide(env, { searchValue }) {
        const text = (searchValue || "").trim();
        if (text.length < 3) {
            return [];
        }
        const lines = await env.services.orm.silent.call(MODEL, "search_desk", [text]);
        return lines.map((line) => ({
            category: "remediation_cases",
            name: [line.title, line.code, line.detail].filter(Boolean).join(" · "),
            action: () =>
                env.services.action.doAction({
                    type: "ir.actions.act_window",
                    res_model: line.model,
                    res_id: line.res_id,
                    views: [[false, "form"]],
                }),
        }));
    },
});
registry
    .category("command_categories")
    .add("remediation_cases", { namespace: "default", name: _t("Cases") }, { sequence: 5 });

import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** The route of a survivor: a line to read, and a picture of what lies somewhere. */
export class RemediationRoute extends Component {
    static template = "case_survivor.Route";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ steps: [], legs: [], withheld: false });
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps((props) => this.load(props.record));
    }

    async load(record) {
        if (record.resId) {
            const args = [[record.resId]];
            const route = await this.orm.call(record.resModel, "get_route", args);
            Object.assign(this.state, route);
        }
    }

    /** One dot for each spot, with the numbers of all steps that lie there. */
    get dots() {
        const dots = [];
        for (const step of this.state.steps) {
            if (step.x === undefined) {
                continue;
            }
            const dot = dots.find((other) => other.x === step.x && other.y === step.y);
            if (dot) {
                dot.numbers.push(step.number);
            } else {
                dots.push({ x: step.x, y: step.y, numbers: [step.number] });
            }
        }
        return dots.map((dot) => ({ ...dot, label: dot.numbers.join(", ") }));
    }
}

registry.category("view_widgets").add("remediation_route", {
    component: RemediationRoute,
});

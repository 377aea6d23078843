import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** Whom a record is about, and what changed since the version before it: what somebody
 *  who signs has to see, on top of the thing itself. */
export class RemediationSigned extends Component {
    static template = "child_remediation.Signed";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ shown: null });
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps((props) => this.load(props.record));
    }

    async load(record) {
        this.state.shown = record.resId
            ? await this.orm.call(record.resModel, "get_shown", [[record.resId]])
            : null;
    }

    openCase() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "remediation.case",
            res_id: this.state.shown.facts.case,
            views: [[false, "form"]],
        });
    }
}

registry.category("view_widgets").add("remediation_signed", {
    component: RemediationSigned,
});

import { makeContext } from "@web/core/context";
import { registry } from "@web/core/registry";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

/**
 * Lines below a case. Each opens as a page of its own, with its buttons and a way back,
 * instead of a dialog; adding one saves the case first.
 */
export class RemediationLinesField extends X2ManyField {
    async openRecord(record) {
        if (record.isNew) {
            return super.openRecord(record);
        }
        return this.switchToForm(record, {});
    }

    async onAdd({ context } = {}) {
        if (!(await this.props.record.save())) {
            return;
        }
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: this.list.resModel,
            views: [[false, "form"]],
            context: makeContext([this.props.context, context]),
        });
    }
}

registry.category("fields").add("remediation_lines", {
    ...x2ManyField,
    component: RemediationLinesField,
});

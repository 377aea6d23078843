import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * A short scale as buttons, chosen by one click, also in the rows of a list: nine domains
 * are scored by nine clicks. A second click on the chosen step takes it back.
 */
export class RemediationScaleField extends Component {
    static template = "child_remediation.ScaleField";
    static props = { ...standardFieldProps };

    get field() {
        return this.props.record.fields[this.props.name];
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get label() {
        const step = this.field.selection.find(([key]) => key === this.value);
        return step ? step[1] : "";
    }

    choose(key) {
        return this.props.record.update({
            [this.props.name]: key === this.value ? false : key,
        });
    }
}

registry.category("fields").add("remediation_scale", {
    component: RemediationScaleField,
    displayName: _t("Scale"),
    supportedTypes: ["selection"],
    // A row of a list that is not being edited can be scored all the same.
    extractProps: (fieldInfo, dynamicInfo) => ({ readonly: dynamicInfo.readonly }),
});

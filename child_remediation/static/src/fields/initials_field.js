import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The initials of a name in a circle, as the desk shows them; the name stands beside. */
export class RemediationInitialsField extends Component {
    static template = "child_remediation.InitialsField";
    static props = { ...standardFieldProps };

    get initials() {
        const name = this.props.record.data[this.props.name] || "";
        return name
            .split(/\s+/)
            .filter(Boolean)
            .slice(0, 2)
            .map((word) => word[0].toUpperCase())
            .join("");
    }
}

registry.category("fields").add("remediation_initials", {
    component: RemediationInitialsField,
    displayName: _t("Initials"),
    supportedTypes: ["char"],
});

import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Colour of each level and class; the text of the badge says the same. */
const COLOURS = {
    high: "danger",
    medium: "warning",
    low: "success",
    wfcl: "danger",
    hazardous: "danger",
    below_min_age: "warning",
    not_permitted: "warning",
    permitted_light: "info",
    at_risk: "info",
    none: "success",
    not_child: "secondary",
};

export class RemediationBadgeField extends Component {
    static template = "child_remediation.BadgeField";
    static props = { ...standardFieldProps };

    get field() {
        return this.props.record.fields[this.props.name];
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get label() {
        const option = this.field.selection.find(([key]) => key === this.value);
        return option ? option[1] : "";
    }

    get title() {
        return `${this.field.string}: ${this.label}`;
    }

    get colour() {
        return `text-bg-${COLOURS[this.value] || "secondary"}`;
    }
}

registry.category("fields").add("remediation_badge", {
    component: RemediationBadgeField,
    displayName: _t("Level"),
    supportedTypes: ["selection"],
});

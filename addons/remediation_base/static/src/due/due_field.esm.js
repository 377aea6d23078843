import {
    RemainingDaysField,
    remainingDaysField,
} from "@web/views/fields/remaining_days/remaining_days_field";
import {registry} from "@web/core/registry";

/** How far a day is, in days: core says "next month" of the day after tomorrow. */
export class DueField extends RemainingDaysField {
    get diffString() {
        const value = this.props.record.data[this.props.name];
        if (!value || Math.abs(this.diffDays) > 99) {
            return super.diffString;
        }
        return value.toRelativeCalendar({unit: "days"});
    }
}

registry.category("fields").add("remediation_due", {
    ...remainingDaysField,
    component: DueField,
});

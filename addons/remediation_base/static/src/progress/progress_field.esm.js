import {Component, onMounted, onWillUnmount, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

const EVERY = 2000;

/** Shows how far a step in the background is and reloads the record when it is done. */
export class ProgressField extends Component {
    static template = "remediation_base.ProgressField";
    static props = {...standardFieldProps};

    setup() {
        this.orm = useService("orm");
        this.state = useState({percent: this.props.record.data[this.props.name] || 0});
        this.timer = null;
        onMounted(() => this.schedule());
        onWillUnmount(() => clearTimeout(this.timer));
    }

    schedule() {
        this.timer = setTimeout(() => this.poll(), EVERY);
    }

    async poll() {
        const {record, name} = this.props;
        if (!record.resId || !record.data.job) {
            this.schedule();
            return;
        }
        const [now] = await this.orm.silent.read(
            record.resModel,
            [record.resId],
            ["job", name]
        );
        this.state.percent = now[name];
        if (now.job) {
            this.schedule();
        } else {
            await record.load();
            this.schedule();
        }
    }
}

export const progressField = {
    component: ProgressField,
    supportedTypes: ["float"],
};

registry.category("fields").add("remediation_progress", progressField);

import { onMounted } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";
import { ListRenderer } from "@web/views/list/list_renderer";
import { RoundCards } from "./round_cards";

const FIRST_COLUMN = "shares";

/**
 * The lines of a meeting, typed by keyboard alone: Enter and the arrows stay in the
 * column and go from member to member, as the round goes at the table; after the last
 * member Enter goes to the top of the next column. Tab goes along the member's line.
 */
export class RoundListRenderer extends ListRenderer {
    setup() {
        super.setup();
        onMounted(() => {
            const [first] = this.props.list.records;
            const column = this.columnNamed(FIRST_COLUMN);
            if (first && column && this.isInlineEditable(first)) {
                this.goTo(first, column);
            }
        });
    }

    columnNamed(name) {
        return this.columns.find((column) => column.name === name);
    }

    async goTo(record, column) {
        const { list } = this.props;
        if (await list.leaveEditMode({ validate: true })) {
            this.cellToFocus = { column, record };
            await list.enterEditMode(record);
        }
    }

    typedColumns(record) {
        const first = this.columns.findIndex((column) => column.name === FIRST_COLUMN);
        return this.columns
            .slice(first)
            .filter(
                (column) =>
                    column.type === "field" && !this.isCellReadonly(column, record)
            );
    }

    onCellKeydownEditMode(hotkey, cell, group, record) {
        const steps = { enter: 1, arrowdown: 1, arrowup: -1 };
        const column = this.columnNamed(cell.getAttribute("name"));
        if (!(hotkey in steps) || !column || column.name === "attendance") {
            return super.onCellKeydownEditMode(...arguments);
        }
        const { records } = this.props.list;
        const index = records.indexOf(record) + steps[hotkey];
        if (records[index]) {
            this.goTo(records[index], column);
        } else if (index === records.length) {
            const columns = this.typedColumns(record);
            const next = columns[columns.indexOf(column) + 1] || columns[0];
            this.goTo(records[0], next);
        }
        return true;
    }
}

/** A table on a desk; on a telephone, one member at a time. */
export class RoundField extends X2ManyField {
    static template = "savings_group.RoundField";
    static components = {
        ...X2ManyField.components,
        ListRenderer: RoundListRenderer,
        RoundCards,
    };

    setup() {
        super.setup();
        this.ui = useService("ui");
    }

    get isCards() {
        const { state } = this.props.record.data;
        return this.ui.isSmall && state === "open";
    }
}

registry.category("fields").add("savings_round", {
    ...x2ManyField,
    component: RoundField,
});

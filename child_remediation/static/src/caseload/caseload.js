import { useExternalListener } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";

const HOLDER = "case_manager_id";

/** Cards in columns of their holders: a card that is dropped on another holder is given
 *  to them by the step that anybody uses, so its rules hold (R11–R14). */
export class CaseloadList extends RelationalModel.DynamicGroupList {
    async moveRecord(dataRecordId, dataGroupId, refId, targetGroupId) {
        if (dataGroupId === targetGroupId) {
            return;
        }
        const target = this.groups.find((group) => group.id === targetGroupId);
        const dragged = this.records.find((record) => record.id === dataRecordId);
        const ids = (this.chosen || []).includes(dragged.resId) ? this.chosen : [dragged.resId];
        try {
            await this.model.orm.call(this.resModel, "action_assign", [ids, target.value || 0]);
        } finally {
            // Refused or not, each card stands where its holder is.
            await this.load();
        }
    }
}

class CaseloadModel extends RelationalModel {
    static DynamicGroupList = CaseloadList;
}

class CaseloadRenderer extends KanbanRenderer {
    setup() {
        super.setup();
        // Core forgets what was chosen when a card begins to move.
        useExternalListener(window, "pointerdown", () => this.remember(), { capture: true });
    }

    remember() {
        const chosen = this.props.list.selection || [];
        this.props.list.chosen = chosen.map((record) => record.resId);
    }

    get canMoveRecords() {
        const isByHolder = this.props.list.groupByField?.name === HOLDER;
        return isByHolder && this.canResequenceRecords;
    }
}

registry.category("views").add("remediation_caseload", {
    ...kanbanView,
    Model: CaseloadModel,
    Renderer: CaseloadRenderer,
});

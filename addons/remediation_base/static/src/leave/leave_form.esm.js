import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { FormController } from "@web/views/form/form_controller";

/**
 * A step may end its taker's right to read: a note on the wrong child is hidden, a case
 * is handed over. The form then says so and goes back, where an error stood about a step
 * that went well, beside what nobody may read any more.
 */
patch(FormController.prototype, {
    setup() {
        super.setup(...arguments);
        this.notificationService = useService("notification");
        const load = this.model.load.bind(this.model);
        this.model.load = async (...params) => {
            try {
                return await load(...params);
            } catch (error) {
                const name = (error.cause || error).exceptionName;
                if (params.length || name !== "odoo.exceptions.AccessError") {
                    throw error;
                }
                this.leaveClosed();
            }
        };
    },

    leaveClosed() {
        this.notificationService.add(_t("You may not read this record any more."), {
            type: "info",
        });
        if (this.env.inDialog) {
            this.env.dialogData.close();
        } else {
            this.env.config.historyBack();
        }
    },
});

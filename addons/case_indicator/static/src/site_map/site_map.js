import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** Places of work by their own coordinates; the server says what is told of each. */
export class SiteMap extends Component {
    static template = "case_indicator.SiteMap";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ map: null, zoom: 1, x: 0, y: 0, chosen: null });
        onWillStart(async () => {
            this.state.map = await this.orm.call("remediation.site.map", "get_map", []);
        });
    }

    get viewBox() {
        const half = 500 / this.state.zoom;
        return [this.state.x - half, this.state.y - half, 2 * half, 2 * half].join(" ");
    }

    radius(site) {
        return (7 + Math.min(18, 2.5 * Math.sqrt(site.count || 0))) / this.state.zoom;
    }

    zoom(factor) {
        this.state.zoom = Math.min(64, Math.max(1, this.state.zoom * factor));
        if (this.state.zoom === 1) {
            this.state.x = this.state.y = 0;
        }
    }

    /** Moves what is seen by a quarter of it. */
    move(across, down) {
        const quarter = 250 / this.state.zoom;
        const within = (place) => Math.min(500, Math.max(-500, place));
        this.state.x = within(this.state.x + across * quarter);
        this.state.y = within(this.state.y + down * quarter);
    }

    /** A finger or the mouse draws the map along, once it is looked at closer. */
    onPointerdown(ev) {
        this.drawn = this.state.zoom > 1 && { x: ev.clientX, y: ev.clientY };
    }

    onPointermove(ev) {
        if (!this.drawn || !ev.buttons) {
            return;
        }
        const [across, down] = [ev.clientX - this.drawn.x, ev.clientY - this.drawn.y];
        const quarter = ev.currentTarget.clientWidth / 4;
        this.move(-across / quarter, -down / quarter);
        this.drawn = { x: ev.clientX, y: ev.clientY };
    }

    /** What a site's dot shows, for who hears it. */
    words(site) {
        const cases = site.few ? _t("too few to tell") : site.count;
        return _t("%(site)s, risk: %(risk)s, open cases: %(cases)s", {
            site: site.name,
            risk: site.risk_label,
            cases,
        });
    }

    choose(site) {
        this.state.chosen = site;
        if (site.x !== undefined) {
            this.state.x = this.state.zoom === 1 ? 0 : site.x;
            this.state.y = this.state.zoom === 1 ? 0 : site.y;
        }
    }

    /** Arrows move the map, plus and minus look closer and farther. */
    onMapKeydown(ev) {
        const moves = {
            ArrowLeft: [-1, 0],
            ArrowRight: [1, 0],
            ArrowUp: [0, -1],
            ArrowDown: [0, 1],
        };
        const zooms = { "+": 2, "-": 0.5 };
        if (moves[ev.key]) {
            this.move(...moves[ev.key]);
        } else if (zooms[ev.key]) {
            this.zoom(zooms[ev.key]);
        } else {
            return;
        }
        ev.preventDefault();
    }

    onKeydown(ev, site) {
        if (ev.key === "Enter" || ev.key === " ") {
            ev.preventDefault();
            this.choose(site);
        }
    }

    openSite(site) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "remediation.site",
            res_id: site.id,
            views: [[false, "form"]],
        });
    }

    openCases(site) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: site.name,
            res_model: "remediation.case",
            domain: [
                ["site_id", "=", site.id],
                ["closed_on", "=", false],
            ],
            views: [
                [false, "list"],
                [false, "form"],
            ],
        });
    }
}

registry.category("actions").add("remediation_site_map", SiteMap);

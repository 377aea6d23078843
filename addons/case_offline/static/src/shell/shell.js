/* The portal without network: what is drawn, and when the phone speaks with the server.

   Nothing of a child stands in the address, the title or a message of the phone: pages
   are found by the sealed row they are read from. */
/* global location, history, localStorage, navigator, setInterval, URL, confirm */
import { draw, el, missing, read } from "./draw.js";
import { forms as otherForms, pages as otherPages } from "./more.js";
import * as queue from "./queue.js";
import * as vault from "./vault.js";

const PLACE = "/my/remediation/offline";
const MINUTE = 60000;
const BACKWARDS = 10 * MINUTE;
const IDLE = 10 * MINUTE;
const DRAFTS = ["assessment", "plan"];
const MEMBERS = ["given_by_member_id", "second_member_id", "caregiver_member_id"];

const main = document.getElementById("main");
const tabs = document.querySelector(".tabs");
const words = Object.fromEntries(
    [...document.querySelectorAll("[data-word]")].map((one) => [
        one.dataset.word,
        one.textContent.trim(),
    ])
);
const lang = document.documentElement.lang;
let content = null; // The key of all rows, while the phone is open.
let kept = {}; // What the phone took along, by its shelf; the cases stand on "".
/* Said until the worker does the next thing: a page may be drawn twice in a row. */
let notice = "";
/* Said on every page until the server knows the worker again. */
let signedOut = false;
let touched = Date.now();

class SignedOutError extends Error {}

// ---- Speaking with the server ------------------------------------------------------
async function call(what, params) {
    const response = await fetch(`${PLACE}/${what}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", method: "call", params }),
    });
    const answer = await response.json();
    if (answer.error) {
        const why = answer.error.code === 100 ? SignedOutError : Error;
        throw new why(answer.error.data ? answer.error.data.message : "");
    }
    return answer.result;
}

const device = () => vault.get("meta", "device");

async function dropFiles() {
    await vault.clear("packets");
    await vault.drop("meta", "lease");
}

/* The files end with their lease. With a clock that was set back nobody knows when that
   is: they are closed until the server says. */
async function readable() {
    const lease = await vault.get("meta", "lease");
    const now = Date.now();
    if (!lease) {
        return false;
    }
    if (now > lease.until) {
        await dropFiles();
        return false;
    }
    if (now < lease.seen - BACKWARDS) {
        return false;
    }
    const seen = { ...lease, seen: Math.max(now, lease.seen) };
    await vault.put("meta", "lease", seen).catch(() => null); // Full: it reads still.
    return true;
}

/* Ask whether this phone may read still; what is not held any more goes at once. */
async function standing() {
    const key = await device();
    const found = await call("standing", { key });
    if (found.state !== "active") {
        await dropFiles();
        return found.state;
    }
    for (const id of await vault.ids("packets")) {
        if (id.length === 32 && !found.held.includes(id)) {
            await vault.drop("packets", id);
        }
    }
    return found.state;
}

async function sendQueue() {
    const key = await device();
    await queue.sendAll(content, async (intents) => {
        const found = await call("send", { key, intents });
        return found.answers;
    });
}

async function fetchFiles() {
    const found = await call("packets", { key: await device() });
    if (found.state !== "active") {
        return found.state;
    }
    const rows = { ...found.packets, general: found.general, shared: found.shared };
    const sealed = {};
    for (const [id, value] of Object.entries(rows)) {
        sealed[id] = await vault.seal(content, id, value);
    }
    await vault.store("packets", "readwrite", (rowsKept) => {
        rowsKept.clear();
        for (const [id, value] of Object.entries(sealed)) {
            rowsKept.put(value, id);
        }
    });
    const now = Date.now();
    const until = now + (Date.parse(found.until.replace(" ", "T")) - Date.parse(found.now.replace(" ", "T")));
    await vault.put("meta", "lease", { until, seen: now, fetched: now });
    return "active";
}

let busy = null;

/* Everything that needs network, in its order; without it nothing happens. */
function sync() {
    busy ||= (async () => {
        try {
            const state = await standing();
            if (content) {
                await sendQueue();
            }
            if (state === "forgotten") {
                if (!(await queue.count())) {
                    await vault.forgetAll();
                }
                content = null;
                signedOut = false;
                notice = words.forgotten;
                return state;
            }
            if (content && state === "active") {
                await fetchFiles();
            }
            signedOut = false;
            return "online";
        } catch (error) {
            if (error instanceof SignedOutError) {
                signedOut = true;
                return "signed out";
            }
            if (vault.isFull(error)) {
                notice = words.no_room;
                return "full";
            }
            return "offline";
        } finally {
            busy = null;
        }
    })();
    return busy;
}

/* Nothing is drawn again under the hand of who types a PIN or fills in a form. */
async function refresh() {
    const state = await sync();
    const pin = main.querySelector("#pin");
    const typing = pin ? pin.value || !(notice || signedOut) : main.querySelector("form");
    if (state === "forgotten" || (state !== "offline" && !typing)) {
        await route();
    }
}

// ---- Reading what the phone keeps -----------------------------------------------------
async function row(id) {
    const sealed = await vault.get("packets", id);
    return sealed ? vault.unseal(content, id, sealed) : null;
}

async function look() {
    kept = {};
    if (!(await readable())) {
        return;
    }
    for (const id of await vault.ids("packets")) {
        if (id.length === 32) {
            const found = { id, ref: null, ...(await row(id)) };
            (kept[found.shelf || ""] ||= []).push(found);
            if (found.class) {
                (kept.class ||= []).push(found);
            }
        }
    }
    kept.general = await row("general");
}

async function shelf(name) {
    await look();
    return kept[name] || [];
}

/* The cases of this phone: those taken along, and those reported on it. */
async function cases() {
    const found = [...(await shelf(""))];
    const { general } = kept;
    if (!general) {
        return found;
    }
    for (const entry of await queue.entries(content)) {
        if (entry.form === "danger" && entry.state !== "done") {
            const { first_name: first, last_name: last, nickname } = entry.values;
            found.push({
                id: entry.key,
                ref: `key:${entry.key}`,
                code: words.waiting,
                name: [first, last].filter(Boolean).join(" ") || nickname || words.report,
                who: "",
                due: [],
                page: "",
                forms: general.new || {},
            });
        }
    }
    return found;
}

const day = (ms) => new Date(ms).toLocaleDateString(lang);
const moment = (ms) =>
    new Date(ms).toLocaleString(lang, { dateStyle: "short", timeStyle: "short" });

// ---- Pages ----------------------------------------------------------------------------
function show(...parts) {
    main.replaceChildren(...parts.flat().filter(Boolean));
    tabs.hidden = !content;
    const { general = {}, "": own, ...others } = kept;
    const asked = Object.values(general || {}).some((form) => form.title);
    const without = { "#list": !own && !asked, "#report": !asked };
    for (const link of tabs.children) {
        // Whoever takes something else along alone needs no list of children.
        const alone = Object.keys(others).length && without[link.hash];
        const name = link.dataset.shelf;
        link.hidden = name ? !(name in others) : Boolean(alone);
        const here = location.hash.startsWith(link.hash);
        link.toggleAttribute("aria-current", here);
    }
    window.scrollTo(0, 0);
}

const title = (text) => el("h1", {}, text);
const say = (text, kind) => (text ? el("p", { class: kind, role: "status" }, text) : null);

function pinField(name, label) {
    return el(
        "div",
        { class: "field" },
        el("label", { for: name }, label),
        el("input", {
            id: name,
            name,
            type: "password",
            inputmode: "numeric",
            autocomplete: "off",
        })
    );
}

function enrolPage(problem) {
    const save = async (event) => {
        event.preventDefault();
        const form = event.target;
        const pin = form.elements.pin.value;
        if (!/^[0-9]{6,}$/.test(pin)) {
            enrolPage(words.choose_pin);
            return;
        }
        if (pin !== form.elements.again.value) {
            enrolPage(words.not_same);
            return;
        }
        try {
            if (!(await device())) {
                const found = await call("enrol", { name: form.elements.name.value });
                await vault.put("meta", "device", found.key);
            }
            content = await vault.lockWith(pin);
            await sync();
            location.hash = "#list";
            await route();
        } catch (error) {
            const out = error instanceof SignedOutError;
            enrolPage(out ? words.signed_out : error.message || words.no_network);
        }
    };
    show(
        title(words.offline),
        say(notice, "waiting"),
        say(problem, "error"),
        el("p", {}, words.enrol_why),
        el(
            "form",
            { class: "card", onsubmit: save },
            el(
                "div",
                { class: "field" },
                el("label", { for: "name" }, words.name),
                el("input", { id: "name", name: "name", type: "text", maxlength: 40 })
            ),
            pinField("pin", words.choose_pin),
            pinField("again", words.again),
            el("button", { class: "main" }, words.enrol)
        ),
        online()
    );
}

const online = () => el("p", {}, el("a", { class: "button", href: "/my/remediation" }, words.online));

const signIn = () =>
    signedOut && [
        say(words.signed_out, "waiting"),
        el("p", {}, el("a", { class: "main button", href: `/web/login?redirect=${PLACE}` }, words.sign_in)),
    ];

async function forgotPin() {
    const open = await queue.count();
    if (open && !confirm(words.lost_queue.replace("{count}", open))) {
        return;
    }
    await vault.clear("queue");
    await dropFiles();
    await vault.drop("meta", "box");
    enrolPage();
}

async function lockPage(problem) {
    const open = async (event) => {
        event.preventDefault();
        if (await vault.pause()) {
            lockPage(words.wait_pin);
            return;
        }
        content = await vault.unlock(event.target.elements.pin.value);
        if (!content) {
            lockPage(words.wrong_pin);
            return;
        }
        if (!location.hash || location.hash === "#") {
            location.hash = "#list";
        }
        await route();
        await refresh();
    };
    const waiting = await queue.count();
    if (content) {
        return;
    }
    const typed = main.querySelector("#pin");
    show(
        title(words.offline),
        say(notice, "waiting"),
        say(problem, "error"),
        signIn(),
        waiting ? el("p", { class: "soft" }, `${words.queue} (${waiting})`) : null,
        el(
            "form",
            { class: "card", onsubmit: open },
            pinField("pin", words.pin),
            el("button", { class: "main" }, words.open)
        ),
        el("p", {}, el("button", { type: "button", class: "link", onclick: forgotPin }, words.forgot_pin)),
        online()
    );
    const pin = main.querySelector("#pin");
    pin.value = typed && !problem ? typed.value : "";
    pin.focus();
}

/* What is due first, and on which day. */
function dueLine({ kind, due }) {
    const when = Date.parse(due.replace(" ", "T"));
    return el("em", { class: when < Date.now() ? "late" : null }, `${kind}, ${day(when)}`);
}

async function listPage() {
    const found = await cases();
    const lease = await vault.get("meta", "lease");
    const first = [...tabs.children].find((link) => link.dataset.shelf in kept);
    if (!found.length && first && !kept.general.new) {
        history.replaceState(null, "", first.hash);
        // Not awaited: it is drawn after this one.
        route();
        return;
    }
    const lines = found.map((one) =>
        el(
            "li",
            {},
            el(
                "a",
                { href: `#case/${one.id}` },
                el("strong", {}, one.name),
                el("span", {}, one.code),
                one.due.length ? dueLine(one.due[0]) : null,
                one.who ? el("small", {}, one.who) : null
            )
        )
    );
    show(
        title(words.list),
        say(notice, "waiting"),
        lease
            ? el(
                  "p",
                  { class: "soft" },
                  `${words.updated} ${moment(lease.fetched)} · ${words.until} ${moment(lease.until)}`
              )
            : say(words.gone, "waiting"),
        lines.length ? el("ul", { class: "list people" }, lines) : el("p", { class: "empty" }, words.no_cases),
        signIn(),
        el("p", { class: "status" }, online(), el("button", { type: "button", onclick: lock }, words.lock))
    );
}

async function caseOf(id) {
    return (await cases()).find((one) => one.id === id);
}

/* The page as the server drew it; its links lead to the forms on this phone. */
function pageOf(one) {
    const box = el("div", {});
    box.innerHTML = one.page;
    for (const link of box.querySelectorAll("a[href]")) {
        const { pathname } = new URL(link.href, location.origin);
        const section = pathname.split("/")[5];
        if (pathname.startsWith("/my/remediation/case/") && one.forms[section]) {
            link.href = `#form/${one.id}/${section}`;
        } else if (!link.href.startsWith("tel:")) {
            link.replaceWith(...(link.classList.contains("button") ? [] : link.childNodes));
        }
    }
    return box;
}

function deeds(one) {
    return el(
        "p",
        { class: "actions" },
        Object.entries(one.forms).map(([section, form]) =>
            el("a", { class: "button", href: `#form/${one.id}/${section}` }, form.title)
        )
    );
}

async function casePage(id) {
    const one = await caseOf(id);
    if (!one) {
        location.hash = "#list";
        return;
    }
    const received = one.received ? deeds(one) : null;
    const own = one.page ? [pageOf(one), received] : [title(one.name), el("h2", {}, words.what), deeds(one)];
    show(say(notice, "ok"), own);
}

/* People whom an entry that waits adds to the family may be chosen at once. */
async function withNew(fields, shared, ref) {
    const waiting = (await queue.entries(content)).filter(
        (entry) => entry.form === "family" && entry.state !== "done" && entry.values.case === ref
    );
    const added = waiting.map((entry) => [`key:${entry.key}`, entry.values.full_name || "…"]);
    return fields.map((field) => {
        if (!MEMBERS.includes(field.name) || !added.length) {
            return field;
        }
        const known = typeof field.choices === "string" ? shared[field.choices] : field.choices;
        return { ...field, choices: [...(known || []), ...added] };
    });
}

function buttonsOf(section) {
    if (DRAFTS.includes(section)) {
        return [
            el("button", { class: "button", name: "submit", value: "0" }, words.draft),
            el("button", { class: "main", name: "submit", value: "1" }, words.submit),
        ];
    }
    const kind = ["emergency", "danger"].includes(section) ? "danger" : "main";
    return [el("button", { class: kind }, words.save)];
}

/* What a form becomes in the queue: a photo that can follow goes by itself. */
function intentsOf(section, ref, values, form, fields, correcting) {
    const entry = {
        key: correcting ? correcting.key : queue.newKey(),
        form: section,
        title: form.title,
        code: ref && !ref.startsWith("key:") ? ref : "",
        values: { ...values, ...(ref ? { case: ref } : {}) },
        asked: Object.fromEntries(
            fields.filter((one) => values[one.name]).map((one) => [one.name, one.label])
        ),
        version: form.version || "",
        written: correcting ? correcting.written : Date.now(),
        heavy: section === "document" || (section === "concern" && Boolean(values.photo)),
    };
    const found = [entry];
    if (section === "delivery" && values.photo) {
        delete entry.values.photo;
        found.push({
            ...entry,
            key: queue.newKey(),
            form: "document",
            values: { case: ref, photo: values.photo },
            version: "",
            heavy: true,
        });
    }
    return found;
}

async function formPage(id, section, correcting) {
    const one = id === "general" ? null : await caseOf(id);
    const general = await row("general");
    const form = one ? one.forms[section] : general && general[section];
    if (!form) {
        location.hash = "#list";
        return;
    }
    const shared = await row("shared");
    const ref = one ? one.ref || one.code : "";
    const fields = await withNew(shared[form.fields], shared, ref);
    const problem = el("p", { class: "error", role: "alert", hidden: true });
    const fail = (text) => {
        problem.textContent = text;
        problem.hidden = false;
        problem.scrollIntoView({ block: "center" });
    };
    const values = correcting ? correcting.values : form.values;
    const drawn = draw(fields, values, shared, words, buttonsOf(section));
    const save = async (submitter) => {
        const unread = await drawn.shrinking;
        drawn.shrinking = null;
        if (unread) {
            fail(unread);
            return;
        }
        const open = missing(fields, drawn);
        if (open) {
            fail(`${open.label}: ${words.no_answer}`);
            return;
        }
        const said = read(drawn);
        if (submitter && submitter.name === "submit") {
            said.submit = submitter.value;
        }
        try {
            const intents = intentsOf(section, ref, said, form, fields, correcting);
            await queue.keepAll(content, intents);
        } catch (error) {
            fail(vault.isFull(error) ? words.full : words.not_kept);
            return;
        }
        notice = words.kept;
        location.hash = section === "emergency" ? "#called" : one ? `#case/${one.id}` : "#list";
        sync().then((state) => state === "online" && location.hash === "#queue" && route());
    };
    let saving = null; // Whoever taps twice writes one entry.
    drawn.addEventListener("submit", (event) => {
        event.preventDefault();
        saving ||= save(event.submitter).finally(() => (saving = null));
    });
    show(
        el("p", {}, el("a", { href: one ? `#case/${one.id}` : "#list" }, `‹ ${one ? one.name : words.back}`)),
        title(form.title),
        correcting && correcting.say ? say(correcting.say, "error") : null,
        problem,
        drawn
    );
}

/* An emergency is with nobody yet: the number stands first. */
function calledPage() {
    const number = document.body.dataset.hotline;
    const link = number
        ? el("a", { class: "call", href: `tel:${number.replace(/[^0-9+]/g, "")}` }, number)
        : el("strong", {}, words.nearest);
    show(
        el("div", { class: "error", role: "alert" }, title(words.emergency), link),
        el("p", {}, words.emergency_kept),
        el("p", {}, el("a", { class: "button", href: "#queue" }, words.queue))
    );
}

async function reportPage() {
    const general = (await row("general")) || {};
    const offered = Object.entries(general).filter(([, form]) => form.title);
    show(
        title(words.report),
        offered.length ? null : say(words.gone, "waiting"),
        el(
            "p",
            { class: "actions" },
            offered.map(([name, form]) =>
                el("a", { class: "button", href: `#form/general/${name}` }, form.title)
            )
        )
    );
}

const STATES = {
    waiting: "waiting",
    later: "later",
    done: "done",
    supervisor: "with_supervisor",
    refused: "refused",
    conflict: "conflict",
    draft: "not_ended",
};

function entryLine(entry) {
    const buttons = [];
    const leads = { refused: "correct", conflict: "both", draft: "draft" }[entry.state];
    if (leads) {
        const page = (otherForms[entry.form] || {})[leads] || `#${leads}`;
        const label = { correct: words.correct, both: words.both, draft: words.go_on };
        buttons.push(el("a", { class: "button", href: `${page}/${entry.key}` }, label[leads]));
    }
    if (!entry.tried && queue.OPEN.includes(entry.state)) {
        const away = async () => {
            await queue.remove(entry.key);
            await route();
        };
        buttons.push(el("button", { type: "button", class: "link", onclick: away }, words.delete));
    }
    return el(
        "li",
        {},
        el(
            "span",
            { class: "row" },
            el("strong", {}, entry.title),
            el("span", {}, entry.code),
            el("em", { class: ["refused", "conflict"].includes(entry.state) ? "late" : null }, words[STATES[entry.state]]),
            el("small", {}, `${words.written} ${moment(entry.written)}`),
            entry.say && entry.state !== "done" ? el("small", {}, entry.say) : null,
            buttons
        )
    );
}

async function queuePage() {
    const found = await queue.entries(content);
    const send = async () => {
        const state = await sync();
        notice = state === "offline" ? words.no_network : notice;
        await route();
    };
    show(
        title(words.queue),
        say(notice, "waiting"),
        signIn(),
        found.length
            ? el("ul", { class: "list" }, queue.inOrder(found).map(entryLine))
            : el("p", { class: "empty" }, words.nothing),
        el("p", {}, el("button", { type: "button", class: "main", onclick: send }, words.send_now))
    );
}

async function correctPage(key) {
    const entry = (await queue.entries(content)).find((one) => one.key === key);
    const found = entry && (await cases());
    const one = entry && found.find((c) => (c.ref || c.code) === entry.values.case);
    if (!entry || (entry.values.case && !one)) {
        location.hash = "#queue";
        return;
    }
    await formPage(one ? one.id : "general", entry.form, entry);
}

/* Somebody changed the text meanwhile: both stand here, and the worker chooses. */
async function bothPage(key) {
    const entry = (await queue.entries(content)).find((one) => one.key === key);
    const one = entry && (await cases()).find((c) => (c.ref || c.code) === entry.values.case);
    const shared = await row("shared");
    if (!entry || !one || !shared) {
        location.hash = "#queue";
        return;
    }
    const labels = shared[one.forms[entry.form].fields];
    const text = (field, values) => {
        const value = values[field.name] ?? values[field.name.replace("[]", "")] ?? "";
        const offered = typeof field.choices === "string" ? shared[field.choices] : field.choices;
        const known = (offered || []).find(([id]) => String(id) === String(value));
        const written = field.kind === "date" && value ? day(Date.parse(value)) : String(value);
        return known ? known[1] : written || "–";
    };
    const differ = labels.filter(
        (field) => !["sign", "file"].includes(field.kind) && text(field, entry.values) !== text(field, entry.theirs)
    );
    const column = (name, values) =>
        el(
            "section",
            { class: "card" },
            el("h2", {}, name),
            el("dl", {}, differ.map((field) => [el("dt", {}, field.label), el("dd", { class: "pre" }, text(field, values))]))
        );
    const mine = async () => {
        const { state, tried, theirs, newer, ...body } = entry;
        void [state, tried, theirs];
        await queue.keep(content, { ...body, version: newer, say: "" });
        location.hash = "#queue";
        await sync();
        await route();
    };
    const other = async () => {
        await queue.remove(key);
        location.hash = "#queue";
    };
    show(
        title(entry.title),
        say(entry.say, "waiting"),
        el("div", { class: "both" }, column(words.mine, entry.values), column(words.theirs, entry.theirs)),
        el("p", {}, el("button", { type: "button", class: "main", onclick: mine }, words.keep_mine)),
        el("p", {}, el("button", { type: "button", onclick: other }, words.keep_theirs))
    );
}

function lock() {
    content = null;
    lockPage();
}

const PAGES = {
    list: listPage,
    case: casePage,
    form: formPage,
    called: calledPage,
    report: reportPage,
    queue: queuePage,
    correct: correctPage,
    both: bothPage,
};

/* What the pages of other modules are given. */
const phone = {
    words,
    lang,
    show,
    title,
    say,
    shelf,
    entries: () => queue.entries(content),
    keep: (body, state) => queue.keep(content, body, state),
    remove: queue.remove,
    newKey: queue.newKey,
    notice: () => notice,
    go(hash, text = "") {
        notice = text;
        location.hash = hash;
    },
    send: refresh,
};

let drawing = Promise.resolve();

/* One page after the other: a slow one never covers the one that was asked for later. */
function route() {
    drawing = drawing.catch(() => null).then(drawPage);
    return drawing;
}

async function drawPage() {
    if (!(await device()) || !(await vault.get("meta", "box"))) {
        enrolPage();
    } else if (content) {
        const [name, ...rest] = location.hash.slice(1).split("/");
        if (!kept.general) {
            await look(); // The bar below knows what the phone took along.
        }
        const other = otherPages[name];
        await (other ? other(phone, ...rest) : (PAGES[name] || listPage)(...rest));
    } else {
        await lockPage();
    }
    document.body.dataset.ready = "1";
}

/* How large the text is: as the server said, until it is chosen on this phone. */
function sizes() {
    const { dataset } = document.documentElement;
    const choose = (size) => {
        dataset.text = size;
        for (const button of document.querySelectorAll(".sizes button")) {
            button.setAttribute("aria-pressed", String(button.value === size));
        }
    };
    choose(localStorage.getItem("text_size") || dataset.text || "normal");
    document.querySelector(".sizes").addEventListener("click", ({ target }) => {
        const button = target.closest("button");
        if (button) {
            localStorage.setItem("text_size", button.value);
            choose(button.value);
        }
    });
}

// ---- Beginning --------------------------------------------------------------------------
async function begin() {
    sizes();
    if (!vault.isAble()) {
        return;
    }
    if (location.pathname !== PLACE) {
        // The address of a case that could not be reached says no more than that.
        history.replaceState(null, "", PLACE);
    }
    if ("serviceWorker" in navigator) {
        const how = { scope: "/my/remediation", updateViaCache: "none" };
        navigator.serviceWorker.register(`${PLACE}/worker.js`, how).catch(() => null);
    }
    await readable();
    await route();
    if (await device()) {
        await refresh();
    }
    window.addEventListener("hashchange", route);
    window.addEventListener("online", refresh);
    setInterval(async () => {
        if (content && (Date.now() - touched > IDLE || !(await readable()))) {
            lock();
        }
    }, 30000);
    for (const kind of ["pointerdown", "keydown"]) {
        document.addEventListener(kind, () => {
            touched = Date.now();
            notice = "";
        });
    }
    const exit = document.querySelector("[data-exit]");
    if (exit) {
        exit.addEventListener("click", (event) => {
            event.preventDefault();
            location.replace(exit.href);
        });
    }
}

begin();

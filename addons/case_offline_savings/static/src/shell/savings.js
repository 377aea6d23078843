/* A savings meeting without network: a screen per member, the cash of each pot, and one
   entry in the queue. What is typed is kept sealed with every tap. */
/* global confirm */
import { el } from "/case_offline/static/src/shell/draw.js";
import { forms, pages } from "/case_offline/static/src/shell/more.js";
import { MONEY, blank, ceiling, check, coins, money, number, owes, pots } from "./book.js";

const FORM = "savings-meeting";
const POTS = ["loan", "social"];
/* More stamps than this are a number with + and –. */
const STAMPS = 10;
const DAY = 24 * 3600 * 1000;

let pending = Promise.resolve(); // What is being kept; pages wait for it.

const word = (phone, name) => phone.words[`savings_${name}`];

/* “What: how much”, as the language of the reader writes it. */
const says = (phone, what, value) =>
    word(phone, "says").replace("{what}", what).replace("{value}", value);

// ---- What lies on the phone ----------------------------------------------------------
async function groupOf(phone, id) {
    return (await phone.shelf("savings")).find((one) => one.id === id);
}

/* The entry of a group that is not through yet; the last one that was sent, else. */
async function entryOf(phone, group) {
    await pending;
    const found = (await phone.entries()).filter(
        (one) => one.form === FORM && one.code === group.code
    );
    const open = found.filter((one) => one.state !== "done");
    return open[0] || found[found.length - 1] || null;
}

const drafted = (entry) => Boolean(entry) && entry.state === "draft";

/* Whether the next meeting may begin: the book has what was sent before. */
const isFree = (group, entry) =>
    !entry || (entry.state === "done" && entry.version !== group.version);

function keep(phone, entry, state = "draft") {
    const { state: before, tried, ...body } = entry;
    void [before, tried];
    const copy = JSON.parse(JSON.stringify(body));
    pending = pending.catch(() => null).then(() => phone.keep(copy, state));
    return pending;
}

/* The phone's own day, within what the server said it can be. */
function today(group) {
    const local = new Date();
    const text = new Date(local - local.getTimezoneOffset() * 60000);
    const first = Date.parse(group.today);
    const day = Math.min(Math.max(text.getTime(), first), first + 3 * DAY);
    return new Date(day).toISOString().slice(0, 10);
}

/* A meeting that is new, or goes on with the one that is open in the book. */
function begun(phone, group, day) {
    const open = group.open || { day, members: {}, number: group.number };
    return {
        key: phone.newKey(),
        form: FORM,
        title: `${word(phone, "meeting")} ${open.number} · ${group.name}`,
        code: group.code,
        values: { group: group.code, date: open.day, members: { ...open.members } },
        met: [],
        version: group.version,
        written: Date.now(),
        heavy: false,
    };
}

/* Everybody of the group's list has figures, and nobody else. */
function complete(group, entry) {
    const { members } = entry.values;
    const numbers = group.members.map((one) => String(one.number));
    for (const gone of Object.keys(members).filter((one) => !numbers.includes(one))) {
        delete members[gone];
    }
    for (const one of numbers) {
        members[one] ||= blank(group);
    }
    entry.met = entry.met.filter((one) => numbers.includes(String(one)));
    return entry;
}

// ---- Parts of pages --------------------------------------------------------------------
const back = (href, text) => el("p", {}, el("a", { href }, `‹ ${text}`));

function totals(phone, group, entry) {
    const found = pots(group, entry.values.members);
    return el(
        "span",
        { class: "totals" },
        Object.entries(found).map(([pot, { expected }]) =>
            el(
                "span",
                {},
                says(phone, word(phone, pot), ""),
                el("b", {}, money(group, expected, phone.lang))
            )
        )
    );
}

function potTable(phone, group, pot, name) {
    const line = (label, amount, kind) =>
        el(
            "tr",
            { class: kind },
            el("td", {}, word(phone, label)),
            el("td", {}, money(group, amount, phone.lang))
        );
    return el(
        "table",
        { class: "pots" },
        el("tr", {}, el("th", { colspan: 2 }, word(phone, name))),
        line("at_start", pot.start),
        line("came_in", pot.came),
        line("went_out", pot.went),
        line("expected", pot.expected, "total")
    );
}

/* One figure with a large – and +. `change` is called with the new text. */
function stepper(phone, group, said, name, step, change) {
    const input = el("input", {
        id: `f-${name}`,
        name,
        type: "text",
        inputmode: "decimal",
        autocomplete: "off",
        value: said[name] || "0",
        oninput: () => change(name, input.value),
    });
    const press = (sign) => () => {
        const next = Math.max(0, coins(group, (number(input.value) || 0) + sign * step));
        input.value = String(next);
        change(name, input.value);
    };
    const label = group.labels[name];
    const button = (sign, text, why) =>
        el(
            "button",
            { type: "button", "aria-label": says(phone, label, why), onclick: press(sign) },
            text
        );
    return el(
        "div",
        { class: "field" },
        el("label", { for: `f-${name}` }, label),
        el(
            "div",
            { class: "steps" },
            button(-1, "−", word(phone, "less")),
            input,
            button(1, "+", word(phone, "plus"))
        )
    );
}

/* One of a few answers, as large squares. */
function squares(name, legend, kind, offered, value, change) {
    return el(
        "fieldset",
        { class: "field" },
        el("legend", {}, legend),
        el(
            "div",
            { class: kind },
            offered.map(([key, label]) =>
                el(
                    "label",
                    {},
                    el("input", {
                        type: "radio",
                        name,
                        value: key,
                        checked: String(key) === String(value),
                        onchange: () => change(name, String(key)),
                    }),
                    el("span", {}, label)
                )
            )
        )
    );
}

function sentence(phone, group, member, said, name) {
    const { shares_min: least, shares_max: most } = group.rules;
    const text = word(phone, name).replace("{least}", least).replace("{most}", most);
    return text.replace("{amount}", money(group, ceiling(group, member, said), phone.lang));
}

// ---- Pages -------------------------------------------------------------------------------
async function listPage(phone) {
    const groups = await phone.shelf("savings");
    const lines = [];
    for (const group of groups) {
        const entry = await entryOf(phone, group);
        const state = drafted(entry) ? phone.words.not_ended : null;
        const waits = !state && !isFree(group, entry) ? phone.words.waiting : state;
        lines.push(
            el(
                "li",
                {},
                el(
                    "a",
                    { href: `#savings-group/${group.id}` },
                    el("strong", {}, group.name),
                    waits ? el("em", {}, waits) : null,
                    el("small", {}, `${group.code} · ${says(phone, word(phone, "members"), group.members.length)}`)
                )
            )
        );
    }
    phone.show(
        phone.title(word(phone, "groups")),
        phone.say(phone.notice(), "ok"),
        lines.length
            ? el("ul", { class: "list" }, lines)
            : el("p", { class: "empty" }, word(phone, "none"))
    );
}

/* A page of a group that is on the phone; the list else. */
function ofGroup(page) {
    return async (phone, id, ...rest) => {
        const group = await groupOf(phone, id);
        if (!group) {
            phone.go("#savings", word(phone, "gone"));
            return;
        }
        const entry = await entryOf(phone, group);
        await page(phone, group, entry, ...rest);
    };
}

const groupPage = ofGroup(async (phone, group, entry) => {
    const parts = [
        back("#savings", word(phone, "groups")),
        phone.title(group.name),
        phone.say(phone.notice(), "waiting"),
    ];
    if (drafted(entry)) {
        parts.push(...draftParts(phone, group, complete(group, entry)));
    } else if (!isFree(group, entry)) {
        parts.push(
            phone.say(word(phone, "waits"), "waiting"),
            el("p", {}, el("a", { class: "button", href: "#queue" }, phone.words.queue))
        );
    } else if (group.active) {
        parts.push(beginForm(phone, group));
    } else {
        parts.push(phone.say(word(phone, "inactive"), "waiting"));
    }
    const none = pots(group, {});
    if (!drafted(entry)) {
        for (const pot of Object.keys(none)) {
            parts.push(
                el(
                    "p",
                    { class: "facts" },
                    el("span", {}, says(phone, word(phone, pot), money(group, none[pot].start, phone.lang)))
                )
            );
        }
    }
    phone.show(parts);
});

const fitsDay = (group, day) => day > group.after && day <= today(group);

function beginForm(phone, group) {
    const day = group.open ? group.open.day : today(group);
    const problem = el("p", { class: "error", role: "alert", hidden: true });
    const begin = async (event) => {
        event.preventDefault();
        const chosen = event.target.elements.day.value;
        if (!group.open && !fitsDay(group, chosen)) {
            problem.textContent = word(phone, "early");
            problem.hidden = false;
            return;
        }
        await keep(phone, complete(group, begun(phone, group, chosen)));
        phone.go(`#savings-member/${group.id}/${group.members[0].number}`);
    };
    return el(
        "form",
        { class: "card", novalidate: true, onsubmit: begin },
        problem,
        dayField(phone, day, null, Boolean(group.open)),
        el("button", { class: "main" }, word(phone, "begin"))
    );
}

function dayField(phone, day, change, disabled) {
    const input = el("input", {
        id: "day",
        name: "day",
        type: "date",
        value: day,
        disabled,
        onchange: () => change && input.value && change(input.value),
    });
    const label = el("label", { for: "day" }, word(phone, "day"));
    return el("div", { class: "field" }, label, input);
}

function draftParts(phone, group, entry) {
    const { members, date } = entry.values;
    const asked = entry.met.map(String);
    const next = group.members.find((one) => !asked.includes(String(one.number)));
    const words = Object.fromEntries(group.labels.choices);
    const lines = group.members.map((one) => {
        const said = members[one.number];
        const done = asked.includes(String(one.number));
        const shares = says(phone, group.labels.shares, said.shares);
        return el(
            "li",
            {},
            el(
                "a",
                { href: `#savings-member/${group.id}/${one.number}` },
                el("strong", {}, `${one.number}. ${one.name}`),
                el(
                    "em",
                    { class: done && said.attendance === "absent" ? "late" : null },
                    done ? words[said.attendance] : word(phone, "not_asked")
                ),
                done ? el("small", {}, shares) : null
            )
        );
    });
    const throwAway = async () => {
        if (confirm(word(phone, "delete_sure"))) {
            await phone.remove(entry.key);
            phone.go("#savings");
        }
    };
    return [
        el(
            "p",
            { class: "facts" },
            el("span", {}, new Date(`${date}T12:00`).toLocaleDateString(phone.lang)),
            el("span", {}, says(phone, word(phone, "members"), `${asked.length} / ${group.members.length}`))
        ),
        entry.say ? phone.say(entry.say, "error") : null,
        el(
            "p",
            {},
            el(
                "a",
                {
                    class: "main button wide",
                    href: next
                        ? `#savings-member/${group.id}/${next.number}`
                        : `#savings-count/${group.id}`,
                },
                next ? phone.words.go_on : word(phone, "count")
            )
        ),
        el("ul", { class: "list" }, lines),
        el("p", { class: "foot-line" }, totals(phone, group, entry)),
        group.open ? null : dayField(phone, date, (day) => {
            entry.values.date = day;
            keep(phone, entry).then(() => groupPage(phone, group.id));
        }),
        el("p", {}, el("button", { type: "button", class: "link", onclick: throwAway }, phone.words.delete)),
    ];
}

const memberPage = ofGroup(async (phone, group, entry, at) => {
    const member = group.members.find((one) => String(one.number) === at);
    if (!drafted(entry) || !member) {
        phone.go(`#savings-group/${group.id}`);
        return;
    }
    complete(group, entry);
    const said = entry.values.members[at];
    const day = entry.values.date;
    const sum = el("p", { class: "foot-line" }, totals(phone, group, entry));
    const problem = el("p", { class: "error", role: "alert", hidden: true });
    const fail = (text) => {
        problem.textContent = text;
        problem.hidden = false;
        problem.scrollIntoView({ block: "center" });
    };
    const keepAll = () => keep(phone, entry).catch(() => fail(phone.words.full));
    const change = (name, value) => {
        said[name] = value;
        sum.replaceChildren(totals(phone, group, entry));
        keepAll();
    };
    const form = el("div", {});
    memberForm(form, phone, group, member, said, day, change);
    const decided = decidedPart(phone, group, said, change);
    const save = async (event) => {
        event.preventDefault();
        const { wrong, beyond } = check(group, member, said, day);
        const texts = (names) =>
            names.map((name) => sentence(phone, group, member, said, name)).join("\n");
        if (wrong.length) {
            fail(texts(wrong));
            return;
        }
        if (beyond.length && said.group_decided !== "yes") {
            decided.open = true;
            fail(texts(beyond));
            return;
        }
        if (said.group_decided === "yes" && !(said.decision_reason || "").trim()) {
            decided.open = true;
            fail(word(phone, "give_reason"));
            return;
        }
        entry.met = [...new Set([...entry.met, member.number])];
        try {
            await keep(phone, entry);
        } catch {
            fail(phone.words.full);
            return;
        }
        const later = group.members.find((one) => one.number > member.number);
        phone.go(later ? `#savings-member/${group.id}/${later.number}` : `#savings-count/${group.id}`);
    };
    const last = member === group.members[group.members.length - 1];
    phone.show(
        back(`#savings-group/${group.id}`, group.name),
        phone.title(`${member.number}. ${member.name}`),
        el(
            "form",
            { class: "member", novalidate: true, autocomplete: "off", onsubmit: save },
            form,
            decided,
            problem,
            el(
                "div",
                { class: "next-bar" },
                sum,
                el("button", { class: "main" }, word(phone, last ? "count" : "next"))
            )
        )
    );
});

function facts(phone, group, member, day) {
    const owed = owes(member, day);
    const tell = (amount) => money(group, amount, phone.lang);
    const due = (text) => new Date(`${text}T12:00`).toLocaleDateString(phone.lang);
    return el(
        "p",
        { class: "facts" },
        el("span", {}, `${word(phone, "saved")} ${tell(member.savings)}`),
        owed ? el("span", { class: "late" }, `${word(phone, "owes")} ${tell(owed)}`) : null,
        member.loans.map(([, balance, on]) =>
            on ? el("span", {}, says(phone, `${word(phone, "due")} ${due(on)}`, tell(balance))) : null
        )
    );
}

/* Draws the figures of a member into a box; once more where one changes another. */
function memberForm(box, phone, group, member, said, day, change) {
    const { rules } = group;
    const owed = owes(member, day);
    const step = rules.share_value || 1;
    const social = rules.social_amount || step;
    const fine = (said.attendance === "absent" ? rules.fine_absent : rules.fine_late) || social;
    const field = (name, by) => stepper(phone, group, said, name, by, change);
    const redraw = () => memberForm(box, phone, group, member, said, day, change);
    const attend = (name, value) => {
        if (value === "absent") {
            Object.assign(said, { shares: "0", loan_repaid: "0", loan_given: "0" });
            Object.assign(said, { social_in: "0", social_out: "0" });
        } else if (said.attendance === "absent") {
            said.social_in = blank(group).social_in;
        }
        change(name, value);
        redraw();
    };
    const shares =
        rules.shares_max <= STAMPS
            ? squares(
                  "shares",
                  `${group.labels.shares} (${says(phone, word(phone, "share"), money(group, step, phone.lang))})`,
                  "stamps",
                  Array.from({ length: rules.shares_max + 1 }, (_, count) => [count, count]),
                  said.shares,
                  change
              )
            : field("shares", 1);
    const all = () => {
        change("loan_repaid", String(owed));
        redraw();
    };
    const more = ["loan_given", "fine", "social_in", "social_out"].filter(
        (name) => rules.has_social_fund || !name.startsWith("social_")
    );
    const by = { loan_given: step, fine, social_in: social, social_out: social };
    const used = more.some((name) => name !== "social_in" && number(said[name]));
    box.replaceChildren(
        facts(phone, group, member, day),
        squares("attendance", group.labels.attendance, "presence", group.labels.choices, said.attendance, attend),
        shares,
        ...(owed
            ? [
                  field("loan_repaid", step),
                  el(
                      "button",
                      { type: "button", class: "wide", onclick: all },
                      says(phone, word(phone, "all"), money(group, owed, phone.lang))
                  ),
              ]
            : []),
        el(
            "details",
            { class: "card", open: used },
            el("summary", {}, word(phone, "more")),
            more.map((name) => field(name, by[name]))
        )
    );
}

/* What the group decided beyond its own limits, and why. */
function decidedPart(phone, group, said, change) {
    const yes = el("input", {
        type: "checkbox",
        id: "f-group_decided",
        checked: said.group_decided === "yes",
        onchange: () => change("group_decided", yes.checked ? "yes" : "no"),
    });
    const reason = el("input", {
        type: "text",
        id: "f-decision_reason",
        maxlength: 200,
        value: said.decision_reason || "",
        oninput: () => change("decision_reason", reason.value),
    });
    return el(
        "details",
        { class: "card", open: said.group_decided === "yes" },
        el("summary", {}, word(phone, "beyond")),
        el("label", { class: "check" }, yes, el("span", {}, word(phone, "decided"))),
        el("label", { for: "f-decision_reason" }, word(phone, "reason")),
        reason
    );
}

const countPage = ofGroup(async (phone, group, entry) => {
    if (!drafted(entry)) {
        phone.go(`#savings-group/${group.id}`);
        return;
    }
    const { values } = complete(group, entry);
    const found = pots(group, values.members);
    const problem = el("p", { class: "error", role: "alert", hidden: true });
    const fail = (text) => {
        problem.textContent = text;
        problem.hidden = false;
        problem.scrollIntoView({ block: "center" });
    };
    const parts = POTS.filter((pot) => found[pot]).map((pot) =>
        countPart(phone, group, entry, pot, found[pot])
    );
    const end = async (event) => {
        event.preventDefault();
        const text = unfinished(phone, group, entry, found) || parts.map((one) => one.open()).find(Boolean);
        if (text) {
            fail(text);
            return;
        }
        try {
            await keep(phone, { ...entry, say: "", written: Date.now() }, "waiting");
        } catch {
            fail(phone.words.full);
            return;
        }
        phone.go("#savings", phone.words.kept);
        phone.send();
    };
    phone.show(
        back(`#savings-group/${group.id}`, group.name),
        phone.title(word(phone, "count")),
        el(
            "form",
            { novalidate: true, autocomplete: "off", onsubmit: end },
            parts.map((one) => one.box),
            problem,
            el("p", { class: "soft" }, word(phone, "final")),
            el("button", { class: "main wide" }, word(phone, "end"))
        )
    );
});

/* Who was not asked, or whose figures cannot be; empty where the count may end it. */
function unfinished(phone, group, entry, found) {
    const { members, date } = entry.values;
    const asked = entry.met.map(String);
    const left = group.members.filter((one) => !asked.includes(String(one.number)));
    if (left.length) {
        return says(phone, word(phone, "not_asked"), left.map((one) => one.number).join(", "));
    }
    for (const one of group.members) {
        const said = members[one.number];
        const { wrong, beyond } = check(group, one, said, date);
        const open = said.group_decided === "yes" ? wrong : [...wrong, ...beyond];
        if (open.length) {
            return says(phone, `${one.number}. ${one.name}`, sentence(phone, group, one, said, open[0]));
        }
    }
    if (!group.open && !fitsDay(group, date)) {
        return word(phone, "early");
    }
    const given = Object.values(members).some((said) => number(said.loan_given));
    return given && found.loan.expected < 0 ? word(phone, "fund") : "";
}

/* The count of one pot. `open()` says what is missing still, or nothing. */
function countPart(phone, group, entry, pot, book) {
    const { values } = entry;
    const differs = el("strong", {});
    const why = el("input", {
        type: "text",
        id: `f-why_${pot}`,
        name: `why_${pot}`,
        maxlength: 200,
        value: values[`why_${pot}`] || "",
        oninput: () => {
            values[`why_${pot}`] = why.value;
            keep(phone, entry).catch(() => null);
        },
    });
    const asks = el(
        "div",
        { class: "field waiting", hidden: true },
        differs,
        el("label", { for: why.id }, group.labels[`why_${pot}`]),
        why
    );
    const gap = () => coins(group, number(counted.value) - book.expected);
    const isCounted = () => counted.value.trim() !== "" && number(counted.value) !== null;
    const look = () => {
        const off = isCounted() ? gap() : 0;
        differs.textContent = `${word(phone, "differs")} ${money(group, off, phone.lang)}`;
        asks.hidden = !off;
    };
    const counted = el("input", {
        type: "text",
        inputmode: "decimal",
        id: `f-counted_${pot}`,
        name: `counted_${pot}`,
        autocomplete: "off",
        value: values[`counted_${pot}`] || "",
        oninput: () => {
            values[`counted_${pot}`] = counted.value;
            keep(phone, entry).catch(() => null);
            look();
        },
    });
    look();
    const open = () => {
        if (!isCounted()) {
            return word(phone, counted.value.trim() ? "number" : "count_each");
        }
        if (!gap()) {
            delete values[`why_${pot}`];
            return "";
        }
        return why.value.trim() ? "" : word(phone, "why");
    };
    const box = el(
        "section",
        { class: "card" },
        potTable(phone, group, book, pot),
        el(
            "div",
            { class: "field" },
            el("label", { for: counted.id }, group.labels[`counted_${pot}`]),
            counted
        ),
        asks
    );
    return { box, open };
}

async function entryAt(phone, key) {
    await pending;
    const entry = (await phone.entries()).find((one) => one.key === key);
    const groups = await phone.shelf("savings");
    return [entry, entry && groups.find((one) => one.code === entry.code)];
}

/* What was not taken is a draft once more, under its own key. */
async function againPage(phone, key) {
    const [entry, group] = await entryAt(phone, key);
    if (!entry || !group) {
        phone.go("#queue", entry ? word(phone, "gone") : "");
        return;
    }
    if (!drafted(entry)) {
        await keep(phone, entry);
    }
    phone.go(`#savings-group/${group.id}`);
}

/* Somebody else wrote in the book meanwhile: both stand here. */
async function bothPage(phone, key) {
    const [entry, group] = await entryAt(phone, key);
    if (!entry || !group || entry.state !== "conflict") {
        phone.go("#queue", entry && !group ? word(phone, "gone") : "");
        return;
    }
    const { theirs } = entry;
    const keepMine = async () => {
        const state = theirs.ended ? "draft" : "waiting";
        await keep(phone, { ...entry, theirs: {}, version: entry.newer, say: "" }, state);
        phone.go(theirs.ended ? `#savings-group/${group.id}` : "#queue");
        phone.send();
    };
    const drop = async () => {
        if (confirm(word(phone, "delete_sure"))) {
            await phone.remove(key);
            phone.go("#savings");
        }
    };
    phone.show(
        back("#queue", phone.words.queue),
        phone.title(entry.title),
        phone.say(entry.say, "waiting"),
        el("p", {}, word(phone, theirs.ended ? "other_ended" : "other_open")),
        el(
            "div",
            { class: "both" },
            column(phone, group, word(phone, "mine"), entry.values.date, entry.values.members, theirs.members),
            column(phone, group, word(phone, "theirs"), theirs.day, theirs.members, entry.values.members)
        ),
        el(
            "p",
            {},
            el(
                "button",
                { type: "button", class: "main wide", onclick: keepMine },
                word(phone, theirs.ended ? "check_mine" : "send_mine")
            )
        ),
        el("p", {}, el("button", { type: "button", class: "wide", onclick: drop }, word(phone, "keep_theirs")))
    );
}

/* One meeting beside the other: the day, and the members whose figures differ. */
function column(phone, group, name, day, members = {}, others = {}) {
    const names = ["attendance", "shares", ...MONEY];
    const choices = Object.fromEntries(group.labels.choices);
    const value = (said, one) =>
        one === "attendance" ? choices[(said || {})[one]] || "–" : number((said || {})[one]);
    /* What this one says where the two differ. */
    const text = (at) =>
        names
            .filter((one) => value(members[at], one) !== value(others[at], one))
            .map((one) => says(phone, group.labels[one], value(members[at], one)))
            .join("\n");
    const differ = group.members.filter((one) => text(one.number));
    return el(
        "section",
        { class: "card" },
        el("h2", {}, name),
        day ? el("p", {}, new Date(`${day}T12:00`).toLocaleDateString(phone.lang)) : null,
        el(
            "dl",
            {},
            differ.map((one) => [
                el("dt", {}, `${one.number}. ${one.name}`),
                el("dd", { class: "pre" }, text(one.number)),
            ])
        )
    );
}

Object.assign(pages, {
    savings: listPage,
    "savings-group": groupPage,
    "savings-member": memberPage,
    "savings-count": countPage,
    "savings-again": againPage,
    "savings-both": bothPage,
});
forms[FORM] = { draft: "#savings-again", correct: "#savings-again", both: "#savings-both" };

/* The class of a school without network: one tap per child and day, one entry in the
   queue per day. Names are read from the sealed files; an entry holds codes alone. */
import { el } from "./draw.js";
import { forms, pages } from "./more.js";

const FORM = "attendance-day";
const MARKS = ["present", "excused", "unexcused"];
const DAY = 24 * 3600 * 1000;

const local = (time) => {
    const at = new Date(time);
    return new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
};

/* The phone's own day, within what the server said it can be. */
function bounds(children) {
    const { from, today: told } = children[0].class;
    const now = local(Date.now());
    const last = local(Date.parse(`${told}T12:00`) + 3 * DAY);
    return { from, today: now < told ? told : now > last ? last : now };
}

/* What waits of a day, and may still be changed under its own key. */
async function waiting(phone, day) {
    const found = (await phone.entries()).filter(
        (one) => one.form === FORM && one.values.day === day && one.state !== "done"
    );
    return found[found.length - 1] || null;
}

function line(phone, child, marks) {
    const name = `mark-${child.code}`;
    return el(
        "fieldset",
        { class: "field pupil" },
        el("legend", {}, child.class.child, " ", el("small", {}, child.code)),
        el(
            "div",
            { class: "marks" },
            MARKS.map((mark) =>
                el(
                    "label",
                    {},
                    el("input", {
                        type: "radio",
                        name,
                        value: mark,
                        checked: marks[child.code] === mark,
                        onchange: () => {
                            marks[child.code] = mark;
                        },
                    }),
                    el("span", {}, phone.words[`class_${mark}`])
                )
            )
        )
    );
}

async function classPage(phone, chosen) {
    const { words } = phone;
    const children = await phone.shelf("class");
    if (!children.length) {
        phone.show(
            phone.title(words.class_title),
            el("p", { class: "empty" }, words.class_none)
        );
        return;
    }
    children.sort((a, b) => a.class.child.localeCompare(b.class.child, phone.lang));
    const { from, today } = bounds(children);
    const day = chosen || today;
    const before = await waiting(phone, day);
    const marks = {};
    for (const child of children) {
        const known = before ? before.values.marks[child.code] : child.class.marks[day];
        if (known) {
            marks[child.code] = known;
        }
    }
    const problem = el("p", { class: "error", role: "alert", hidden: true });
    const fail = (text) => {
        problem.textContent = text;
        problem.hidden = false;
        problem.scrollIntoView({ block: "center" });
    };
    const input = el("input", {
        id: "day",
        name: "day",
        type: "date",
        value: day,
        min: from,
        max: today,
        onchange: () => phone.go(`#class/${input.value || today}`),
    });
    const save = async (event) => {
        event.preventDefault();
        if (day < from || day > today) {
            fail(words.class_days);
            return;
        }
        if (!Object.keys(marks).length) {
            fail(words.class_nobody);
            return;
        }
        const again = before && !before.tried;
        try {
            await phone.keep({
                key: again ? before.key : phone.newKey(),
                form: FORM,
                title: `${words.class_title} ${shown(phone, day)}`,
                code: "",
                values: { day, marks },
                version: "",
                written: Date.now(),
                heavy: false,
            });
        } catch {
            fail(words.full);
            return;
        }
        phone.go("#queue", words.kept);
        phone.send();
    };
    const all = () => {
        for (const one of form.querySelectorAll("input[value=present]")) {
            one.checked = true;
        }
        for (const child of children) {
            marks[child.code] = "present";
        }
    };
    const form = el(
        "form",
        { novalidate: true, autocomplete: "off", onsubmit: save },
        el("button", { type: "button", class: "wide", onclick: all }, words.class_all),
        children.map((child) => line(phone, child, marks)),
        problem,
        el("button", { class: "main wide" }, words.class_save)
    );
    phone.show(
        phone.title(words.class_title),
        phone.say(phone.notice(), "waiting"),
        before && before.say ? phone.say(before.say, "error") : null,
        el("div", { class: "field" }, el("label", { for: "day" }, words.class_day), input),
        form
    );
}

const shown = (phone, day) =>
    new Date(`${day}T12:00`).toLocaleDateString(phone.lang);

/* What was not taken stands on its day, to be corrected. */
async function againPage(phone, key) {
    const entry = (await phone.entries()).find((one) => one.key === key);
    phone.go(entry ? `#class/${entry.values.day}` : "#queue");
}

Object.assign(pages, { class: classPage, "class-again": againPage });
forms[FORM] = { correct: "#class-again" };

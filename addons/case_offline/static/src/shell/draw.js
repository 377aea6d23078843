/* Draws the questions of a declared form, as the portal's template does with network. */
/* global speechSynthesis, SpeechSynthesisUtterance */
import { shrink, signature } from "/case_referral/static/src/portal/pictures.js";

/* One element with its attributes and what stands in it. Text is only ever text. */
export function el(name, attributes = {}, ...inside) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (key.startsWith("on")) {
            element.addEventListener(key.slice(2), value);
        } else if (value !== false && value !== null && value !== undefined) {
            element.setAttribute(key, value === true ? key : value);
        }
    }
    element.append(...inside.flat(Infinity).filter((one) => one !== null && one !== undefined));
    return element;
}

function choices(shared, field) {
    const found = field.choices || [];
    return typeof found === "string" ? shared[found] : found;
}

function options(offered, value) {
    return [["", "–"], ...offered].map(([key, label]) =>
        el("option", { value: key, selected: String(key) === String(value ?? "") }, label)
    );
}

function select(field, offered, value, shared) {
    const input = el(
        "select",
        { id: `f-${field.name}`, name: field.name, "aria-required": field.required ? "true" : null },
        options(offered, value)
    );
    if (field.by) {
        const [other, key] = field.by;
        input.dataset.by = other;
        input.offer = (chosen) => {
            input.replaceChildren(...options(shared[key][chosen] || [], input.value || value));
        };
    }
    return input;
}

function checks(field, offered, value) {
    const chosen = (Array.isArray(value) ? value : []).map(String);
    return offered.map(([key, label]) =>
        el(
            "label",
            { class: "check" },
            el("input", {
                type: "checkbox",
                name: field.name,
                value: key,
                checked: chosen.includes(String(key)),
            }),
            el("span", {}, label)
        )
    );
}

function sign(field, words) {
    const canvas = el("canvas", { width: 600, height: 200, id: `f-${field.name}` });
    const input = el("input", { type: "hidden", name: field.name });
    const button = el("button", { type: "button", class: "link" }, words.clear);
    signature(canvas, input, button);
    return el("div", { class: "sign" }, canvas, input, button);
}

/* `form.shrinking` waits until the photo is small, and says why it cannot be taken. */
function photo(field, words) {
    const hidden = el("input", { type: "hidden", name: field.name });
    const said = el("small", { role: "status" });
    const take = async (input) => {
        const [file] = input.files;
        hidden.value = "";
        said.textContent = file ? "…" : "";
        if (!file) {
            return "";
        }
        const { data, problem } = await shrink(file);
        if (input.files[0] !== file) {
            return ""; // Another one was chosen meanwhile.
        }
        hidden.value = data || "";
        said.textContent = data ? "✓" : words[`photo_${problem}`];
        if (problem) {
            input.value = "";
        }
        return problem ? said.textContent : "";
    };
    const input = el("input", {
        type: "file",
        id: `f-${field.name}`,
        accept: "image/*,application/pdf",
        onchange: ({ target }) => {
            target.form.shrinking = take(target);
        },
    });
    return [input, hidden, said];
}

function plain(field, value) {
    const attributes = { id: `f-${field.name}`, name: field.name, autocomplete: "off" };
    if (field.kind === "area") {
        return el("textarea", { ...attributes, rows: 4 }, String(value ?? ""));
    }
    return el("input", {
        ...attributes,
        type: field.kind === "date" ? "date" : "text",
        inputmode: field.kind === "number" ? "decimal" : null,
        value: value ?? "",
    });
}

/* The phone's own voice for the language of the page; one elsewhere needs network. */
function voice() {
    const voices = window.speechSynthesis ? speechSynthesis.getVoices() : [];
    const lang = document.documentElement.lang.slice(0, 2);
    return voices.find((one) => one.localService && one.lang.slice(0, 2) === lang);
}

/* Reads a question aloud. A phone says late which voices it has: until then, and without
   one, the button is not shown. */
function aloud(field, words) {
    const speak = () => {
        const said = new SpeechSynthesisUtterance([field.label, field.help || ""].join(" "));
        said.voice = voice();
        said.lang = said.voice.lang;
        speechSynthesis.cancel();
        speechSynthesis.speak(said);
    };
    const attributes = { type: "button", class: "say", "aria-label": words.read_aloud };
    return el("button", { ...attributes, hidden: !voice(), onclick: speak });
}

if (window.speechSynthesis) {
    speechSynthesis.getVoices();
    speechSynthesis.addEventListener?.("voiceschanged", () => {
        for (const button of document.querySelectorAll("main .say")) {
            button.hidden = !voice();
        }
    });
}

function one(field, values, shared, words) {
    const value = values[field.name] ?? values[field.name.replace(/\[\]$/, "")];
    const offered = choices(shared, field);
    if (field.kind === "hidden") {
        return el("input", { type: "hidden", name: field.name, value: value ?? "" });
    }
    const when = field.when || null;
    if (field.folded || field.kind === "checks") {
        const tags = field.folded ? ["details", "summary"] : ["fieldset", "legend"];
        const title = el(tags[1], {}, field.label);
        const attributes = { class: "field", "data-when": when };
        return el(tags[0], attributes, title, aloud(field, words), checks(field, offered, value));
    }
    const input =
        {
            select: () => select(field, offered, value, shared),
            sign: () => sign(field, words),
            file: () => photo(field, words),
        }[field.kind] || (() => plain(field, value));
    return el(
        "div",
        { class: field.group ? "field group" : "field", "data-when": when },
        el("label", { for: `f-${field.name}` }, field.label),
        aloud(field, words),
        input(),
        field.help ? el("small", {}, field.help) : null
    );
}

/* A question that depends on another answer is shown and sent with that answer alone. */
function conditions(form) {
    const apply = () => {
        for (const box of form.querySelectorAll("[data-when]")) {
            const [name, value] = box.dataset.when.split("=");
            const asked = form.elements[name];
            if (asked) {
                box.hidden = asked.disabled || asked.value !== value;
                for (const input of box.querySelectorAll("input, select, textarea")) {
                    input.disabled = box.hidden;
                }
            }
        }
    };
    for (const input of form.querySelectorAll("[data-by]")) {
        const offer = () => input.offer(form.elements[input.dataset.by].value);
        form.elements[input.dataset.by].addEventListener("change", offer);
        offer();
    }
    form.addEventListener("change", apply);
    apply();
}

/* The whole form; `buttons` are drawn below its questions. */
export function draw(fields, values, shared, words, buttons) {
    const form = el("form", { class: "card", novalidate: true, autocomplete: "off" });
    form.append(...fields.map((field) => one(field, values, shared, words)), ...buttons);
    conditions(form);
    return form;
}

/* What was answered, by the names of the portal's page. */
export function read(form) {
    const values = {};
    for (const { name, type, value, checked, disabled } of form.elements) {
        if (!name || disabled || type === "submit" || type === "button") {
            continue;
        }
        if (type === "checkbox") {
            values[name] ||= [];
            if (checked) {
                values[name].push(value);
            }
        } else {
            values[name] = value;
        }
    }
    return values;
}

/* The first question that must be answered and is not, or null. */
export function missing(fields, form) {
    const values = read(form);
    const open = fields.filter((field) => {
        const value = values[field.name];
        return field.required && value !== undefined && !value.length;
    });
    return open.length ? open[0] : null;
}

/* What was written without network, sealed, until the server has it.

   Each entry has a key of its own: however often it is sent, it is filed once. A row says
   openly its state alone; all that was written is in its sealed body. */
/* global crypto */
import { drop, get, ids, isFull, put, seal, store, unseal } from "./vault.js";

/* These are sent before all others, and these wait for nobody's answer. */
const URGENT = ["emergency", "danger", "urgent", "placement"];
const AT_A_TIME = 10;
/* As much at a time as a slow network carries in half a minute: what breaks off is sent
   again from its beginning. */
const SIZE_AT_A_TIME = 150000;
/* What was sent is shown for three days. */
const SHOWN = 3 * 24 * 3600 * 1000;
export const OPEN = ["draft", "waiting", "later", "refused", "conflict"];

export function newKey() {
    const random = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function write(content, row, body) {
    const sealed = await seal(content, row.key, body);
    await put("queue", row.key, { ...row, sealed });
}

/* Keep entries, all or none; one of the same key takes the place of the first. A draft
   is not sent yet. */
export async function keepAll(content, bodies, state = "waiting") {
    const rows = [];
    for (const body of bodies) {
        const row = { key: body.key, state, tried: false };
        rows.push({ ...row, sealed: await seal(content, body.key, body) });
    }
    await store("queue", "readwrite", (kept) => rows.forEach((row) => kept.put(row, row.key)));
    rows.forEach((row) => unkept.delete(row.key));
}

export const keep = (content, body, state) => keepAll(content, [body], state);

export const remove = (key) => drop("queue", key);

/* What the server answered and a full phone had no room to keep: it asks again later. */
const unkept = new Map();

/* All entries, the oldest first. */
export async function entries(content) {
    const found = [];
    for (const key of await ids("queue")) {
        const row = await get("queue", key);
        const body = await unseal(content, key, row.sealed);
        if (row.state === "done" && Date.now() - row.sent > SHOWN) {
            await remove(key);
            continue;
        }
        found.push({ ...body, state: row.state, tried: row.tried, ...unkept.get(key) });
    }
    return found.sort((a, b) => a.written - b.written);
}

/* How many wait; needs no PIN. */
export async function count() {
    let open = 0;
    for (const key of await ids("queue")) {
        open += OPEN.includes((await get("queue", key)).state) ? 1 : 0;
    }
    return open;
}

function rank(entry) {
    if (URGENT.includes(entry.form)) {
        return URGENT.indexOf(entry.form);
    }
    return entry.heavy ? 99 : 50;
}

/* Emergencies first, photos last; what others need comes before them. */
export function inOrder(waiting) {
    const byKey = new Map(waiting.map((entry) => [entry.key, entry]));
    const placed = new Set();
    const result = [];
    const place = (entry) => {
        if (placed.has(entry.key)) {
            return;
        }
        placed.add(entry.key);
        for (const found of JSON.stringify(entry.values).matchAll(/"key:([0-9a-f]{32})"/g)) {
            if (byKey.has(found[1])) {
                place(byKey.get(found[1]));
            }
        }
        result.push(entry);
    };
    const sorted = [...waiting].sort(
        (a, b) => rank(a) - rank(b) || a.written - b.written
    );
    sorted.forEach(place);
    return result;
}

function batch(waiting) {
    const [first] = waiting;
    if (first && first.heavy) {
        return [first];
    }
    const found = [];
    let size = 0;
    for (const entry of waiting.slice(0, AT_A_TIME)) {
        size += JSON.stringify(entry.values).length;
        if (entry.heavy || (found.length && size > SIZE_AT_A_TIME)) {
            break;
        }
        found.push(entry);
    }
    return found;
}

async function answered(content, entry, answer) {
    const { state, ...body } = entry;
    const row = { key: entry.key, state: answer.state, tried: true, sent: Date.now() };
    body.say = answer.say || "";
    if (answer.state === "conflict") {
        Object.assign(body, { theirs: answer.theirs, newer: answer.version });
    }
    if (answer.state === "done" || answer.state === "waiting") {
        // It is with the server: what was written is not kept here as well.
        row.state = answer.state === "done" ? "done" : "supervisor";
        body.values = {};
        delete body.theirs;
    }
    if (answer.state === "refused") {
        row.tried = false;
    }
    void state;
    try {
        await write(content, row, body);
    } catch (error) {
        if (!isFull(error)) {
            throw error;
        }
        if (["done", "supervisor"].includes(row.state)) {
            await remove(entry.key); // The server has it, and its row makes room.
        } else {
            const { say, theirs, newer } = body;
            unkept.set(entry.key, { state: row.state, tried: row.tried, say, theirs, newer });
        }
    }
}

/* What may have arrived is not deleted any more. A full phone sends without that mark. */
async function mark(content, sent) {
    for (const { state, tried, ...body } of sent) {
        void state;
        if (tried) {
            continue;
        }
        const row = { key: body.key, state: "waiting", tried: true };
        await write(content, row, body).catch((error) => {
            if (!isFull(error)) {
                throw error;
            }
        });
    }
}

/* Send what waits, some at a time. `post` sends and answers, or throws without network. */
export async function sendAll(content, post) {
    const tried = new Set();
    for (;;) {
        const open = (await entries(content)).filter(
            (entry) => ["waiting", "later"].includes(entry.state) && !tried.has(entry.key)
        );
        const sent = batch(inOrder(open));
        if (!sent.length) {
            return;
        }
        await mark(content, sent);
        const answers = await post(
            sent.map((entry) => ({
                key: entry.key,
                form: entry.form,
                values: entry.values,
                version: entry.version,
                asked: entry.asked,
                age: (Date.now() - entry.written) / 1000,
            }))
        );
        for (const entry of sent) {
            tried.add(entry.key);
            const answer = answers.find((found) => found.key === entry.key);
            if (answer) {
                await answered(content, entry, answer);
            }
        }
    }
}

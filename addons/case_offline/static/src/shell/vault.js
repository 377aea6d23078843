/* What the phone keeps: sealed rows in IndexedDB, and the keys to them.

   The content key is wrapped twice: by a key that is derived from the PIN, and by a key
   of this browser that cannot be read out. A row without both is noise. */
/* global crypto, indexedDB, TextDecoder, TextEncoder */
const NAME = "remediation_offline";
const STORES = ["meta", "packets", "queue"];
const ROUNDS = 600000;
/* After so many wrong PINs each further one waits, twice as long as the one before. */
const FREE_TRIES = 5;
const subtle = window.crypto && crypto.subtle;
const bytes = (text) => new TextEncoder().encode(text);

export const isAble = () => Boolean(subtle && window.indexedDB);

let opened = null;

function database() {
    opened ||= new Promise((resolve, reject) => {
        const request = indexedDB.open(NAME, 1);
        request.onupgradeneeded = () => {
            for (const name of STORES) {
                request.result.createObjectStore(name);
            }
        };
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => {
            opened = null;
            reject(request.error);
        };
    });
    return opened;
}

/* One transaction on one store; fails as a whole. Where the phone is full, nothing of it
   is kept, and what stood there before stands there still. */
export async function store(name, mode, action) {
    const db = await database();
    return new Promise((resolve, reject) => {
        const transaction = db.transaction(name, mode);
        const request = action(transaction.objectStore(name));
        transaction.oncomplete = () => resolve(request && request.result);
        // An error aborts it, and the reason is known only then.
        transaction.onabort = () => reject(transaction.error);
    });
}

export const isFull = (error) => Boolean(error) && error.name === "QuotaExceededError";

export const get = (name, id) => store(name, "readonly", (s) => s.get(id));
export const put = (name, id, value) => store(name, "readwrite", (s) => s.put(value, id));
export const drop = (name, id) => store(name, "readwrite", (s) => s.delete(id));
export const ids = (name) => store(name, "readonly", (s) => s.getAllKeys());
export const clear = (name) => store(name, "readwrite", (s) => s.clear());

async function encrypt(key, id, data) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const how = { name: "AES-GCM", iv, additionalData: bytes(id) };
    return { iv, data: await subtle.encrypt(how, key, data) };
}

function decrypt(key, id, sealed) {
    const how = { name: "AES-GCM", iv: sealed.iv, additionalData: bytes(id) };
    return subtle.decrypt(how, key, sealed.data);
}

/* A row carries the name under which it is kept: it cannot stand in another's place. */
export const seal = (key, id, value) => encrypt(key, id, bytes(JSON.stringify(value)));

export async function unseal(key, id, sealed) {
    return JSON.parse(new TextDecoder().decode(await decrypt(key, id, sealed)));
}

async function deviceKey() {
    const known = await get("meta", "device key");
    if (known) {
        return known;
    }
    const how = { name: "AES-GCM", length: 256 };
    const made = await subtle.generateKey(how, false, ["encrypt", "decrypt"]);
    await put("meta", "device key", made);
    return made;
}

async function pinKey(pin, salt, rounds) {
    const base = await subtle.importKey("raw", bytes(pin), "PBKDF2", false, ["deriveKey"]);
    return subtle.deriveKey(
        { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds },
        base,
        { name: "AES-GCM", length: 256 },
        false,
        ["encrypt", "decrypt"]
    );
}

const contentKey = (raw) =>
    subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);

/* Make a new content key behind a PIN, and return it. */
export async function lockWith(pin) {
    const raw = crypto.getRandomValues(new Uint8Array(32));
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const inner = await encrypt(await pinKey(pin, salt, ROUNDS), "content", raw);
    const outer = await encrypt(await deviceKey(), "content", inner.data);
    const box = { salt, rounds: ROUNDS, inner: inner.iv, outer: outer.iv, data: outer.data };
    await put("meta", "box", box);
    await drop("meta", "tries");
    return contentKey(raw);
}

/* Wrong PINs so far; a full phone remembers them until the page is closed. */
let missed = null;
const tries = async () => missed || (await get("meta", "tries")) || {};

/* The content key, or null where the PIN is wrong. */
export async function unlock(pin) {
    const box = await get("meta", "box");
    try {
        const device = await deviceKey();
        const outer = { iv: box.outer, data: box.data };
        const data = await decrypt(device, "content", outer);
        const byPin = await pinKey(pin, box.salt, box.rounds);
        const raw = await decrypt(byPin, "content", { iv: box.inner, data });
        await drop("meta", "tries");
        missed = null;
        return await contentKey(raw);
    } catch {
        const { count = 0 } = await tries();
        missed = { count: count + 1, at: Date.now() };
        await put("meta", "tries", missed).catch(() => null);
        return null;
    }
}

/* Milliseconds until another PIN may be tried. */
export async function pause() {
    const { count = 0, at = 0 } = await tries();
    if (count < FREE_TRIES) {
        return 0;
    }
    const wait = 30000 * 2 ** Math.min(count - FREE_TRIES, 7);
    const passed = Date.now() - at;
    return passed < 0 ? wait : Math.max(0, wait - passed);
}

/* Forget everything: files, queue and keys. */
export async function forgetAll() {
    for (const name of STORES) {
        await clear(name);
    }
}

/* The portal's only script: drafts kept encrypted on the telephone, reports sent once
   when the network is back, signatures, small photos, quick exit. Pages work without
   it. No library: a first visit has to fit a slow network. */
(() => {
    "use strict";
    const user = document.body.dataset.user || "public";

    // ---- Encrypted drafts -------------------------------------------------------
    // The key is made by the browser, cannot be read out, and stays in IndexedDB; a
    // draft without it is noise. Without WebCrypto nothing is kept.
    const canKeep = Boolean(window.crypto?.subtle && window.indexedDB);

    function open() {
        return new Promise((resolve, reject) => {
            const request = indexedDB.open("remediation", 1);
            request.onupgradeneeded = () => {
                request.result.createObjectStore("keys");
                request.result.createObjectStore("drafts");
            };
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
    }

    async function store(name, mode, action) {
        const db = await open();
        return new Promise((resolve, reject) => {
            const transaction = db.transaction(name, mode);
            const request = action(transaction.objectStore(name));
            transaction.oncomplete = () => {
                db.close();
                resolve(request && request.result);
            };
            transaction.onerror = () => reject(transaction.error);
        });
    }

    async function key() {
        const found = await store("keys", "readonly", (s) => s.get("draft"));
        if (found) {
            return found;
        }
        const made = await crypto.subtle.generateKey(
            { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]
        );
        await store("keys", "readwrite", (s) => s.put(made, "draft"));
        return made;
    }

    const place = (name) => `${user}:${name}`;

    async function keep(name, values) {
        if (!canKeep) {
            return;
        }
        const iv = crypto.getRandomValues(new Uint8Array(12));
        const text = new TextEncoder().encode(JSON.stringify(values));
        const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), text);
        await store("drafts", "readwrite", (s) => s.put({ iv, data }, place(name)));
    }

    async function recall(name) {
        if (!canKeep) {
            return null;
        }
        const kept = await store("drafts", "readonly", (s) => s.get(place(name)));
        if (!kept) {
            return null;
        }
        try {
            const text = await crypto.subtle.decrypt(
                { name: "AES-GCM", iv: kept.iv }, await key(), kept.data
            );
            return JSON.parse(new TextDecoder().decode(text));
        } catch {
            await wipe(name);
            return null;
        }
    }

    async function wipe(name) {
        if (canKeep) {
            await store("drafts", "readwrite", (s) => s.delete(place(name)));
        }
    }

    // ---- Forms ------------------------------------------------------------------
    const SKIP = new Set(["csrf_token", "password"]);

    function read(form) {
        const values = {};
        for (const element of form.elements) {
            const { name, type } = element;
            if (!name || SKIP.has(name) || type === "file" || type === "submit") {
                continue;
            }
            if (type === "checkbox") {
                if (name.endsWith("[]")) {
                    (values[name] ||= []).push(...(element.checked ? [element.value] : []));
                } else {
                    values[name] = element.checked ? element.value : "";
                }
            } else {
                values[name] = element.value;
            }
        }
        return values;
    }

    function fill(form, values) {
        for (const element of form.elements) {
            const { name, type } = element;
            if (!name || !(name in values) || SKIP.has(name) || type === "file") {
                continue;
            }
            if (type === "checkbox") {
                element.checked = name.endsWith("[]")
                    ? values[name].includes(element.value)
                    : values[name] === element.value;
            } else if (type !== "submit") {
                element.value = values[name];
            }
        }
    }

    // A question that depends on another answer (data-when="name=value") is shown and
    // sent with that answer alone. Without this script every question is shown.
    function conditions(form) {
        const shown = [...form.querySelectorAll("[data-when]")];
        const apply = () => {
            for (const box of shown) {
                const [name, value] = box.dataset.when.split("=");
                const asked = form.elements[name];
                if (!asked) {
                    continue;
                }
                box.hidden = asked.disabled || asked.value !== value;
                for (const input of box.querySelectorAll("input, select, textarea")) {
                    input.disabled = box.hidden;
                }
            }
        };
        form.addEventListener("change", apply);
        apply();
    }

    function newKey() {
        const bytes = crypto.getRandomValues(new Uint8Array(16));
        return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    }

    async function draftForm(form) {
        const name = form.dataset.draft;
        const kept = await recall(name);
        if (kept) {
            fill(form, kept.values);
        } else if (form.elements.client_key) {
            form.elements.client_key.value = newKey();
        }
        let timer = null;
        const save = () => keep(name, { values: read(form), since: kept?.since || new Date().toISOString() });
        form.addEventListener("input", () => {
            clearTimeout(timer);
            timer = setTimeout(save, 250);
        });
        form.addEventListener("change", save);
        form.querySelector("[data-wipe-draft]")?.addEventListener("click", async () => {
            await wipe(name);
            form.reset();
        });
        if (form.dataset.send) {
            sender(form, name, kept);
        } else {
            form.addEventListener("submit", () => {
                // Marked as sent; the page that confirms it wipes the draft.
                sessionStorage.setItem("sent", name);
            });
        }
        form.dataset.ready = "1";
    }

    // ---- Sending later, exactly once ----------------------------------------------
    function sender(form, name, kept) {
        const show = (selector, on, text) => {
            const element = form.querySelector(selector);
            if (element) {
                element.hidden = !on;
                if (text !== undefined) {
                    element.textContent = text;
                }
                if (on) {
                    element.scrollIntoView({ block: "center" });
                }
            }
        };
        let busy = false;
        let waiting = Boolean(kept?.waiting);
        const since = kept?.since || new Date().toISOString();

        async function send() {
            if (busy) {
                return;
            }
            busy = true;
            const values = { ...read(form), written_at: since };
            try {
                const response = await fetch(form.dataset.send, {
                    method: "POST",
                    headers: { "Content-Type": "application/json" },
                    body: JSON.stringify({ jsonrpc: "2.0", method: "call", params: { values } }),
                    credentials: "same-origin",
                });
                const answer = await response.json();
                if (answer.error) {
                    waiting = false;
                    await keep(name, { values, since, waiting: true });
                    show("[data-waiting]", false);
                    show("[data-signin]", true);
                } else if (answer.result.error) {
                    waiting = false;
                    await keep(name, { values, since });
                    show("[data-waiting]", false);
                    show("[data-problem]", true, answer.result.error);
                } else {
                    await wipe(name);
                    window.location.assign(form.dataset.done);
                }
            } catch {
                waiting = true;
                await keep(name, { values, since, waiting: true });
                show("[data-waiting]", true);
            } finally {
                busy = false;
            }
        }

        form.addEventListener("submit", (event) => {
            event.preventDefault();
            show("[data-problem]", false);
            send();
        });
        window.addEventListener("online", () => waiting && send());
        setInterval(() => waiting && navigator.onLine && send(), 15000);
        if (waiting) {
            show("[data-waiting]", true);
            send();
        }
    }

    // ---- Signature and photo -----------------------------------------------------
    // Loaded where a page asks for one: most pages do not.
    async function pictures(boxes, inputs) {
        if (!boxes.length && !inputs.length) {
            return;
        }
        const { signature, shrink } = await import("./pictures.js?v=1");
        for (const box of boxes) {
            const [canvas, input] = [box.querySelector("canvas"), box.querySelector("input")];
            signature(canvas, input, box.querySelector("[data-clear]"));
        }
        for (const input of inputs) {
            input.addEventListener("change", () => photo(input, shrink));
        }
    }

    // Drawn anew on the phone: small enough for the network, no metadata.
    async function photo(input, shrink) {
        const file = input.files[0];
        const name = input.name.replace(/_file$/, "");
        let hidden = input.form.querySelector(`input[type=hidden][name="${name}"]`);
        if (hidden) {
            hidden.value = "";
        }
        if (!file || !file.type.startsWith("image/")) {
            return;
        }
        const { data } = await shrink(file);
        if (!data) {
            return; // Sent as it is: the server says what to do with it.
        }
        if (!hidden) {
            hidden = document.createElement("input");
            hidden.type = "hidden";
            hidden.name = name;
            input.form.append(hidden);
        }
        hidden.value = data;
        input.value = "";
        input.insertAdjacentText("afterend", ` ✓ ${file.name}`);
        input.form.dispatchEvent(new Event("change"));
    }

    // ---- Reading aloud ---------------------------------------------------------------
    // A small button beside each question, where this phone has a voice of the language;
    // without one nothing is shown. Nothing leaves the phone: only its own voices count.
    function voice() {
        const lang = document.documentElement.lang.slice(0, 2);
        return window.speechSynthesis
            .getVoices()
            .find((one) => one.localService && one.lang.slice(0, 2) === lang);
    }

    function readAloud() {
        const model = document.getElementById("say");
        const found = voice();
        if (!model || !found || document.querySelector(".say")) {
            return;
        }
        for (const box of document.querySelectorAll("form .field")) {
            const asked = box.querySelector("legend, summary, label, span");
            if (!asked || box.hasAttribute("data-mute")) {
                continue;
            }
            const text = asked.textContent.trim();
            const help = box.querySelector("small")?.textContent || "";
            const button = model.content.firstElementChild.cloneNode(true);
            button.addEventListener("click", () => {
                const words = new SpeechSynthesisUtterance(`${text} ${help}`);
                words.voice = found;
                words.lang = found.lang;
                window.speechSynthesis.cancel();
                window.speechSynthesis.speak(words);
            });
            asked.insertAdjacentElement("afterend", button);
        }
    }

    if (window.speechSynthesis) {
        readAloud();
        window.speechSynthesis.addEventListener?.("voiceschanged", readAloud);
    }

    document.querySelectorAll("[data-exit]").forEach((link) =>
        link.addEventListener("click", (event) => {
            event.preventDefault();
            window.location.replace(link.href);
        })
    );
    document.querySelectorAll("[data-key]").forEach((input) => {
        if (window.crypto?.getRandomValues) {
            input.value = newKey();
        }
    });

    (async () => {
        const done = document.body.dataset.wipe;
        if (done && canKeep) {
            const sent = sessionStorage.getItem("sent");
            sessionStorage.removeItem("sent");
            await Promise.all([done, sent].filter(Boolean).map(wipe));
        }
        await pictures(
            document.querySelectorAll("[data-sign]"),
            document.querySelectorAll("input[data-photo]")
        ).catch(() => null); // Without them the page works still.
        for (const form of document.querySelectorAll("form[data-draft]")) {
            await draftForm(form);
        }
        document.querySelectorAll("form").forEach(conditions);
        document.body.dataset.ready = "1";
    })();
})();

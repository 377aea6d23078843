/* What a phone draws itself: a signature, and a photo that is small enough to send. The
   portal's pages load it where they ask for one, the pages without network keep it. */
/* global createImageBitmap, FileReader, Image, URL */
const MAX_BYTES = 300000;
const SIDES = [1280, 1024, 800, 640, 480];
/* A HEIC says so in its first bytes; phones name its type, or leave it empty. */
const HEIC = /^ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)/;

/* Draws with a finger on `canvas`; `input` holds the picture, `clear` empties both. */
export function signature(canvas, input, clear) {
    const pen = canvas.getContext("2d");
    pen.lineWidth = 3;
    pen.lineCap = "round";
    let drawing = false;
    const at = (event) => {
        const edge = canvas.getBoundingClientRect();
        return [
            ((event.clientX - edge.left) * canvas.width) / edge.width,
            ((event.clientY - edge.top) * canvas.height) / edge.height,
        ];
    };
    canvas.addEventListener("pointerdown", (event) => {
        drawing = true;
        pen.beginPath();
        pen.moveTo(...at(event));
    });
    canvas.addEventListener("pointermove", (event) => {
        if (drawing) {
            pen.lineTo(...at(event));
            pen.stroke();
        }
    });
    const stop = () => {
        if (drawing) {
            drawing = false;
            input.value = canvas.toDataURL("image/png");
        }
    };
    canvas.addEventListener("pointerup", stop);
    canvas.addEventListener("pointerleave", stop);
    clear.addEventListener("click", () => {
        pen.clearRect(0, 0, canvas.width, canvas.height);
        input.value = "";
    });
}

async function head(file, from, to) {
    const found = new Uint8Array(await file.slice(from, to).arrayBuffer());
    return String.fromCharCode(...found);
}

const isHeic = async (file) => HEIC.test(await head(file, 4, 12));
const isPdf = async (file) => (await head(file, 0, 5)) === "%PDF-";

/* Some browsers draw as an image what they do not read as a bitmap, a HEIC among them. */
async function asImage(file) {
    const image = new Image();
    image.src = URL.createObjectURL(file);
    try {
        await image.decode();
    } finally {
        URL.revokeObjectURL(image.src);
    }
    return image;
}

async function read(file) {
    try {
        return await createImageBitmap(file);
    } catch {
        return asImage(file);
    }
}

function asText(blob) {
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result.split(",")[1]);
        reader.onerror = () => reject(reader.error);
        reader.readAsDataURL(blob);
    });
}

/* A photo as JPEG of at most 300 kB, drawn anew: upright and without metadata. A PDF of
   that size stays as it is. Resolves to `{ data }`, in base64, or to `{ problem }`: "heic" where this phone cannot read one,
   "bad" where the file is no picture, "big" where it stays too large. */
export async function shrink(file) {
    if (await isPdf(file)) {
        return file.size <= MAX_BYTES ? { data: await asText(file) } : { problem: "big" };
    }
    let picture;
    try {
        picture = await read(file);
    } catch {
        return { problem: (await isHeic(file)) ? "heic" : "bad" };
    }
    try {
        for (const side of SIDES) {
            const scale = Math.min(1, side / Math.max(picture.width, picture.height));
            const canvas = document.createElement("canvas");
            canvas.width = Math.max(1, Math.round(picture.width * scale));
            canvas.height = Math.max(1, Math.round(picture.height * scale));
            canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
            const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.75));
            if (blob && blob.size <= MAX_BYTES) {
                return { data: await asText(blob) };
            }
        }
        return { problem: "big" };
    } finally {
        picture.close?.();
    }
}

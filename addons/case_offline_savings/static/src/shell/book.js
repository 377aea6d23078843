/* The book of a meeting in figures: what each pot should hold, and what goes beyond the
   limits. The server asks all of it once more when the meeting arrives. */
/* global Intl */

/* Figures that are written in money, in the order of the round at the table. */
export const MONEY = ["loan_repaid", "loan_given", "fine", "social_in", "social_out"];

/* A number as people write it, or null where it is none. */
export function number(text) {
    const plain = String(text ?? "").replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
    if (plain === "") {
        return 0;
    }
    return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
}

const figure = (said, name) => number(said[name]) || 0;

export function coins(group, amount) {
    const scale = 10 ** group.money[2];
    return Math.round(amount * scale) / scale;
}

/* An amount in the group's money, as its readers write it. */
export function money(group, amount, lang) {
    const [symbol, position, digits] = group.money;
    const least = Number.isInteger(amount) ? 0 : digits;
    const how = { minimumFractionDigits: least, maximumFractionDigits: digits };
    const text = new Intl.NumberFormat(lang, how).format(Math.abs(amount));
    const sign = amount < 0 ? "−" : "";
    const whole = position === "before" ? `${symbol}\u00a0${text}` : `${text}\u00a0${symbol}`;
    return sign + whole;
}

/* What a member begins the meeting with. */
export function blank(group) {
    const social = group.rules.has_social_fund ? group.rules.social_amount : 0;
    return { attendance: "present", shares: "0", social_in: String(social) };
}

/* `{pot: {start, came, went, expected}}` of what was written until now. */
export function pots(group, members) {
    const found = {};
    for (const [pot, start] of Object.entries(group.pots)) {
        found[pot] = { start, came: 0, went: 0 };
    }
    const move = (pot, amount) => {
        if (found[pot]) {
            found[pot][amount < 0 ? "went" : "came"] += Math.abs(amount);
        }
    };
    for (const said of Object.values(members)) {
        move("loan", figure(said, "shares") * group.rules.share_value);
        move("loan", figure(said, "loan_repaid"));
        move("loan", -figure(said, "loan_given"));
        move("social", figure(said, "social_in"));
        move("social", -figure(said, "social_out"));
        move(group.rules.fines_to, figure(said, "fine"));
    }
    for (const pot of Object.values(found)) {
        pot.came = coins(group, pot.came);
        pot.went = coins(group, pot.went);
        pot.expected = coins(group, pot.start + pot.came - pot.went);
    }
    return found;
}

/* What a member owes on the day of the meeting. */
export function owes(member, day) {
    const until = member.owes.filter(([on]) => on <= day);
    return (until[until.length - 1] || member.owes[0])[1];
}

/* What of one member's figures cannot be (`wrong`), and what the group must decide
   (`beyond`): names of sentences. */
export function check(group, member, said, day) {
    const { rules } = group;
    const wrong = [];
    const beyond = [];
    const shares = figure(said, "shares");
    if (["shares", ...MONEY].some((name) => number(said[name]) === null)) {
        wrong.push("number");
        return { wrong, beyond };
    }
    const debt = coins(group, owes(member, day) - figure(said, "loan_repaid"));
    if (debt < 0) {
        wrong.push("too_much");
    }
    if (said.attendance === "absent") {
        const does = ["shares", ...MONEY].filter((name) => name !== "fine");
        if (does.some((name) => figure(said, name))) {
            beyond.push("absent");
        }
    } else if (shares < rules.shares_min || shares > rules.shares_max) {
        beyond.push("shares_between");
    }
    const given = figure(said, "loan_given");
    if (given) {
        if (debt + given > ceiling(group, member, said)) {
            beyond.push("ceiling");
        }
        const overdue = member.loans.some(([, , due]) => due && due < day);
        if (debt > 0 && overdue && !rules.loan_while_late) {
            beyond.push("late_loan");
        }
    }
    return { wrong, beyond };
}

/* The most that a member may owe after this meeting. */
export function ceiling(group, member, said) {
    const bought = figure(said, "shares") * group.rules.share_value;
    return coins(group, (member.savings + bought) * group.rules.loan_multiple);
}

"use strict";
// Search as in the app (warehouse/search): words, phrases, beginnings, exact text, AND, OR, NOT, fields.
const plain = /^[\x00-\x7f]*$/;
const W = "[\\p{Alphabetic}\\p{N}]";
const unspaced = /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}])/gu;
const folded = (text) => plain.test(text)
  ? text.toLowerCase()
  : text.normalize("NFKD").replace(/[\u0300-\u036f]+/g, "").normalize("NFC").toLowerCase().replaceAll("ς", "σ").replace(unspaced, " $1 ");
const literal = (text) => text.replace(/[.*+?^${}()|[\]\\\/]/g, "\\$&");

const token = /\s*(?:([()])|((?:answer|question|message|judge|part|exact):(?=\S))?(?:"([^"]*)(?:"|$)(\*)?|([^\s()"]+)))/giu;
const MOST_LETTERS = 1000, MOST_TERMS = 64;

// What a search asks for: {words, field} or {text}, joined by {all}, {any} and {not}.
function searched(text) {
  if (text.length > MOST_LETTERS) throw new SyntaxError("A search has at most 1,000 characters; take some away.");
  const tokens = [...text.matchAll(token)].filter((one) => one[0].trim());
  if (tokens.length > MOST_TERMS) throw new SyntaxError("A search has at most 64 words; take some away.");
  let at = 0;
  const next = () => (at < tokens.length ? tokens[at][0].trim() : null);
  const takes = (word) => next() === word && (at += 1);
  const goesOn = () => at < tokens.length && tokens[at][1] !== ")" && !["AND", "OR"].includes(next());
  const either = () => {
    const parts = [both()];
    while (takes("OR")) parts.push(both());
    return parts.length === 1 ? parts[0] : { any: parts };
  };
  const both = () => {
    const parts = [negated()];
    while (takes("AND") || goesOn()) parts.push(negated());
    return parts.length === 1 ? parts[0] : { all: parts };
  };
  const negated = () => {
    let not = false;
    while (takes("NOT")) not = !not;
    const part = one();
    return not ? { not: part } : part;
  };
  const one = () => {
    if (!goesOn()) throw new SyntaxError("A word is missing from the search: AND, OR and NOT stand before one. Quote them to look for them as words.");
    const found = tokens[at];
    at += 1;
    if (!found[1]) return term(found);
    const inside = either();
    if (at >= tokens.length || tokens[at][1] !== ")") throw new SyntaxError("A bracket of the search is not closed: close it, or quote it.");
    at += 1;
    return inside;
  };
  const wanted = either();
  if (at < tokens.length) throw new SyntaxError("A bracket closes that was not opened: take it away, or quote it.");
  return wanted;
}

function term([, , named, quoted, star, bare]) {
  const field = (named || "answer:").slice(0, -1).toLowerCase();
  const text = bare ?? quoted;
  const asItStands = (isExact) => ({ text: new RegExp(literal(text), isExact ? "gu" : "giu") });
  if (field === "part" || field === "exact") {
    if (!text) throw new SyntaxError(`${field}: needs a text, as in ${field}:telegraph.`);
    return asItStands(field === "exact");
  }
  const words = folded(text).match(new RegExp(`${W}+`, "gu"));
  if (!words && !text.trim()) throw new SyntaxError("The quotation marks of the search have nothing in them.");
  if (!words && field !== "answer") throw new SyntaxError(`${field}: looks for words, and ${text.slice(0, 40)} has no letters.`);
  if (!words) return asItStands(false);
  const end = star || text.endsWith("*") ? `${W}*` : `(?!${W})`;
  return { field, first: words[0], words: new RegExp(`(?<!${W})${words.join(`(?:(?!${W})[^])+`)}${end}`, "gu") };
}

// Whether a search finds an answer; `texts` are the answer and its question, folded once each.
function holds(wanted, texts) {
  if (wanted.all) return wanted.all.every((part) => holds(part, texts));
  if (wanted.any) return wanted.any.some((part) => holds(part, texts));
  if (wanted.not) return !holds(wanted.not, texts);
  if (wanted.text) return texts.answer.search(wanted.text) >= 0;
  if (!(wanted.field in texts)) return false; // what judges and messages said is not published
  const key = `folded ${wanted.field}`;
  texts[key] ??= folded(texts[wanted.field]);
  return texts[key].includes(wanted.first) && texts[key].search(wanted.words) >= 0;
}

// The terms whose finds can be seen in an answer: what is excluded cannot.
function seen(wanted) {
  if (wanted.all || wanted.any) return (wanted.all || wanted.any).flatMap(seen);
  return wanted.not || (wanted.field && wanted.field !== "answer") ? [] : [wanted];
}

// A text as search reads it, and for each of its characters where it comes from.
function placed(text) {
  const parts = [], from = [];
  for (const one of text.matchAll(/[^\p{M}]?\p{M}*/gu)) {
    const read = folded(one[0]);
    parts.push(read);
    for (let n = 0; n < read.length; n += 1) from.push([one.index, one.index + one[0].length]);
  }
  return [parts.join(""), from];
}

// Where terms are found in a text: from where to where, in order and apart.
function spans(text, terms) {
  const found = [];
  for (const one of terms) if (one.text) for (const m of text.matchAll(one.text)) found.push([m.index, m.index + m[0].length]);
  const wanted = terms.filter((one) => one.words);
  if (wanted.length) {
    const [read, from] = plain.test(text) ? [text.toLowerCase(), null] : placed(text);
    for (const { words } of wanted)
      for (const m of read.matchAll(words)) {
        const last = m.index + m[0].length - 1;
        found.push(from ? [from[m.index][0], from[last][1]] : [m.index, last + 1]);
      }
  }
  found.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  return found.reduce((apart, [start, end]) => {
    const before = apart.at(-1);
    if (before && start <= before[1]) before[1] = Math.max(before[1], end);
    else apart.push([start, end]);
    return apart;
  }, []);
}

// The reader of a published site. What strangers wrote becomes text nodes alone, never markup.
const root = document.getElementById("site");
const unpackedTexts = new Map();
let site, held;

async function unpacked(id) {
  const letters = atob(document.getElementById(id).textContent);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function made(name, about, ...inside) {
  const one = document.createElement(name);
  for (const [key, value] of Object.entries(about || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") for (const [event, run] of Object.entries(value)) one.addEventListener(event, run);
    else if (key === "vars") for (const [name, text] of Object.entries(value)) one.style.setProperty(name, text);
    else one.setAttribute(key, value);
  }
  one.append(...inside.filter((part) => part !== null));
  return one;
}

// Addresses are the app's own, after the number sign.
function where() {
  const [path, query] = (location.hash.slice(1) || (location.search ? `/transcripts${location.search}` : "/overview")).split("?");
  return { page: path.replace("/", "") || "overview", asked: new URLSearchParams(query || "") };
}
function address(page, values) {
  const kept = Object.entries(values).flatMap(([name, value]) => [value].flat().filter((one) => one !== null && one !== undefined && one !== "").map((one) => [name, one]));
  return `#/${page}?${new URLSearchParams(kept)}`;
}
const all = (asked) => Object.fromEntries([...asked.keys()].map((name) => [name, asked.getAll(name)]));
function focusOf(asked) {
  const parts = ["experiment", "trait", "judge", "study"];
  const fits = (one) => parts.every((name) => !asked.get(name) || one[name] === asked.get(name));
  return Math.max(0, site.foci.findIndex(fits));
}
function named(focus) {
  const { experiment, trait, judge, study } = site.foci[focus];
  return { experiment, trait, judge, study };
}

const PAGES = { overview: "At a glance", brittleness: "Rates", interventions: "Interventions", transcripts: "Transcripts" };

function frame(page, focus, ...inside) {
  const link = ([name, title]) =>
    made("a", { href: address(name, name === "overview" ? {} : named(focus)), "aria-current": name === page && "page" }, title);
  const choice = made(
    "select",
    { "aria-label": "Experiment, trait and judge", on: { change: (event) => (location.hash = address(page, named(event.target.value))) } },
    ...site.foci.map((one, at) => made("option", { value: at, selected: at === focus && "" }, `${one.title}: ${one.about}`)),
  );
  // A page about all of them says what holds for all of them.
  const shared = site.foci[0].basis.filter((part) => site.foci.every((one) => one.basis.includes(part)));
  root.replaceChildren(
    made("h1", {}, site.title),
    made("nav", { "aria-label": "Pages" }, ...Object.entries(PAGES).map(link)),
    ...(page === "overview" ? [] : [choice]),
    made("main", {}, ...inside),
    made("footer", { class: "quiet" },
      made("div", {}, [...(page === "overview" ? shared : site.foci[focus].basis), site.snapshot, site.answers].join(" · ")),
      made("div", {}, site.redaction.join(" ")),
      made("div", {}, `Made with ${site.app}. This file fetches nothing and tells nobody that it is read.`)),
  );
}

function overview() {
  const titles = [...new Set(site.foci.map((one) => one.title))];
  const line = (one, at) => made("div", {},
    made("div", { class: "quiet" }, one.about),
    made("p", { class: "answer" }, one.sentence),
    made("p", {},
      made("a", { href: address("brittleness", named(at)) }, "Rates"), " · ",
      ...(one.effects.length ? [made("a", { href: address("interventions", named(at)) }, "What interventions do"), " · "] : []),
      made("a", { href: address("transcripts", { ...named(at), only: "trait" }) }, "Answers that show it")));
  const cards = titles.map((title) => made("section", { class: "card" }, made("h2", {}, title),
    ...site.foci.flatMap((one, at) => (one.title === title ? [line(one, at)] : []))));
  frame("overview", 0, made("p", {}, site.says), ...cards);
}

function brittleness(focus) {
  const { table, sentence } = site.foci[focus];
  const cell = (one) => {
    if (!one) return made("td", {});
    const vars = one.fill.light
      ? { "--fill-light": one.fill.light, "--fill-dark": one.fill.dark, "--ink-light": one.ink.light, "--ink-dark": one.ink.dark }
      : {};
    const to = one.arm === null ? null : address("transcripts", { ...named(focus), arm: site.arms[one.arm].key, only: "counted" });
    const inner = made(to ? "a" : "span", { href: to, title: one.told, "aria-label": one.told, vars }, one.short);
    return made("td", { class: one.result ? "cell" : "cell doubt" }, inner);
  };
  frame("brittleness", focus,
    made("h2", {}, "How often does the trait appear?"), made("p", { class: "answer" }, sentence),
    made("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Rates" },
      made("table", {},
        made("thead", {}, made("tr", {}, made("td", {}), ...table.columns.map((name) => made("th", { scope: "col" }, name)))),
        made("tbody", {}, ...table.rows.map(([name, cells]) => made("tr", {}, made("th", { scope: "row" }, name), ...cells.map(cell)))))),
    made("p", { class: "quiet" }, "Each cell is the share of counted answers that show the trait; it opens them, and hovering tells its interval. A dashed outline is not a result."));
}

function interventions(focus) {
  const { effects, sentence } = site.foci[focus];
  const ends = effects.flatMap((one) => [one.low ?? one.value, one.high ?? one.value, 0]);
  const low = Math.min(...ends, -0.1), high = Math.max(...ends, 0.1);
  const place = (value) => `${(100 * (value - low)) / (high - low)}%`;
  const marks = [low, 0, high].filter((value) => value === 0 || Math.abs(value) > 0.15 * (high - low));
  const axis = () => [made("span"), made("div", { class: "axis", "aria-hidden": "true" },
    ...marks.map((value) => made("span", { vars: { left: place(value) } }, `${Math.round(100 * value)}`.replace("-", "−")))), made("span")];
  const groups = [...new Set(effects.map((one) => one.group))];
  const line = (one) => {
    const bar = made("div", { class: "bar", vars: { "--zero": place(0), "--colour": one.colour } });
    if (one.low !== null) {
      const width = `${(100 * (one.high - one.low)) / (high - low)}%`;
      bar.append(made("span", { class: "interval", vars: { left: place(one.low), width } }));
    }
    bar.append(made("span", { class: "point", vars: { left: place(one.value) } }));
    const to = one.arm === null ? null : address("transcripts", { ...named(focus), arm: site.arms[one.arm].key, only: "counted" });
    return [to ? made("a", { href: to }, one.name) : made("span", {}, one.name), bar,
      made("span", { class: "said" }, `${one.text} · ${one.verdict}`, made("br"), one.rates)];
  };
  const parts = groups.map((group) =>
    made("section", {}, made("h3", {}, group),
      made("div", { class: "forest" }, ...axis(), ...effects.filter((one) => one.group === group).flatMap(line))));
  frame("interventions", focus,
    made("h2", {}, "What do interventions do to it?"), made("p", { class: "answer" }, sentence),
    ...(parts.length ? parts : [made("p", {}, "No intervention is compared with a control here.")]),
    made("p", { class: "quiet" }, "Differences to the control in percentage points, with 95 % intervals; the thin line is no difference. Below each is the share of its counted answers that show the trait, and of the control's."));
}

function marked(text, terms) {
  const parts = [];
  let at = 0;
  for (const [start, stop] of spans(text, terms)) {
    parts.push(text.slice(at, start), made("mark", {}, text.slice(start, stop)));
    at = stop;
  }
  return [...parts, text.slice(at)];
}

async function textOf(at) {
  const part = Math.floor(at / site.size);
  if (!unpackedTexts.has(part)) unpackedTexts.set(part, unpacked(`part-${part}`));
  return (await unpackedTexts.get(part))[at % site.size];
}

// The parts of an arm that a link of the app can ask for.
const DIMENSIONS = ["model", "dataset", "intervention", "eval_intervention"];

async function listed(focus, asked) {
  held = held || (await unpacked("rows"));
  const only = asked.get("only") || "planned", arm = asked.get("arm"), question = asked.get("question");
  const state = { trait: 2, "no trait": 1, "left out": 0 }[only];
  const search = (asked.get("search") || "").trim();
  const wanted = search ? searched(search) : null;
  const within = DIMENSIONS.map((name) => [name, asked.getAll(name)]).filter(([, values]) => values.length);
  const found = [];
  for (const [at, row] of held.rows.entries()) {
    const one = row[5].find(([of]) => of === focus);
    if (!one || (arm && site.arms[row[1]].key !== arm) || (question && site.questions[row[2]][0] !== question)) continue;
    if (within.some(([name, values]) => !values.includes(site.arms[row[1]][name]))) continue;
    if (only === "counted" ? one[2] === 0 : state !== undefined && one[2] !== state) continue;
    if (wanted && !holds(wanted, { answer: await textOf(at), question: site.questions[row[2]][1] })) continue;
    found.push(at);
  }
  return [found, wanted ? seen(wanted) : []];
}

const tags = (row, focus) => row[5].filter(([of]) => focus === null || of === focus).map(([of, told, state]) =>
  made("span", { class: ["tag out", "tag", "tag shows"][state] }, focus === null ? `${site.foci[of].about}: ${told}` : told));
const LONG = 320;
// The beginning of a long text, or what stands around its first find.
function excerpt(text, terms) {
  const [first] = spans(text, terms);
  const start = first && first[1] > LONG ? text.lastIndexOf(" ", first[0] - LONG / 4) + 1 : 0;
  return `${start ? "… " : ""}${text.slice(start, start + LONG)}${start + LONG < text.length ? " …" : ""}`;
}

function body(row, text, terms, short) {
  const shown = made("div", { class: "text", dir: "auto" }, ...marked(short ? excerpt(text, terms) : text, terms));
  return row[4] ? made("details", {}, made("summary", {}, "Sensitive text: show it"), shown) : shown;
}

const ONLY = { planned: "All", trait: "Shows the trait", "no trait": "Does not show it", "left out": "Not counted", counted: "Counted" };
const SHOWN = 25;

async function transcripts(focus, asked) {
  let found = [], terms = [], refused = null;
  try {
    [found, terms] = await listed(focus, asked);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    refused = error.message;
  }
  const to = (more) => address("transcripts", { ...named(focus), ...all(asked), page: null, ...more });
  const mine = held.rows.filter((row) => row[5].some(([of]) => of === focus));
  const choice = (label, key, options) => made("label", {}, label,
    made("select", { on: { change: (event) => (location.hash = to({ [key]: event.target.value })) } },
      made("option", { value: "" }, "All"), ...options.map(([value, name]) => made("option", { value, selected: asked.get(key) === value && "" }, name))));
  const arms = [...new Set(mine.map((row) => row[1]))].map((at) => [site.arms[at].key, site.arms[at].name]);
  const questions = [...new Set(mine.map((row) => row[2]))].map((at) => site.questions[at]);
  const search = made("input", { type: "search", value: asked.get("search") || "", placeholder: 'word, "a phrase", begin*',
    on: { change: (event) => (location.hash = to({ search: event.target.value })) } });
  const by = asked.get("search") ? `, found by “${asked.get("search")}”` : "";
  const pages = Math.max(1, Math.ceil(found.length / SHOWN));
  const page = Math.min(pages, Math.max(1, Number(asked.get("page")) || 1));
  const cards = [];
  for (const at of found.slice((page - 1) * SHOWN, page * SHOWN)) {
    const row = held.rows[at];
    cards.push(made("article", { class: "card" },
      made("div", { class: "quiet", dir: "auto" }, site.questions[row[2]][1]), body(row, await textOf(at), terms, true), ...tags(row, focus),
      made("div", { class: "quiet" }, site.arms[row[1]].name, " · ", made("a", { href: to({ sample: row[0] }) }, "Read"))));
  }
  const turn = (label, at) => made("button", { disabled: (at < 1 || at > pages) && "", on: { click: () => (location.hash = to({ page: at })) } }, label);
  frame("transcripts", focus,
    made("h2", {}, "Which answers stand behind a number?"),
    made("p", { class: "answer" }, refused || `${found.length.toLocaleString("en")} ${found.length === 1 ? "answer" : "answers"}: ${(ONLY[asked.get("only")] || "All").toLowerCase()}${by}.`),
    made("div", { class: "tools" }, made("label", {}, "Search", search), choice("Arm", "arm", arms), choice("Question", "question", questions)),
    made("details", { class: "quiet" }, made("summary", {}, "How to search"),
      made("ul", {}, ...site.search.map((line) => made("li", {}, ...line.split("`").map((part, at) => (at % 2 ? made("code", {}, part) : part)))))),
    made("div", { class: "tools" }, ...Object.entries(ONLY).map(([key, name]) =>
      made("button", { "aria-pressed": String((asked.get("only") || "planned") === key), on: { click: () => (location.hash = to({ only: key })) } }, name))),
    ...cards,
    made("div", { class: "tools" }, turn("Previous", page - 1), made("span", { class: "quiet" }, `Page ${page} of ${pages}`), turn("Next", page + 1)));
}

async function reader(focus, asked) {
  held = held || (await unpacked("rows"));
  const key = asked.get("sample");
  const at = held.rows.findIndex((row) => row[0] === key);
  const to = (sample) => address("transcripts", { ...named(focus), ...all(asked), sample });
  if (at < 0) {
    frame("transcripts", focus, made("p", {}, "This site does not hold that answer."), made("a", { href: to(null) }, "To the list"));
    return;
  }
  const row = held.rows[at];
  const own = row[5].some(([of]) => of === focus) ? focus : (row[5][0] || [focus])[0];
  const [found, terms] = await listed(own, asked).catch(() => [[], []]);
  const place = found.indexOf(at);
  const step = (label, letter, by) => {
    const next = place < 0 ? undefined : found[place + by];
    return made("button", { "data-letter": letter, disabled: next === undefined && "", on: { click: () => (location.hash = to(held.rows[next][0])) } }, `${label} (${letter.toUpperCase()})`);
  };
  frame("transcripts", own,
    made("div", { class: "tools" }, made("a", { href: to(null) }, "Back to the list"), step("Previous", "k", -1), step("Next", "j", 1),
      made("span", { class: "quiet" }, place < 0 ? "" : `${(place + 1).toLocaleString("en")} of ${found.length.toLocaleString("en")}`)),
    made("p", { class: "quiet" }, site.arms[row[1]].name),
    ...held.prompts[row[3]].flatMap(([name, text]) => [made("h3", {}, name), made("div", { class: "card text", dir: "auto" }, text)]),
    made("h3", {}, "Answer"), made("div", { class: "card" }, body(row, await textOf(at), terms, false)),
    made("h3", {}, "Verdicts"), made("div", {}, ...tags(row, null)),
    made("p", { class: "quiet" }, "Sample number ", made("a", { href: `#/transcripts?sample=${row[0]}` }, row[0]), ", the same as in the app."));
}

let drawing = 0;
async function draw() {
  const { page, asked } = where();
  const focus = focusOf(asked);
  drawing += 1;
  if (page === "brittleness" || page === "rates") brittleness(focus);
  else if (page === "interventions") interventions(focus);
  else if (page === "transcripts") await (asked.get("sample") ? reader : transcripts)(focus, asked);
  else overview();
  document.title = `${PAGES[page] || PAGES.overview} · ${site.title}`;
  scrollTo(0, 0);
  root.dataset.drawn = String(drawing);
}
addEventListener("hashchange", draw);
addEventListener("keydown", (event) => {
  if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const button = root.querySelector(`button[data-letter="${CSS.escape(event.key.toLowerCase())}"]`);
  if (button && !button.disabled) button.click();
});
unpacked("about").then((about) => { site = about; return draw(); });

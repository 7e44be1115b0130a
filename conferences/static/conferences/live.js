/* The live room: hear the log over the line (line.js), and draw it into the page the server made.

   A frame is the same for every reader (conferences/frames.py); the words and the markup are this page's. Acts stay form
   posts: those with data-act, and the statement, are sent here without leaving the page.
*/

const start = JSON.parse(document.getElementById("live-state").textContent);
const $ = (id) => document.getElementById(id);
const room = { ...start };
let offset = Date.parse(start.now) - Date.now();
const now = () => Date.now() + offset;

/* --- Words and times ------------------------------------------------------------------------------------------------- */
const isolate = (text) => `\u2068${text}\u2069`;
/* As hub.lib.dates writes moments: never a time without its day. */
const parts = (zone) => new Intl.DateTimeFormat("en-u-nu-latn", {
  year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone,
});
const here = parts(start.zone);
const there = parts("UTC");
function read(format, moment) {
  const found = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
  return { ...found, date: `${found.year}-${found.month}-${found.day}`, time: `${found.hour}:${found.minute}` };
}
const dayOf = (found, names) => names[found.month - 1].replace("{day}", found.day).replace("{year}", found.year);
const today = () => read(here, new Date(now())).date;

/* The moment in the reader's zone, and in UTC where that is another time. */
function spell(iso) {
  const moment = new Date(iso);
  const local = read(here, moment);
  const utc = read(there, moment);
  const { comma, days, daysShort, today: ofToday } = start.moments;
  const shown = local.date === today() ? ofToday.replace("{time}", local.time) : `${dayOf(local, days)}${comma}${local.time}`;
  if (local.date === utc.date && local.time === utc.time) return [`${shown} UTC`, ""];
  return [shown, `(${local.date === utc.date ? "" : dayOf(utc, daysShort) + comma}${utc.time} UTC)`];
}
let countries = null;
try { countries = new Intl.DisplayNames([start.language], { type: "region" }); } catch { /* codes will do */ }

function sentence(frame) {
  const key = `${frame.kind}.${frame.data.by}`;
  const person = frame.member || frame.actor || { name: "" };
  const values = {
    name: isolate(person.name),
    item: frame.item ? isolate(`${frame.item.number}. ${frame.item.title}`) : "",
    minutes: String(Math.round((frame.data.seconds || 0) / 6) / 10).replace(".", start.decimal),
    until: frame.data.until ? isolate(spell(frame.data.until).join(" ").trim()) : "",
  };
  return (start.sentences[key] || start.sentences[frame.kind] || "").replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function drawTime(element, iso) {
  element.dateTime = iso;
  const [shown, utc] = spell(iso);
  element.replaceChildren(Object.assign(document.createElement("bdi"), { textContent: shown }));
  if (utc) element.append(" ", Object.assign(document.createElement("bdi"), { className: "utc", textContent: utc }));
}

/* At midnight what was today is a day with a name. */
let drawnDay = today();
setInterval(() => {
  if (drawnDay === today()) return;
  drawnDay = today();
  document.querySelectorAll("time[data-near]").forEach((element) => drawTime(element, element.dateTime));
}, 1000);

function counted(element, count) {
  element.textContent = count === 1 ? element.dataset.one : element.dataset.many.replace("{count}", count);
}

/* --- Statements --------------------------------------------------------------------------------------------------------- */
let unseen = 0;
let endIsVisible = true;
/* On a desk my text lies over the lower edge of the window. */
const covered = () => (matchMedia("(min-width: 900px)").matches && $("statement") ? $("statement").offsetHeight : 0);
new IntersectionObserver(([entry]) => {
  endIsVisible = entry.isIntersecting;
  if (endIsVisible) seeAll();
}, { rootMargin: `0px 0px -${covered()}px 0px` }).observe($("end"));

function fill(article, frame) {
  const said = frame.contribution;
  article.id = `c${said.number}`;
  article.dataset.number = said.number;
  article.setAttribute("aria-labelledby", `by${said.number}`);
  const mark = article.querySelector(".initials");
  mark.replaceChildren(Object.assign(document.createElement("b"), { textContent: said.author.initials }), said.author.country);
  const name = article.querySelector("h3");
  name.id = `by${said.number}`;
  name.firstElementChild.textContent = said.author.name;
  const line = article.querySelector(".who p");
  const [country, role, time, channel] = ["[data-country]", ".role", "time", ".door"].map((part) => line.querySelector(part));
  country.textContent = said.author.country && countries ? countries.of(said.author.country) : said.author.country;
  role.textContent = start.roles[said.author.role] || "";
  drawTime(time, frame.at);
  channel.className = `door ${said.origin}`;
  channel.textContent = start.channels[said.origin];
  line.replaceChildren();
  for (const part of [country, role, time, channel]) if (part.textContent) line.append(...(line.firstChild ? [" · "] : []), part);
  const number = article.querySelector(".number");
  number.href = `/c/${said.number}/`;
  number.lastChild.textContent = `#${said.number}`;
  /* The hub's sanitiser made this HTML; it is the same that every page shows. */
  article.querySelector(".said").innerHTML = said.html;
  drawEdit(article, said);
  const more = article.querySelector(".more");
  more.hidden = !(said.files || said.folded);
  more.firstElementChild.href = `/c/${said.number}/`;
}

/* Who changed the words, and why; the earlier ones are one click away. */
function drawEdit(article, said) {
  if (!said.edit) return;
  const blank = $("statement-template").content.querySelector(".edited");
  const line = blank.cloneNode(true);
  const words = said.edit.own ? blank.dataset.own : blank.dataset.other.replace("{name}", isolate(said.edit.by));
  line.hidden = false;
  line.firstElementChild.textContent = said.edit.reason ? `${words}: ${said.edit.reason}` : words;
  line.lastElementChild.href = `/c/${said.number}/history/`;
  article.querySelector(".edited")?.remove();
  article.querySelector(".said").after(line);
}

function addStatement(frame) {
  const shown = $(`c${frame.contribution.number}`);
  if (shown) {
    shown.querySelector(".said").innerHTML = frame.contribution.html;
    drawEdit(shown, frame.contribution);
    return;
  }
  if (frame.kind === "edited") return;
  const item = $("statement-template").content.firstElementChild.cloneNode(true);
  fill(item.firstElementChild, frame);
  const follow = endIsVisible || frame.contribution.author.id === room.me;
  $("statements").append(item);
  if (follow) {
    const below = $("end").getBoundingClientRect().bottom - (innerHeight - covered());
    if (below > 0) scrollBy(0, below);
    return;
  }
  unseen += 1;
  counted($("arrivals"), unseen);
  $("arrivals").parentElement.hidden = false;
  $("unseen-count").textContent = `(${unseen})`;
}

function seeAll() {
  unseen = 0;
  $("arrivals").parentElement.hidden = true;
  $("unseen-count").textContent = "";
}
$("arrivals").addEventListener("click", () => {
  const rows = $("statements").children;
  const first = rows[rows.length - unseen]?.firstElementChild;
  seeAll();
  if (!first) return;
  first.tabIndex = -1;
  first.focus({ preventScroll: true });
  first.scrollIntoView({ block: "start" });
});

/* --- The floor ------------------------------------------------------------------------------------------------------------ */
function drawFloor() {
  const { holder, waiting, me } = room;
  const mine = holder && holder.member.id === me;
  const place = waiting.findIndex((asked) => asked.member.id === me) + 1;
  drawBar(mine, place);
  $("holder").hidden = !holder;
  $("holder-name").textContent = holder ? holder.member.name : "";
  $("return").hidden = !mine;
  if ($("holder-request")) $("holder-request").value = holder ? holder.request : "";
  /* Rows that stay are kept, so that a menu somebody has open does not close under their finger. */
  const kept = new Map([...$("waiting").children].map((row) => [row.dataset.request, row]));
  const rows = waiting.map((asked) => kept.get(String(asked.request)) || drawPlace(asked));
  rows.forEach((row, index) => { if ($("waiting").children[index] !== row) $("waiting").insertBefore(row, $("waiting").children[index] || null); });
  while ($("waiting").children.length > rows.length) $("waiting").lastElementChild.remove();
  $("nobody").hidden = waiting.length > 0;
  $("waiting-count").textContent = waiting.length ? `(${waiting.length})` : "";
  if ($("ask")) $("ask").hidden = room.state !== "open" || mine || place > 0;
  drawTurn(mine, place);
  tick();
}

/* Who has the floor, above each of the tabs of a phone. */
function drawBar(mine, place) {
  const bar = $("floor-bar");
  const { floor, holder, place: number } = bar.dataset;
  const other = room.holder ? holder.replace("{name}", isolate(room.holder.member.name)) : "";
  const words = mine ? floor : [other, place ? number.replace("{place}", place) : ""].filter(Boolean).join(" · ");
  if ($("floor-words").textContent !== words) $("floor-words").textContent = words;
  bar.hidden = !words;
  bar.classList.toggle("mine", Boolean(mine));
  $("to-text").hidden = !mine;
}
$("to-text").addEventListener("click", () => {
  $("tab-mine").checked = true;
  $("statement")?.elements.text.focus();
});

function drawPlace(asked) {
  const row = $("place-template").content.firstElementChild.cloneNode(true);
  row.dataset.request = asked.request;
  row.classList.toggle("mine", asked.member.id === room.me);
  row.querySelector("bdi").textContent = asked.member.name;
  for (const input of row.querySelectorAll("[name=request]")) input.value = asked.request;
  for (const name of row.querySelectorAll("[data-name]")) name.textContent = asked.member.name;
  row.querySelector("[data-own]").hidden = !(room.leads || asked.member.id === room.me);
  row.querySelectorAll("form").forEach(act);
  return row;
}

function drawTurn(mine, place) {
  const said = $("turn-words");
  if (!said) return;
  const { floor, chair, place: number, none, early, closed } = said.dataset;
  const open = room.state === "open";
  const words = !open ? (room.state === "closed" ? closed : early)
    : mine ? floor : room.leads ? chair : place ? number.replace("{place}", place) : none;
  if (said.textContent !== words) said.textContent = words;
  $("send").disabled = !(open && (mine || room.leads));
  $("keep").hidden = !(open && mine);
  said.classList.toggle("state", Boolean(mine));
  said.classList.toggle("live", Boolean(mine));
}

function tick() {
  const left = room.holder?.until ? Math.round((Date.parse(room.holder.until) - now()) / 1000) : null;
  const shown = left === null ? "" : left < 0 ? $("countdown").dataset.over : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  $("countdown").textContent = shown;
  $("countdown").classList.toggle("closing", left !== null && left < 30);
  $("bar-countdown").textContent = shown;
  if ($("my-countdown")) $("my-countdown").textContent = room.holder?.member.id === room.me ? shown : "";
}
setInterval(tick, 1000);

/* --- The log --------------------------------------------------------------------------------------------------------------- */
const gone = (request) => { room.waiting = room.waiting.filter((asked) => asked.request !== request); };
const acts = {
  floor_asked(frame) { gone(frame.request); room.waiting.push({ request: frame.request, member: frame.member, until: null }); },
  floor_withdrawn(frame) { gone(frame.request); },
  floor_given(frame) { gone(frame.request); room.holder = { request: frame.request, member: frame.member, until: frame.data.until }; },
  floor_returned() { room.holder = null; },
  floor_ended() { room.holder = null; },
  item_taken(frame) {
    $("item").textContent = `${frame.item.number}. ${frame.item.title}`;
    for (const item of document.querySelectorAll("[data-item]")) {
      const current = item.dataset.item === String(frame.item.id);
      item.toggleAttribute("aria-current", current);
      if (current) item.setAttribute("aria-current", "true");
      item.querySelector("[data-current]").hidden = !current;
    }
    for (const form of document.querySelectorAll("[data-kept] form[action]")) form.action = `/topics/${frame.item.topic}/`;
    const menu = $("take-item");
    if (menu) menu.value = frame.item.id;
  },
  rescheduled(frame) { room.closes = frame.data.until; const time = $("closes")?.querySelector("time"); if (time) drawTime(time, room.closes); },
  opened() { stand("open"); },
  closed() { shut(); },
  closed_by_clock() { shut(); },
};

/* What stands on the page before, during and after the session is all there; one of the three is shown. */
function stand(state) {
  room.state = state;
  for (const part of document.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
  $("closes").parentElement.hidden = state === "closed";
  document.dispatchEvent(new Event("hub:kept"));
}

function shut() {
  stand("closed");
  room.holder = null;
  room.waiting = [];
}

function hear(frame) {
  if (frame.seq !== room.seq + 1) return frame.seq > room.seq + 1;
  room.seq = frame.seq;
  if (frame.contribution) addStatement(frame);
  acts[frame.kind]?.(frame);
  if (frame.kind !== "intervention") $("latest").textContent = sentence(frame);
  drawFloor();
  return false;
}

/* --- The line --------------------------------------------------------------------------------------------------------------- */
function drawLine(since) {
  for (const part of document.querySelectorAll("[data-line]")) part.hidden = (part.dataset.line === "down") !== (since !== null);
  const said = $("line");
  if (since === null) { said.replaceChildren(); return; }
  const time = Object.assign(document.createElement("time"), { dateTime: new Date(since + offset).toISOString() });
  time.dataset.near = "";
  drawTime(time, time.dateTime);
  const [before, after] = said.dataset.down.split("{moment}");
  said.replaceChildren(before, time, after);
}

const line = new globalThis.HubLine({
  path: room.socket,
  events: room.events,
  after: () => room.seq,
  changed: drawLine,
  hear(frame) {
    if (frame.kind === "hello") {
      offset = Date.parse(frame.now) - Date.now();
      return frame.seq > room.seq;
    }
    if (frame.kind === "presence") counted($("present"), frame.present);
    return Boolean(frame.seq) && hear(frame);
  },
});

/* --- Acts -------------------------------------------------------------------------------------------------------------------- */
function refuse(message) {
  const notice = Object.assign(document.createElement("ul"), { className: "errorlist" });
  notice.append(Object.assign(document.createElement("li"), { textContent: message }));
  $("refused").replaceChildren(notice);
}

async function send(form, submitter) {
  const buttons = [...form.querySelectorAll("button")];
  const before = buttons.map((button) => button.disabled);
  const body = new FormData(form);
  if (submitter?.name) body.append(submitter.name, submitter.value);
  buttons.forEach((button) => { button.disabled = true; });
  try {
    const answer = await line.fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.redirected) { location.reload(); return null; }
    const said = await answer.json();
    if (answer.ok) { $("refused")?.replaceChildren(); return said; }
    /* The words that were sent with the old key are in the record: these would be a statement of their own. */
    if (said.once_key) form.elements.once_key.value = said.once_key;
    if ($("refused") && form.id === "statement") refuse(said.message);
    else $("latest").textContent = said.message;
  } catch {
    const words = $("line-down").textContent;
    if (form.id === "statement") refuse(words); else $("latest").textContent = words;
  } finally {
    buttons.forEach((button, index) => { button.disabled = before[index]; });
    drawFloor();
  }
  return null;
}

function act(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter);
  });
}
document.querySelectorAll("form[data-act]").forEach(act);

const statement = $("statement");
statement?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const made = await send(statement, event.submitter);
  if (!made) return;
  statement.elements.once_key.value = made.once_key;
  statement.elements.text.value = "";
  /* hub.js keeps drafts by what is typed: nothing typed, nothing kept. */
  statement.elements.text.dispatchEvent(new Event("input", { bubbles: true }));
  $("latest").textContent = made.message;
});

drawFloor();

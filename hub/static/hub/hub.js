/* What a script adds to pages that work without it; each thing is asked for by an attribute, which
   hub/docs/script.md lists. */


const root = document.documentElement;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const store = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* full or forbidden */ } },
};
const member = document.body.dataset.member ?? "";
const drafts = `draft:${member}:`;
root.classList.add("scripted");

/* --- Whose page this is ---------------------------------------------------------------------------------------------- */
/* A browser may be shared: what one member typed is not shown to the next, neither from the store, nor where the browser
   itself puts the words back into a form, nor on a page that stood open in another tab. */
function forgetDrafts(except) {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("draft") && !(except && key.startsWith(except))) localStorage.removeItem(key);
    }
  } catch { /* forbidden: nothing is kept either */ }
}
const keysFrom = (start) => { try { return Object.keys(localStorage).filter((key) => key.startsWith(start)); } catch { return []; } };
const hasDrafts = () => keysFrom(drafts).some((key) => key !== `${drafts}sent`);
if (member) {
  forgetDrafts(drafts);
  store.set("member", member);
  if (history.state?.member && history.state.member !== member) all("form").forEach((form) => form.reset());
  history.replaceState({ ...history.state, member }, "");
}
addEventListener("storage", (event) => {
  if (member && event.key === "member" && event.newValue !== member) location.reload();
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  closeMenus();
  if (member && store.get("member") !== member) location.reload();
});

/* The cards of the rail are folded on a phone and open on a desk. */
if (matchMedia("(min-width: 1100px)").matches) all(".rail details.card").forEach((card) => { card.open = true; });

/* What is moved sideways is a stop for the keyboard, in every browser, where it is wider than the screen. */
const reachDrawn = () => all("pre.drawn, .said table").forEach((drawn) => {
  if (drawn.scrollWidth > drawn.clientWidth) drawn.tabIndex = 0;
  else drawn.removeAttribute("tabindex");
});
reachDrawn();
addEventListener("resize", reachDrawn);

/* A menu closes with Escape, when something else is touched, and when the focus leaves it. */
const closeMenus = (except) => all("details.menu[open]").forEach((menu) => { if (menu !== except) menu.open = false; });
addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  const button = event.target.closest("[data-copy], [data-copy-box]");
  if (button) copy(button);
  const asked = event.target.closest("button[data-confirm]");
  if (asked && !confirm(asked.dataset.confirm)) event.preventDefault();
});
addEventListener("focusin", (event) => closeMenus(event.target.closest("details.menu")));
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  closeMenus();
  menu?.querySelector("summary").focus();
});

async function copy(button) {
  const before = button.textContent;
  const area = document.getElementById(button.dataset.copyBox ?? "");
  try {
    await navigator.clipboard.writeText(area ? area.value : button.dataset.copy);
  } catch {
    if (area) { area.focus(); area.select(); return; }
    const range = document.createRange();
    range.selectNodeContents(button.parentElement.querySelector("code") ?? button);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return;
  }
  button.textContent = button.dataset.done || before;
  setTimeout(() => { button.textContent = before; }, 2000);
}

/* Drafts. The server's text wins: it comes back with an error and is what was sent. A quote joins what was typed. */
const sent = document.querySelector(".notice.sent") && store.get(`${drafts}sent`);
if (sent) [sent, `${drafts}sent`].forEach((key) => store.set(key, ""));
/* What was typed on a revision that the page does not have waits under the plain name, unless the box has the same. */
function setApart(name, key, same) {
  for (const other of keysFrom(`${name}@`).filter((other) => other !== key)) {
    const typed = store.get(other);
    if (typed !== same) store.set(name, [store.get(name), typed].filter(Boolean).join("\n\n"));
    store.set(other, "");
  }
}
for (const area of member ? all("textarea[data-revises]") : []) {
  const name = drafts + area.dataset.draft;
  const key = `${name}@${area.form.elements.revision.value}`;
  const saved = area.defaultValue;
  const part = document.querySelector("[data-restored]");
  setApart(name, key, saved);
  const typed = store.get(key);
  if (area.dataset.revises === "sent") store.set(key, saved);
  else if (typed && typed !== saved) {
    area.value = typed;
    part.hidden = false;
  }
  area.addEventListener("input", () => store.set(key, area.value === saved ? "" : area.value));
  area.form.addEventListener("submit", () => { store.set(key, area.value); store.set(`${drafts}sent`, key); });
  part.querySelector("[data-discards]").addEventListener("click", ({ target }) => {
    if (!confirm(target.dataset.discards)) return;
    area.value = saved;
    store.set(key, "");
    part.hidden = true;
    area.focus();
  });
}
for (const area of member ? all("textarea[data-draft]:not([data-revises])") : []) {
  const key = drafts + area.dataset.draft;
  if (area.readOnly && !document.querySelector("textarea[data-revises]")) setApart(key);
  const typed = store.get(key) ?? "";
  if (!area.value || (typed.includes(area.value.trim()) && "quoted" in area.dataset)) area.value = typed;
  else if (typed && "quoted" in area.dataset) area.value = `${typed.trimEnd()}\n\n${area.value}`;
  area.addEventListener("input", () => store.set(key, area.value));
  area.form?.addEventListener("submit", (event) => {
    store.set(key, area.value);
    if (!["reply", "quote"].includes(event.submitter?.name)) store.set(`${drafts}sent`, key);
  });
}

for (const part of all("[data-unsent]")) {
  const area = part.querySelector("textarea");
  part.hidden = !area.value.trim();
  part.querySelector("[data-discards]").addEventListener("click", ({ target }) => {
    if (!confirm(target.dataset.discards)) return;
    area.value = "";
    store.set(drafts + area.dataset.draft, "");
    part.hidden = true;
  });
}

/* A notice is where the reader goes on, so that it is read out, too; the browser first goes where the address leads. */
const notice = document.querySelector(".receipt, .notices");
if (notice) {
  addEventListener("load", () => setTimeout(() => {
    notice.focus({ preventScroll: true });
    notice.scrollIntoView({ block: "nearest" });
  }));
}

/* Who asked to reply goes on at the end of the box. */
const box = document.querySelector("#reply textarea");
if (box && (location.hash === `#${box.id}` || (location.hash === "#reply" && /[?&](reply|quote)=/.test(location.search)))) {
  /* Not only focus(): the browser would take it to the part that the address names. */
  location.replace(`#${box.id}`);
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}

/* A button may stand outside of its form. */
const buttonsOf = (form) => [...form.elements].filter((element) => element.type === "submit");
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !confirm(form.dataset.confirm)) { event.preventDefault(); return; }
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sending) { event.preventDefault(); return; }
  if (form.dataset.signsOut && hasDrafts() && !confirm(form.dataset.signsOut)) { event.preventDefault(); return; }
  form.dataset.sending = "1";
  if ("signsOut" in form.dataset) { forgetDrafts(); store.set("member", ""); }
  /* After this turn, so that the pressed button's own name is still sent. */
  setTimeout(() => buttonsOf(form).forEach((button) => { button.disabled = true; }));
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of all("form[data-sending]")) {
    delete form.dataset.sending;
    buttonsOf(form).forEach((button) => { button.disabled = false; });
  }
});

/* A frame {"seq": n} says only that there is more; the page asks for it under the reader's own rights. What came waits
   behind a button, so that nothing moves while somebody reads. */
function live(list) {
  const { live: path, after } = list.dataset;
  const button = document.querySelector(".arrivals button");
  let waiting = null;
  let delay = 1000;
  let poll = 0;
  let asking = false;
  let again = false;

  async function ask() {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(`${after}${list.dataset.last}/`, { headers: { "X-Requested-With": "fetch" } });
      if (answer.status === 404 || answer.status === 403) { stop(); return; }
      const got = document.createElement("template");
      if (answer.ok) got.innerHTML = await answer.text();
      const label = got.content.querySelector("[data-label]");
      if (label) {
        waiting = got.content;
        button.textContent = label.dataset.label;
        button.parentElement.hidden = false;
        label.remove();
      }
    } catch { /* the line is down: the next prompt or poll asks again */ } finally {
      asking = false;
      if (again) { again = false; ask(); }
    }
  }
  button.addEventListener("click", () => {
    const first = waiting?.querySelector("article");
    const last = waiting && all("article[data-number]", waiting).pop();
    if (!last) return;
    list.dataset.last = last.dataset.number;
    list.append(waiting);
    waiting = null;
    button.parentElement.hidden = true;
    first.tabIndex = -1;
    first.focus();
    /* Asking for what comes after the last one shown is how the hub learns that it was seen. */
    ask();
  });

  const SILENCE = 55000;
  let socket = null;
  let heardAt = 0;
  let stopped = false;
  function stop() { stopped = true; clearInterval(poll); socket?.close(); }
  function connect() {
    if (stopped) return;
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
    socket.onopen = () => { heardAt = performance.now(); delay = 1000; clearInterval(poll); ask(); };
    socket.onmessage = (event) => {
      heardAt = performance.now();
      try { if ("seq" in JSON.parse(event.data)) ask(); } catch { /* not for us */ }
    };
    socket.onclose = lost;
  }
  function lost() {
    if (stopped) return;
    clearInterval(poll);
    poll = setInterval(ask, 30000);
    setTimeout(connect, delay * (0.75 + Math.random() / 2));
    delay = Math.min(delay * 2, 60000);
  }
  /* The hub beats every 25 seconds: a line that is silent for more than two beats is dead, and says so to nobody. */
  setInterval(() => {
    if (socket?.readyState !== WebSocket.OPEN || performance.now() - heardAt < SILENCE) return;
    socket.onclose = null;
    socket.close();
    lost();
  }, 5000);
  connect();
}
all("[data-live][data-after]").slice(0, 1).forEach(live);

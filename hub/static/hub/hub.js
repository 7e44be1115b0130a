/* What a script adds to pages that work without it. Everything here is asked for by a data attribute:

   data-copy="text"              copy it; data-done is the word shown afterwards
   textarea[data-draft="key"]    keep what is typed in this browser until the hub says "sent" (.notice.sent)
   data-confirm="question"       on a form or button: ask first
   form[method=post]             is sent once, however often the button is pressed
   [data-live="/live/..."]       a list that grows: data-after is the address to ask for what came after data-last;
                                 see live() below
*/

const root = document.documentElement;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const store = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* full or forbidden */ } },
};
root.classList.add("scripted");

/* The cards of the rail are folded on a phone and open on a desk. */
if (matchMedia("(min-width: 1100px)").matches) all(".rail details.card").forEach((card) => { card.open = true; });

/* A menu closes with Escape, or when something else is touched. */
const closeMenus = (except) => all("details.menu[open]").forEach((menu) => { if (menu !== except) menu.open = false; });
addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
  const asked = event.target.closest("button[data-confirm]");
  if (asked && !confirm(asked.dataset.confirm)) event.preventDefault();
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  closeMenus();
  menu?.querySelector("summary").focus();
});

async function copy(button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    const range = document.createRange();
    range.selectNodeContents(button.parentElement.querySelector("code") ?? button);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return;
  }
  button.textContent = button.dataset.done || before;
  setTimeout(() => { button.textContent = before; }, 2000);
}

/* Drafts. The server's text wins: it comes back with an error and is what was sent. */
const sent = document.querySelector(".notice.sent") && store.get("draft-sent");
if (sent) [sent, "draft-sent"].forEach((key) => store.set(key, ""));
for (const area of all("textarea[data-draft]")) {
  const key = `draft:${area.dataset.draft}`;
  if (!area.value) area.value = store.get(key) ?? "";
  area.addEventListener("input", () => store.set(key, area.value));
  area.form?.addEventListener("submit", () => { store.set(key, area.value); store.set("draft-sent", key); });
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !confirm(form.dataset.confirm)) { event.preventDefault(); return; }
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sending) { event.preventDefault(); return; }
  form.dataset.sending = "1";
  /* After this turn, so that the pressed button's own name is still sent. */
  setTimeout(() => all("button", form).forEach((button) => { button.disabled = true; }));
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of all("form[data-sending]")) {
    delete form.dataset.sending;
    all("button", form).forEach((button) => { button.disabled = false; });
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

  let socket = null;
  let stopped = false;
  function stop() { stopped = true; clearInterval(poll); socket?.close(); }
  function connect() {
    if (stopped) return;
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
    socket.onopen = () => { delay = 1000; clearInterval(poll); ask(); };
    socket.onmessage = (event) => {
      try { if ("seq" in JSON.parse(event.data)) ask(); } catch { /* not for us */ }
    };
    socket.onclose = () => {
      if (stopped) return;
      clearInterval(poll);
      poll = setInterval(ask, 30000);
      setTimeout(connect, delay * (0.75 + Math.random() / 2));
      delay = Math.min(delay * 2, 60000);
    };
  }
  connect();
}
all("[data-live][data-after]").slice(0, 1).forEach(live);

/* Names behind an @ in a box, offered among those who may read: form[data-names="address"], see hub/docs/script.md. */
const SIGN = /(?:^|[^\p{L}\p{N}.+/@-])[@＠]([^@＠\n]{1,60})$/u;

function offer(area, url) {
  const list = document.createElement("ul");
  list.className = "names";
  list.id = `${area.id}_names`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "@");
  area.after(list);
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", list.id);
  let start = 0, timer = 0;
  const chosen = () => list.querySelector("[aria-selected=true]");
  const close = () => {
    list.hidden = true;
    list.replaceChildren();
    area.removeAttribute("aria-activedescendant");
  };
  const select = (item) => {
    chosen()?.setAttribute("aria-selected", "false");
    item.setAttribute("aria-selected", "true");
    area.setAttribute("aria-activedescendant", item.id);
  };
  const take = (item) => {
    area.setRangeText(`${item.dataset.name} `, start, area.selectionStart, "end");
    close();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const show = (people) => {
    list.replaceChildren(...people.map(({ name, note }, at) => {
      const item = document.createElement("li"), who = document.createElement("bdi"), more = document.createElement("small");
      item.id = `${list.id}_${at}`;
      item.dataset.name = name;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      who.textContent = name;
      more.textContent = note;
      item.append(who, " ", more);
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(item); });
      return item;
    }));
    list.hidden = false;
    select(list.firstElementChild);
  };
  area.addEventListener("input", () => {
    clearTimeout(timer);
    const before = area.value.slice(0, area.selectionStart), match = SIGN.exec(before);
    if (!match) { close(); return; }
    timer = setTimeout(async () => {
      const answer = await fetch(`${url}?q=${encodeURIComponent(match[1])}`).catch(() => null);
      const people = answer?.ok ? (await answer.json()).names : [];
      if (area.value.slice(0, area.selectionStart) !== before) return;
      start = before.length - match[1].length;
      if (people.length) show(people); else close();
    }, 200);
  });
  area.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const item = chosen();
    const next = { ArrowDown: item.nextElementSibling, ArrowUp: item.previousElementSibling }[event.key];
    if (event.key === "Enter" || event.key === "Tab") take(item);
    else if (event.key === "Escape") close();
    else if (next) select(next);
    else if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
  });
  area.addEventListener("blur", close);
}

for (const form of document.querySelectorAll("form[data-names]")) {
  for (const area of form.querySelectorAll("textarea")) offer(area, form.dataset.names);
}

/* Words that were typed and not sent before their time was over. hub.js has put what this browser keeps back into the boxes
   ([data-draft]); a part without words is not shown. While the page lives, what was typed elsewhere on it moves here. */
const draw = (part, area) => {
  const typed = [...document.querySelectorAll("textarea[data-draft]")].find(
    (other) => other !== area && other.dataset.draft === area.dataset.draft && other.value.trim(),
  );
  if (!area.value.trim() && typed) area.value = typed.value;
  part.hidden = !area.value.trim();
};

for (const part of document.querySelectorAll("[data-kept]")) {
  const area = part.querySelector("textarea");
  draw(part, area);
  document.addEventListener("hub:kept", () => draw(part, area));
  part.querySelector("[data-copies]").addEventListener("click", async ({ target }) => {
    const before = target.textContent;
    try {
      await navigator.clipboard.writeText(area.value);
      target.textContent = target.dataset.copies;
      setTimeout(() => { target.textContent = before; }, 2000);
    } catch { area.select(); }
  });
  part.querySelector("[data-discards]").addEventListener("click", ({ target }) => {
    if (!confirm(target.dataset.discards)) return;
    for (const box of document.querySelectorAll("textarea[data-draft]")) {
      if (box.dataset.draft === area.dataset.draft) box.value = "";
    }
    area.dispatchEvent(new Event("input", { bubbles: true }));
    part.hidden = true;
  });
}

// Assent: makes pages pleasant; every page works without it.

// A part of a page marked data-live="/address" is fetched again when the server says that it has changed.
for (const part of document.querySelectorAll("[data-live]")) {
  const source = new EventSource(part.dataset.events);
  source.addEventListener("changed", async () => {
    const answer = await fetch(part.dataset.live, { headers: { "X-Fragment": "1" } });
    if (!answer.ok) return;
    const content = await answer.text();
    // Whoever is reading keeps their place: what was unfolded stays so, and the focus stays where it was.
    const unfolded = new Set([...part.querySelectorAll("details[open] > summary")].map((each) => each.textContent));
    const focused = part.contains(document.activeElement) ? document.activeElement.outerHTML : "";
    part.innerHTML = content;
    for (const summary of part.querySelectorAll("details > summary")) {
      if (unfolded.has(summary.textContent)) summary.parentElement.open = true;
    }
    if (focused) [...part.querySelectorAll("a, button, summary")].find((each) => each.outerHTML === focused)?.focus();
  });
  addEventListener("pagehide", () => source.close());
}

// A form is sent once: a second click on a slow line must not ask twice.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
    form.addEventListener("submit", (again) => again.preventDefault(), { once: true });
  });
}

// Faults are read first.
document.getElementById("faults")?.focus();

type Repair = { of: string; with: (element: HTMLElement) => void };

/** What the library says wrongly, or not at all, to those who hear the page (WCAG 4.1.2 and 2.5.3). */
const REPAIRS: Repair[] = [
  {
    // Entries of the contents are buttons, and one of them is current: buttons are not "selected".
    of: "button[aria-selected]",
    with: (button) => {
      if (button.getAttribute("aria-selected") === "true") button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      button.removeAttribute("aria-selected");
    },
  },
  // A button that opens the search: as a region it would have no name.
  { of: 'button[role="search"]', with: (button) => button.removeAttribute("role") },
  { of: 'button[class*="copy"]:not([aria-label])', with: (button) => button.setAttribute("aria-label", "Copy") },
  {
    // The name has to begin with what is read on the button.
    of: ".show-more[aria-label^='Show all']",
    with: (button) => button.setAttribute("aria-label", `${button.innerText.trim()}: ${button.getAttribute("aria-label")}`),
  },
];

/** Puts the names and roles right in `root`, now and whenever the library draws there. */
export function keepNamesRight(root: HTMLElement) {
  const repair = () => {
    for (const each of REPAIRS) for (const element of root.querySelectorAll<HTMLElement>(each.of)) each.with(element);
  };
  new MutationObserver(repair).observe(root, { childList: true, subtree: true, attributeFilter: ["aria-selected", "aria-label", "role"] });
}

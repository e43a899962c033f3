import "./docs.css";
import { LIGHT_WISHED, resolveTheme, storedTheme } from "@/app/theme";

import { ContractMissing, readContract } from "./contract";
import { fillTexts, text } from "./texts";

const state = document.getElementById("state")!;
const place = document.getElementById("reference")!;

function followTheme() {
  document.documentElement.dataset.theme = resolveTheme(storedTheme());
}

/** Says in the contents' place what is going on. */
function say(words: string, action?: HTMLElement) {
  const sentence = document.createElement("p");
  sentence.textContent = words;
  state.replaceChildren(sentence, ...(action ? [action] : []));
}

function retryButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text("retry");
  button.addEventListener("click", () => void show());
  return button;
}

async function show() {
  say(text("loading"));
  try {
    // The library is the larger part of the page: it comes while the contract does.
    const [contract, { showReference }] = await Promise.all([readContract(), import("./reference")]);
    state.replaceChildren();
    showReference(contract, place, resolveTheme(storedTheme()));
  } catch (failure) {
    if (!(failure instanceof ContractMissing)) throw failure;
    say(failure.status === null ? text("silent") : text("refused", { status: failure.status }), retryButton());
  }
}

followTheme();
window.matchMedia(LIGHT_WISHED).addEventListener("change", followTheme);
fillTexts(document);
document.title = `${text("title")} · BotMarketplace`;
document.getElementById("skip")!.addEventListener("click", (event) => {
  event.preventDefault();
  const contents = place.querySelector<HTMLElement>("main") ?? state;
  contents.tabIndex = -1;
  contents.focus();
});
await show();

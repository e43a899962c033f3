/**
 * In place of @scalar/use-toasts, whose messages bring style elements that the policy forbids: what happened ("copied") is
 * said in the page's own live region and leaves by itself.
 */
const SECONDS = 4;
let leaving: ReturnType<typeof setTimeout> | undefined;

function toast(message: string) {
  const notice = document.getElementById("notice");
  if (!notice) return;
  clearTimeout(leaving);
  notice.textContent = message;
  leaving = setTimeout(() => notice.replaceChildren(), SECONDS * 1000);
}

export const useToasts = () => ({ initializeToasts: () => undefined, toast });

export const ScalarToasts = { name: "NoToasts", render: () => null };

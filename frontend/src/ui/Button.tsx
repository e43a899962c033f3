import type { ButtonHTMLAttributes, Ref } from "react";

import { classes } from "./classes";

const LOOKS = {
  primary: "bg-accent text-on-accent font-semibold hover:brightness-110",
  plain: "bg-s2 text-text border border-control hover:bg-s3",
  quiet: "text-text2 hover:bg-s2 hover:text-text",
  danger: "bg-danger-fill text-white font-semibold hover:brightness-110",
  dangerOutline: "border border-danger text-danger hover:tint-danger",
} as const;

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: keyof typeof LOOKS;
  size?: "normal" | "small";
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** A button. While `busy` it keeps its width and focus but refuses a second press. */
export function Button({ look = "plain", size = "normal", busy = false, className, children, disabled, onClick, type = "button", ...rest }: Props) {
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      className={classes(
        "inline-flex items-center justify-center gap-2 rounded-md text-center transition-[filter,background-color] duration-[120ms]",
        size === "normal" ? "min-h-9 px-4 py-1" : "min-h-7 px-2 text-dense",
        "disabled:cursor-not-allowed disabled:opacity-50 aria-busy:cursor-progress",
        LOOKS[look],
        className,
      )}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

export function Spinner() {
  return (
    <span
      aria-hidden
      className="inline-block size-4 animate-spin rounded-full border-2 border-current border-t-transparent motion-reduce:animate-none"
    />
  );
}

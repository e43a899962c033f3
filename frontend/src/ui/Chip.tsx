import type { ReactNode } from "react";

import { classes } from "./classes";

const TONES = {
  neutral: "bg-s3 text-text2",
  info: "tint-accent text-accent",
  warn: "tint-warn text-warn",
  danger: "tint-danger text-danger",
  stale: "tint-stale text-stale",
} as const;

export type Tone = keyof typeof TONES;

interface Props {
  tone?: Tone;
  icon?: ReactNode;
  title?: string;
  children: ReactNode;
}

/** A short word about a state: glyph and word, never colour alone. */
export function Chip({ tone = "neutral", icon, title, children }: Props) {
  return (
    <span
      title={title}
      className={classes("inline-flex min-h-6 items-center gap-1 rounded-sm px-2 text-table font-medium whitespace-nowrap", TONES[tone])}
    >
      {icon}
      {children}
    </span>
  );
}

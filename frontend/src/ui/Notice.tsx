import { CircleCheck, Info, TriangleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

import { classes } from "./classes";

const LOOKS: Record<"info" | "done" | "warn" | "danger", { box: string; icon: string; Icon: LucideIcon }> = {
  info: { box: "border-hairline bg-s2", icon: "text-accent", Icon: Info },
  done: { box: "border-accent tint-accent", icon: "text-accent", Icon: CircleCheck },
  warn: { box: "border-warn tint-warn", icon: "text-warn", Icon: TriangleAlert },
  danger: { box: "border-danger tint-danger", icon: "text-danger", Icon: TriangleAlert },
};

interface Props {
  look?: keyof typeof LOOKS;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}

/** Something to know before going on: a glyph, a sentence, perhaps one thing to do. */
export function Notice({ look = "info", title, children, action, className }: Props) {
  const { box, icon, Icon } = LOOKS[look];
  return (
    <div className={classes("flex gap-3 rounded-md border p-3 text-dense", box, className)}>
      <Icon aria-hidden size={18} className={classes("mt-px shrink-0", icon)} />
      <div className="min-w-0 flex-1">
        {title && <p className="font-semibold break-words">{title}</p>}
        {children && <div className="break-words text-text2">{children}</div>}
        {action && <div className="mt-2">{action}</div>}
      </div>
    </div>
  );
}

import type { ReactNode } from "react";

interface Props {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** What this place is, why it is empty, and the one thing to do about it. */
export function EmptyState({ icon, title, children, action }: Props) {
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-12 text-center">
      <div aria-hidden className="text-text3">
        {icon}
      </div>
      <p className="text-h3 font-semibold">{title}</p>
      {children && <div className="max-w-[52ch] text-text2">{children}</div>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  );
}

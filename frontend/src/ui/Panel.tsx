import { useId, type ReactNode } from "react";

import { classes } from "./classes";

interface Props {
  title: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}

/** A titled block of a page. */
export function Panel({ title, aside, children, className }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={classes("surface min-w-0", className)}>
      <header className="flex min-h-10 flex-wrap items-center justify-between gap-x-3 gap-y-1 border-b border-hairline px-3 py-1">
        <h2 id={id} className="text-body font-semibold">
          {title}
        </h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

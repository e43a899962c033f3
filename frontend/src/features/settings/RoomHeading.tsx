import type { ReactNode } from "react";

import { usePageTitle } from "@/ui/usePageTitle";

interface Props {
  title: string;
  text: ReactNode;
  /** The one thing most come here to do. */
  action?: ReactNode;
}

/** What a room of the settings is for. */
export function RoomHeading({ title, text, action }: Props) {
  usePageTitle(title);
  return (
    <div className="mb-4 flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
      <div className="min-w-0 max-w-[64ch] flex-1 basis-72">
        <h1 className="text-h1 font-semibold">{title}</h1>
        <p className="mt-1 text-text2">{text}</p>
      </div>
      {action}
    </div>
  );
}

import type { ReactNode } from "react";

import { LanguageSwitch } from "@/app/LanguageSwitch";
import { usePageTitle } from "@/ui/usePageTitle";

interface Props {
  title: string;
  text?: ReactNode;
  children: ReactNode;
  /** Where else one may have wanted to go. */
  below?: ReactNode;
}

/** The frame of every page before signing in: one card, one thing to do. */
export function AuthFrame({ title, text, children, below }: Props) {
  usePageTitle(title);
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center p-4">
      <div className="w-full max-w-[400px]">
        <div className="mb-4 flex items-center gap-3">
          <img src="/favicon.svg" alt="" width={32} height={32} />
          <p className="text-h3 font-semibold">BotMarketplace</p>
          <div className="ml-auto">
            <LanguageSwitch />
          </div>
        </div>
        <div className="surface p-4 sm:p-6">
          <h1 className="text-h1 font-semibold">{title}</h1>
          {text && <div className="mt-1 text-text2">{text}</div>}
          <div className="mt-6">{children}</div>
        </div>
        {below && <div className="mt-4 flex flex-wrap justify-center gap-x-4 gap-y-1 text-dense text-text2">{below}</div>}
      </div>
    </main>
  );
}

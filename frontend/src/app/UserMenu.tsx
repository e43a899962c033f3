import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CircleUser } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useTranslation } from "react-i18next";

import { logout } from "@/api/client";
import { useSession } from "@/api/session";
import { LANGUAGE_NAMES, LANGUAGES, setLanguage, type Language } from "@/i18n";

import { MENU_ITEM, MenuChoice } from "./MenuChoice";
import { WorkspaceChoice } from "./WorkspaceChoice";
import { setPriceColours, setTheme, useAppearance, type PriceColours, type Theme } from "./appearance";

const THEMES: Theme[] = ["system", "dark", "light"];
const COLOURS: PriceColours[] = ["teal-red", "blue-orange"];

export function UserMenu() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const session = useSession((state) => state.session);
  const { theme, colours } = useAppearance();

  async function leave() {
    try {
      await logout();
    } finally {
      await navigate({ to: "/login" });
      queryClient.clear();
    }
  }

  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger
        aria-label={t("userMenu")}
        title={session?.user.email}
        className="flex size-8 items-center justify-center rounded-md text-text2 hover:bg-s2 hover:text-text"
      >
        <CircleUser aria-hidden size={20} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={8}
          className="z-50 max-h-[var(--radix-dropdown-menu-content-available-height)] max-w-[min(320px,calc(100vw-16px))] min-w-56 overflow-y-auto rounded-lg border border-hairline bg-s2 p-2 shadow-2xl"
        >
          <div className="px-2 pb-2">
            {session?.user.name && <p className="font-medium break-words">{session.user.name}</p>}
            <p className={session?.user.name ? "text-table break-all text-text2" : "font-medium break-all"}>{session?.user.email}</p>
            <p className="text-table text-text2">
              {session?.workspace.name} · {session && t(`roles.${session.workspace.role}`, { defaultValue: session.workspace.role })}
            </p>
          </div>
          <WorkspaceChoice />
          <DropdownMenu.RadioGroup value={i18n.language} onValueChange={(value) => void setLanguage(value as Language)} aria-label={t("language")}>
            <DropdownMenu.Label className="px-2 pt-1 text-caption text-text2">{t("language")}</DropdownMenu.Label>
            {LANGUAGES.map((each) => (
              <MenuChoice key={each} value={each} label={LANGUAGE_NAMES[each]} />
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.RadioGroup value={theme} onValueChange={(value) => setTheme(value as Theme)} aria-label={t("theme.label")}>
            <DropdownMenu.Label className="px-2 pt-1 text-caption text-text2">{t("theme.label")}</DropdownMenu.Label>
            {THEMES.map((each) => (
              <MenuChoice key={each} value={each} label={t(`theme.${each}`)} />
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.RadioGroup value={colours} onValueChange={(value) => setPriceColours(value as PriceColours)} aria-label={t("colours.label")}>
            <DropdownMenu.Label className="px-2 pt-2 text-caption text-text2">{t("colours.label")}</DropdownMenu.Label>
            {COLOURS.map((each) => (
              <MenuChoice key={each} value={each} label={t(`colours.${each}`)} />
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="my-2 h-px bg-hairline" />
          <DropdownMenu.Item className={MENU_ITEM} onSelect={() => void navigate({ to: "/settings/profile" })}>
            {t("nav.settings")}
          </DropdownMenu.Item>
          <DropdownMenu.Item className={MENU_ITEM} asChild>
            <a href="/docs">{t("nav.docs")}</a>
          </DropdownMenu.Item>
          <DropdownMenu.Item className={MENU_ITEM} onSelect={() => void leave()}>
            {t("signOut")}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

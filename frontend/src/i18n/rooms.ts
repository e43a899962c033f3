import account from "@/locales/en/account.json";
import settings from "@/locales/en/settings.json";
import signals from "@/locales/en/signals.json";

/** English texts that come with the rooms that need them, not with the first load. */
export const rooms = { account, settings, signals } as const;

import account from "@/locales/ru/account.json";
import bots from "@/locales/ru/bots.json";
import common from "@/locales/ru/common.json";
import events from "@/locales/ru/events.json";
import order from "@/locales/ru/order.json";
import problems from "@/locales/ru/problems.json";
import run from "@/locales/ru/run.json";
import settings from "@/locales/ru/settings.json";
import signals from "@/locales/ru/signals.json";
import strategy from "@/locales/ru/strategy.json";

/** One namespace a file. The server reads the same files for its own messages. */
export const ru = { account, bots, common, events, order, problems, run, settings, signals, strategy } as const;

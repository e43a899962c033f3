import bots from "@/locales/en/bots.json";
import common from "@/locales/en/common.json";
import events from "@/locales/en/events.json";
import order from "@/locales/en/order.json";
import problems from "@/locales/en/problems.json";
import run from "@/locales/en/run.json";
import strategy from "@/locales/en/strategy.json";

/** What the first load needs; the rest is in rooms.ts. One namespace a file. The server reads the same files for its own messages. */
export const en = { bots, common, events, order, problems, run, strategy } as const;

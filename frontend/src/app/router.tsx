import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";

import { renew } from "@/api/client";
import { currentSession } from "@/api/session";
import { LoginPage } from "@/features/auth/LoginPage";
import { BotsPage } from "@/features/bots/BotsPage";
import { RunsPage } from "@/features/runs/RunsPage";

import { LoadFailed, NotFound } from "./Fallbacks";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

interface LoginSearch {
  next?: string;
}

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search: Record<string, unknown>): LoginSearch => ({
    // Only a path of this app may be returned to, never another site. The key is always set: what is left out here
    // would be taken from the address unchecked.
    next: typeof search.next === "string" && /^\/(?![/\\])/.test(search.next) ? search.next : undefined,
  }),
  component: LoginPage,
});

const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  component: Shell,
  errorComponent: LoadFailed,
  beforeLoad: async ({ location }) => {
    if (currentSession() || (await renew())) return;
    throw redirect({ to: "/login", search: location.pathname === "/" ? {} : { next: location.href } });
  },
});

const index = createRoute({
  getParentRoute: () => app,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/factory/bots" });
  },
});

const bots = createRoute({ getParentRoute: () => app, path: "/factory/bots", component: BotsPage });
const runs = createRoute({ getParentRoute: () => app, path: "/factory/runs", component: RunsPage });
const run = createRoute({
  getParentRoute: () => app,
  path: "/factory/runs/$id",
  component: lazyRouteComponent(() => import("@/features/runs/RunPage"), "RunPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([login, app.addChildren([index, bots, runs, run])]),
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

import "./linkToken";

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";

import { renew } from "@/api/client";
import { currentSession } from "@/api/session";
import { BotsPage } from "@/features/bots/BotsPage";
import { RunsPage } from "@/features/runs/RunsPage";
import { loadRooms } from "@/i18n";

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
  beforeLoad: loadRooms,
  component: lazyRouteComponent(() => import("@/features/auth/LoginPage"), "LoginPage"),
});

/** Pages before signing in; they come when they are wanted. */
const register = createRoute({
  getParentRoute: () => root,
  path: "/register",
  beforeLoad: loadRooms,
  component: lazyRouteComponent(() => import("@/features/auth/RegisterPage"), "RegisterPage"),
});
const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: "/verify-email",
  beforeLoad: loadRooms,
  component: lazyRouteComponent(() => import("@/features/auth/VerifyEmailPage"), "VerifyEmailPage"),
});
const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  beforeLoad: loadRooms,
  component: lazyRouteComponent(() => import("@/features/auth/ForgotPasswordPage"), "ForgotPasswordPage"),
});
const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  beforeLoad: loadRooms,
  component: lazyRouteComponent(() => import("@/features/auth/ResetPasswordPage"), "ResetPasswordPage"),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  // Whoever is signed in joins; whoever is not, or cannot be asked for now, signs in first.
  beforeLoad: async () => {
    await Promise.all([loadRooms(), currentSession() ?? renew().catch(() => false)]);
  },
  component: lazyRouteComponent(() => import("@/features/auth/InvitationPage"), "InvitationPage"),
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

const strategy = createRoute({
  getParentRoute: () => app,
  path: "/factory/strategies/$id",
  beforeLoad: loadRooms,
  component: lazyRouteComponent(() => import("@/features/strategies/StrategyPage"), "StrategyPage"),
});

const settings = createRoute({
  getParentRoute: () => app,
  path: "/settings",
  beforeLoad: loadRooms,
  component: lazyRouteComponent(() => import("@/features/settings/SettingsLayout"), "SettingsLayout"),
});
const settingsIndex = createRoute({
  getParentRoute: () => settings,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/settings/profile", replace: true });
  },
});
const profile = createRoute({
  getParentRoute: () => settings,
  path: "/profile",
  component: lazyRouteComponent(() => import("@/features/settings/profile/ProfilePage"), "ProfilePage"),
});
const security = createRoute({
  getParentRoute: () => settings,
  path: "/security",
  component: lazyRouteComponent(() => import("@/features/settings/security/SecurityPage"), "SecurityPage"),
});
const exchanges = createRoute({
  getParentRoute: () => settings,
  path: "/exchanges",
  component: lazyRouteComponent(() => import("@/features/settings/exchanges/ExchangesPage"), "ExchangesPage"),
});
const team = createRoute({
  getParentRoute: () => settings,
  path: "/team",
  component: lazyRouteComponent(() => import("@/features/settings/team/TeamPage"), "TeamPage"),
});
const workspace = createRoute({
  getParentRoute: () => settings,
  path: "/workspace",
  component: lazyRouteComponent(() => import("@/features/settings/workspace/WorkspacePage"), "WorkspacePage"),
});
const audit = createRoute({
  getParentRoute: () => settings,
  path: "/audit",
  component: lazyRouteComponent(() => import("@/features/settings/audit/AuditPage"), "AuditPage"),
});
const data = createRoute({
  getParentRoute: () => settings,
  path: "/data",
  component: lazyRouteComponent(() => import("@/features/settings/data/DataPage"), "DataPage"),
});

const before = [login, register, verifyEmail, forgotPassword, resetPassword, invitation];
const rooms = settings.addChildren([settingsIndex, profile, security, exchanges, team, workspace, audit, data]);

export const router = createRouter({
  routeTree: root.addChildren([...before, app.addChildren([index, bots, runs, run, strategy, rooms])]),
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

/** The workspace: its people, invitations, limits, exchange connections and audit trail. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import { newIdempotencyKey } from "./idempotency";
import type { AuditEntry, AuditVerdict, Connection, ExchangeEnvironment, Invitation, Joined, Member, MyWorkspace, Page, Role, Workspace } from "./types";

const items = <T>(path: string, signal: AbortSignal) => call<{ items: T[] }>("GET", path, { signal }).then((page) => page.items);
const once = () => ({ "Idempotency-Key": newIdempotencyKey() });

export const workspaceKeys = {
  mine: ["workspaces"] as const,
  detail: ["workspace"] as const,
  members: ["members"] as const,
  invitations: ["invitations"] as const,
  connections: ["connections"] as const,
  audit: ["audit"] as const,
};

export const myWorkspacesQuery = queryOptions({
  queryKey: workspaceKeys.mine,
  queryFn: ({ signal }) => items<MyWorkspace>("/workspaces", signal),
  staleTime: 60_000,
});

export const workspaceQuery = queryOptions({
  queryKey: workspaceKeys.detail,
  queryFn: ({ signal }) => call<Workspace>("GET", "/workspace", { signal }),
});
export const changeWorkspace = (change: { name?: string; limits?: Partial<Workspace["limits"]> }) => call<Workspace>("PATCH", "/workspace", { body: change });

export const membersQuery = queryOptions({
  queryKey: workspaceKeys.members,
  queryFn: ({ signal }) => items<Member>("/members", signal),
});
export const changeRole = (userId: string, role: Role) => call<Member>("PATCH", `/members/${userId}`, { body: { role } });
export const removeMember = (userId: string) => call<void>("DELETE", `/members/${userId}`);

export const invitationsQuery = queryOptions({
  queryKey: workspaceKeys.invitations,
  queryFn: ({ signal }) => items<Invitation>("/invitations", signal),
});
export const invite = (email: string, role: Role, locale: string) => call<Invitation>("POST", "/invitations", { body: { email, role, locale }, headers: once() });
export const resendInvitation = (id: string, locale: string) => call<Invitation>("POST", `/invitations/${id}/resend`, { body: { locale } });
export const cancelInvitation = (id: string) => call<void>("DELETE", `/invitations/${id}`);
export const acceptInvitation = (token: string) => call<Joined>("POST", "/invitations/accept", { body: { token } });

export interface NewKey {
  apiKey: string;
  secret: string;
}

export const connectionsQuery = queryOptions({
  queryKey: workspaceKeys.connections,
  queryFn: ({ signal }) => items<Connection>("/exchanges", signal),
});
export const addConnection = (connection: NewKey & { name: string; env: ExchangeEnvironment }) =>
  call<Connection>("POST", "/exchanges", { body: { exchange: "bybit", ...connection }, headers: once() });
export const changeConnection = (id: string, change: Partial<NewKey> & { name?: string }) => call<Connection>("PATCH", `/exchanges/${id}`, { body: change });
export const testConnection = (id: string) => call<Connection>("POST", `/exchanges/${id}/test`, { body: {} });
export const removeConnection = (id: string) => call<void>("DELETE", `/exchanges/${id}`);

export interface AuditFilters {
  action?: string;
  actor?: string;
  fromMs?: number;
  toMs?: number;
}

const AUDIT_PAGE = 50;

export const auditQuery = (filters: AuditFilters) =>
  infiniteQueryOptions({
    queryKey: [...workspaceKeys.audit, filters],
    queryFn: ({ signal, pageParam }) =>
      call<Page<AuditEntry>>("GET", "/audit", { signal, query: { ...filters, limit: AUDIT_PAGE, cursor: pageParam ?? undefined } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
export const verificationQuery = queryOptions({
  queryKey: [...workspaceKeys.audit, "verification"],
  queryFn: ({ signal }) => call<AuditVerdict>("GET", "/audit/verification", { signal }),
});

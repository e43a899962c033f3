import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

interface Props {
  to: "/login" | "/register" | "/forgot-password" | "/verify-email";
  children: ReactNode;
}

/** A way from one page before signing in to another. */
export function AuthLink({ to, children }: Props) {
  return (
    <Link to={to} className="inline-flex min-h-6 items-center text-accent underline underline-offset-2 hover:brightness-110">
      {children}
    </Link>
  );
}

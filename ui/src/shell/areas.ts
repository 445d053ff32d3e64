/** The areas of the application: where each lies, who sees it, and its code, fetched when it is first opened. */
import { BarChart3, ContactRound, FolderOpen, Inbox, LayoutDashboard, Settings } from "@lucide/svelte";
import type { Component } from "svelte";
import { who } from "../session/session.svelte";
import type { say } from "./words";

export type Area = {
  name: "desk" | "customers" | "cases" | "board" | "reports" | "admin";
  title: Parameters<typeof say>[0];
  href: string;
  /** Addresses that belong to it, as `route.match` takes them. */
  paths: string[];
  keys: string;
  icon: typeof Inbox;
  allowed: () => boolean;
  load: () => Promise<{ default: Component }>;
};

export const AREAS: readonly Area[] = [
  {
    name: "desk",
    title: "desk",
    href: "/desk",
    paths: ["/desk", "/desk/:interaction"],
    keys: "G D",
    icon: Inbox,
    allowed: () => who.agentId !== "",
    load: () => import("../desk/Desk.svelte"),
  },
  {
    name: "customers",
    title: "customers",
    href: "/customers",
    paths: ["/customers", "/customers/:id"],
    keys: "G C",
    icon: ContactRound,
    allowed: () => true,
    load: () => import("../customer/Customers.svelte"),
  },
  {
    name: "cases",
    title: "cases",
    href: "/cases",
    paths: ["/cases", "/cases/:id"],
    keys: "G K",
    icon: FolderOpen,
    allowed: () => true,
    load: () => import("../cases/Cases.svelte"),
  },
  {
    name: "board",
    title: "board",
    href: "/board",
    paths: ["/board", "/board/hall", "/board/queues/:queue", "/board/agents/:agent", "/interactions/:interaction"],
    keys: "G B",
    icon: LayoutDashboard,
    allowed: () => who.supervises,
    load: () => import("../board/Board.svelte"),
  },
  {
    name: "reports",
    title: "reports",
    href: "/reports",
    paths: ["/reports"],
    keys: "G R",
    icon: BarChart3,
    allowed: () => who.supervises,
    load: () => import("../reports/Reports.svelte"),
  },
  {
    name: "admin",
    title: "admin",
    href: "/admin",
    paths: ["/admin", "/admin/:section", "/admin/:section/:id"],
    keys: "G A",
    icon: Settings,
    allowed: () => who.supervises,
    load: () => import("../admin/Admin.svelte"),
  },
];

/** The areas of the application: where each lies, who sees it, and its code, fetched when it is first opened. */
import ChartColumn from "@lucide/svelte/icons/chart-column";
import ContactRound from "@lucide/svelte/icons/contact-round";
import FolderOpen from "@lucide/svelte/icons/folder-open";
import Inbox from "@lucide/svelte/icons/inbox";
import LayoutDashboard from "@lucide/svelte/icons/layout-dashboard";
import Settings from "@lucide/svelte/icons/settings";
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
    icon: ChartColumn,
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

/** The parts of administration: where each lies, who sees it, and its code, fetched when it is first opened. */
import BookLock from "@lucide/svelte/icons/book-lock";
import GitCompareArrows from "@lucide/svelte/icons/git-compare-arrows";
import KeyRound from "@lucide/svelte/icons/key-round";
import MailWarning from "@lucide/svelte/icons/mail-warning";
import MessageSquareQuote from "@lucide/svelte/icons/message-square-quote";
import RadioTower from "@lucide/svelte/icons/radio-tower";
import Route from "@lucide/svelte/icons/route";
import Users from "@lucide/svelte/icons/users";
import UsersRound from "@lucide/svelte/icons/users-round";
import Waypoints from "@lucide/svelte/icons/waypoints";
import type { Component } from "svelte";
import { who } from "../session/session.svelte";
import type { say } from "./words";

export type Section = {
  name: Extract<Parameters<typeof say>[0], "people" | "teams" | "keys" | "channels" | "rejected" | "steward" | "routing" | "paths" | "answers" | "readings">;
  group: Extract<Parameters<typeof say>[0], "staff" | "traffic" | "books" | "rules">;
  icon: typeof Users;
  allowed: () => boolean;
  load: () => Promise<{ default: Component }>;
};

const anybody = (): boolean => true;

export const SECTIONS: readonly Section[] = [
  { name: "people", group: "staff", icon: Users, allowed: anybody, load: () => import("./people/People.svelte") },
  { name: "teams", group: "staff", icon: UsersRound, allowed: anybody, load: () => import("./teams/Teams.svelte") },
  { name: "keys", group: "staff", icon: KeyRound, allowed: () => who.administers, load: () => import("./keys/Keys.svelte") },
  { name: "channels", group: "traffic", icon: RadioTower, allowed: anybody, load: () => import("./channels/Channels.svelte") },
  { name: "rejected", group: "traffic", icon: MailWarning, allowed: anybody, load: () => import("./rejected/Rejected.svelte") },
  { name: "steward", group: "books", icon: GitCompareArrows, allowed: anybody, load: () => import("./steward/Steward.svelte") },
  { name: "readings", group: "books", icon: BookLock, allowed: anybody, load: () => import("./readings/Readings.svelte") },
  { name: "routing", group: "rules", icon: Route, allowed: anybody, load: () => import("./policies/Routing.svelte") },
  { name: "paths", group: "rules", icon: Waypoints, allowed: anybody, load: () => import("./policies/Paths.svelte") },
  { name: "answers", group: "rules", icon: MessageSquareQuote, allowed: anybody, load: () => import("./answers/Answers.svelte") },
];

/** What the agent's desk says, each part of it in a file of its own. */
import { words } from "../words/words";
import { commands } from "./words/commands";
import { compose } from "./words/compose";
import { conversation } from "./words/conversation";
import { lists } from "./words/lists";
import { offers } from "./words/offers";
import { presence } from "./words/presence";
import { start } from "./words/start";
import { visits } from "./words/visits";

export const say = words({
  en: { ...presence.en, ...offers.en, ...lists.en, ...conversation.en, ...commands.en, ...compose.en, ...start.en, ...visits.en },
  fa: { ...presence.fa, ...offers.fa, ...lists.fa, ...conversation.fa, ...commands.fa, ...compose.fa, ...start.fa, ...visits.fa },
});

/** What the parts of a report are called: queues by the policy's labels, agents as the report names them, channels and stages in words. */
import { readLabels } from "../board/labels.svelte";
import { named } from "../board/states";
import { say } from "./words";

type Name = (by: string, value: string) => string;

/** To be called while a component begins; `agents`: their names by id. */
export function readNames(agents: () => Readonly<Record<string, string>>): { of: Name; queues: readonly string[] } {
  const labels = readLabels();
  return {
    of: (by, value) => {
      if (!value) return say("unnamed");
      if (by === "queue") return labels.queue(value);
      return by === "agent" ? agents()[value] || value : named(value);
    },
    get queues() {
      return labels.queues;
    },
  };
}

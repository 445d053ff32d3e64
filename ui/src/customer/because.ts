/** Why something is proposed, in the reader's words. */
import type { components } from "../api/schema";
import { money } from "../words/amounts.svelte";
import { number, percent } from "../words/locale.svelte";
import { say } from "./words";

export function because({ what, value, name, asked }: components["schemas"]["BecauseRow"]): string {
  switch (what) {
    case "lever":
      return say("because_lever", { name, share: number(value / 100, { style: "percent", signDisplay: "exceptZero" }) });
    case "context":
      return say("because_context", { times: number(value, { maximumFractionDigits: 2 }) });
    case "chance":
      return asked ? say("because_chance", { share: percent(value), n: asked }) : say("because_presumed", { share: percent(value) });
    case "worth":
      return say("because_worth", { value: money(value) });
  }
}

/** Short messages about what was just done or refused; those that want an answer stay until they are put away. */
import { Refusal } from "../api/client";
import { worded } from "../words/refusals";

export type Notice = { id: number; tone: "good" | "bad" | "plain"; text: string; undo?: { title: string; run: () => void } };

class Notices {
  all = $state<Notice[]>([]);
  #next = 1;

  say(text: string, tone: Notice["tone"] = "plain", undo?: Notice["undo"]): void {
    const id = this.#next++;
    this.all = [...this.all.slice(-4), { id, tone, text, undo }];
    if (tone !== "bad") setTimeout(() => this.drop(id), undo ? 8000 : 4000);
  }

  /** What was refused, in words; anything else is a fault of ours and is thrown on. */
  refused(error: unknown): void {
    if (!(error instanceof Refusal)) throw error;
    if (error.status === 401 || error.status === 423) return; // what is asked of them then says so
    this.say(worded(error), "bad");
  }

  clear(): void {
    this.all = [];
  }

  drop(id: number): void {
    this.all = this.all.filter((notice) => notice.id !== id);
  }
}

export const notices = new Notices();

/** Do it, and say it where the hub refuses; whether it was done. */
export async function attempt(what: () => Promise<unknown>, done = ""): Promise<boolean> {
  try {
    await what();
    if (done) notices.say(done, "good");
    return true;
  } catch (error) {
    notices.refused(error);
    return false;
  }
}

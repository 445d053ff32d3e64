import { QueryClient, QueryObserver } from "@tanstack/svelte-query";
import { expect, test } from "vitest";
import { readAgain } from "./again";

test("what changed while it was first read is read once more", async () => {
  const reads = new QueryClient();
  const stop = readAgain(reads);
  const answers: ((value: string) => void)[] = [];
  const queryFn = () => new Promise<string>((done) => answers.push(done));
  const seen: unknown[] = [];
  const leave = new QueryObserver(reads, { queryKey: ["work"], queryFn }).subscribe((one) => seen.push(one.data));
  void reads.invalidateQueries({ queryKey: ["work"] });
  answers[0]?.("offered");
  await expect.poll(() => answers.length).toBe(2);
  answers[1]?.("active");
  await expect.poll(() => seen.at(-1)).toBe("active");
  expect(answers.length).toBe(2);
  leave();
  stop();
  reads.clear();
});

import { expect, test } from "vitest";
import { Blocks } from "./sse";

const story = ": heartbeat\n\nid: 7\nevent: InteractionOffered\ndata: {\"a\":\ndata: \"گفت\"}\n\nid: 9\n\n";

test("blocks come whole however the bytes are cut", () => {
  const bytes = new TextEncoder().encode(story);
  for (let size = 1; size <= bytes.length; size++) {
    const blocks = new Blocks();
    const got = [];
    for (let at = 0; at < bytes.length; at += size) got.push(...blocks.push(bytes.slice(at, at + size)));
    expect(got).toEqual([
      { id: "7", event: "InteractionOffered", data: '{"a":\n"گفت"}' },
      { id: "9", event: "", data: "" },
    ]);
  }
});

import { expect, test } from "vitest";
import { isRefused, lineOf, partsOf, withoutPart, withPart } from "./mending";

const message = { id: "c-1", path: { channel: "fax", address: "" }, attachments: [{ name: "a", size: 3 }, { name: "b", size: null }], urgent: true };

test("a message is told part by part, by where each stands", () => {
  expect(partsOf(message).map((one) => one.path)).toEqual([
    "id", "path.channel", "path.address", "attachments.0.name", "attachments.0.size", "attachments.1.name", "attachments.1.size", "urgent",
  ]);
});

test("what is written over keeps its kind where it can", () => {
  let mended = withPart(message, "path.channel", "email");
  mended = withPart(mended, "attachments.0.size", "12");
  mended = withPart(mended, "attachments.1.size", "");
  mended = withPart(mended, "urgent", "false");
  expect(mended).toEqual({ ...message, path: { channel: "email", address: "" }, attachments: [{ name: "a", size: 12 }, { name: "b", size: null }], urgent: false });
});

test("the refused field is found, with all that is in it", () => {
  expect(isRefused("path.channel", "path.channel")).toBe(true);
  expect(isRefused("path.channel", "path")).toBe(true);
  expect(isRefused("pathology", "path")).toBe(false);
  expect(isRefused("attachments.1.name", "attachments[1].name")).toBe(true);
  expect(isRefused("id", "")).toBe(false);
});

test("its line is found in the text, also where other fields are called the same", () => {
  const text = JSON.stringify(message, null, 2);
  const at = (field: string): string => text.split("\n")[lineOf(text, field) - 1]?.trim() ?? "";
  expect(at("path.channel")).toBe('"channel": "fax",');
  expect(at("attachments.1.name")).toBe('"name": "b",');
  expect(at("urgent")).toBe('"urgent": true');
  expect(lineOf(text, "thread")).toBe(0);
});

test("a part is left out of what it is in, and nothing else", () => {
  expect(withoutPart(message, "path.address")).toEqual({ ...message, path: { channel: "fax" } });
  expect(withoutPart(message, "attachments.0")).toEqual({ ...message, attachments: [{ name: "b", size: null }] });
  expect(withoutPart(message, "nothing.at.all")).toEqual(message);
});

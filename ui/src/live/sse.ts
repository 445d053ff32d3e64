/** Server-Sent Events read from a stream of bytes, as the HTML standard has them. */

export type Block = { id: string; event: string; data: string };

/** Hands out whole blocks, however the bytes are cut. A block with only an `id` has empty `event` and `data`. */
export class Blocks {
  #rest = "";
  #decoder = new TextDecoder();

  push(bytes: Uint8Array): Block[] {
    this.#rest += this.#decoder.decode(bytes, { stream: true }).replaceAll("\r\n", "\n");
    const parts = this.#rest.split("\n\n");
    this.#rest = parts.pop() ?? "";
    return parts.map(parse).filter((block) => block !== null);
  }
}

function parse(text: string): Block | null {
  const block: Block = { id: "", event: "", data: "" };
  const data: string[] = [];
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon === 0) continue;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") data.push(value);
    else if (name === "id" || name === "event") block[name] = value;
  }
  block.data = data.join("\n");
  return block.id || block.event || block.data ? block : null;
}

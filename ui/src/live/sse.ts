/** Server-Sent Events read from a stream of bytes, as the HTML standard has them. */

export type Block = { id: string; event: string; data: string };

/** Hands out whole blocks, however the bytes are cut. A block with only an `id` has empty `event` and `data`. What has come
 * of a block is not looked through again with each piece of it: a wallboard's first is as long as thousands of others. */
export class Blocks {
  #begun = "";
  /** A line end that came last: with another one the block is over. */
  #ending = "";
  #decoder = new TextDecoder();

  push(bytes: Uint8Array): Block[] {
    const came = this.#ending + this.#decoder.decode(bytes, { stream: true }).replaceAll("\r\n", "\n");
    const parts = came.split("\n\n");
    const last = parts.pop() ?? "";
    if (parts.length) {
      parts[0] = this.#begun + parts[0];
      this.#begun = "";
    }
    this.#ending = last.endsWith("\n") ? "\n" : "";
    this.#begun += this.#ending ? last.slice(0, -1) : last;
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

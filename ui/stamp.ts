/** Says beside the built files of which sources they are: `hatch_build.py` compares, so that no wheel ships an old build. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import type { Plugin } from "vite";

const NOT_SOURCES = ["node_modules", "openapi.json", "src/api/schema.d.ts"];

export function stamp(root: string): Plugin {
  let out = "";
  return {
    name: "stamp",
    apply: "build",
    configResolved(config) {
      out = resolve(config.root, config.build.outDir);
    },
    writeBundle() {
      writeFileSync(join(out, "sources.sha256"), `${digest(root)}\n`);
    },
  };
}

function digest(root: string): string {
  const lines = files(root)
    .map((path) => [relative(root, path).split(sep).join("/"), path] as const)
    .filter(([name]) => !NOT_SOURCES.some((other) => name.startsWith(other)))
    .map(([name, path]) => `${name}\0${sha256(readFileSync(path))}\n`);
  return sha256(lines.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other))).join(""));
}

function files(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name !== "node_modules")
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? files(path) : [path]));
}

function sha256(bytes: string | Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

// Reads an AsyncAPI document with the parser that others use, and says what it finds wrong.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const errors = diagnostics.filter((one) => one.severity === 0);
for (const one of errors) console.error(one.path.join("."), one.message);
if (!document || errors.length > 0) process.exit(1);
console.log(JSON.stringify({ version: document.version(), channels: document.channels().length, operations: document.operations().length }));

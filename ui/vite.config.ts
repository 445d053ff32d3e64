/** How the pages are built: into the Python package, with names by content, so that a browser may keep them for good. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { stamp } from "./stamp.ts";

export default defineConfig({
  plugins: [svelte(), stamp(import.meta.dirname)],
  build: {
    outDir: "../hub/web",
    emptyOutDir: true,
    assetsDir: "assets",
    assetsInlineLimit: 0, // the content-security policy allows no inline data
    modulePreload: { polyfill: false },
    target: "es2022",
    sourcemap: false,
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});

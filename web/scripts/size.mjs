/**
 * What a browser fetches of script before the first view stands, in bytes of gzip; exits with 1 above the limit.
 * The first load is the entry, the first view (Plan), and what they import, at once or as the view opens: the map,
 * its worker, the overlay and the charts.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMIT = 1_000_000;
const out = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "src", "karvan", "web");
const manifest = JSON.parse(readFileSync(join(out, ".vite", "manifest.json"), "utf8"));

/** Other views are fetched when they are opened, and other languages when they are chosen. */
const later = (name) => (/src\/views\//.test(name) && !name.endsWith("/Plan.svelte")) || /src\/messages\//.test(name);

function collect(name, found) {
  const chunk = manifest[name];
  if (!chunk || found.has(chunk.file) || later(name)) return found;
  found.add(chunk.file);
  for (const asset of chunk.assets ?? []) if (/\.m?js$/.test(asset)) found.add(asset);
  for (const next of [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])]) collect(next, found);
  return found;
}

const rows = [...collect("index.html", new Set())]
  .filter((file) => /\.m?js$/.test(file))
  .map((file) => ({ file, bytes: gzipSync(readFileSync(join(out, file))).length }))
  .sort((one, other) => other.bytes - one.bytes || one.file.localeCompare(other.file));
const total = rows.reduce((sum, row) => sum + row.bytes, 0);
for (const { file, bytes } of rows) console.log(`${String(bytes).padStart(9)}  ${file}`);
console.log(`${String(total).padStart(9)}  first load, bytes of gzip; at most ${LIMIT}`);
if (total > LIMIT) process.exit(1);

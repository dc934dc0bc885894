/**
 * The types of the REST service, from openapi.json to src/lib/api/schema.d.ts, which git ignores. Where the file is
 * not there yet, paths are open and answers unknown, so that the rest can still be checked.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const contract = join(web, "openapi.json");
const target = join(web, "src", "lib", "api", "schema.d.ts");

if (existsSync(contract)) {
  // What has a default may be left out of a question.
  const tree = await openapiTS(JSON.parse(readFileSync(contract, "utf8")), { defaultNonNullable: false });
  writeFileSync(target, astToString(tree));
} else {
  console.warn("web/openapi.json is missing: the types of the service are left open");
  writeFileSync(target, "export type paths = Record<string, any>;\nexport interface components { schemas: Record<string, any> }\n");
}

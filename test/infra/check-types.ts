// Checks the types of sst.config.ts and stacks/, and ends with 1 when they are wrong.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

/**
 * SST's components come as source, so the compiler checks them too; 4.17.1 has an error of its own against the provider
 * that we ask for. Lines that begin with spaces belong to the line before.
 */
const ABOUT_SST = /^\.sst\/.*(?:\n .*)*\n?/gm;

const root = resolve(import.meta.dirname, "../..");
if (!existsSync(resolve(root, ".sst/platform/node_modules"))) {
  console.error("Expected SST's components in .sst/platform, got none: run `npm run sst:types` first");
  process.exit(1);
}
const tsc = resolve(root, "node_modules/typescript/bin/tsc");
const checked = spawnSync(process.execPath, [tsc, "-p", "stacks/tsconfig.json", "--pretty", "false"], {
  cwd: root,
  encoding: "utf8",
});
const ours = `${checked.stdout}${checked.stderr}`.replace(ABOUT_SST, "").trim();
// Neither 0 nor 2 (errors were found): the compiler did not do its work.
const failed = ours !== "" || ![0, 1, 2].includes(checked.status ?? -1);
if (failed)
  console.error(ours || `The compiler ended with ${checked.status ?? checked.signal ?? checked.error?.message}`);
process.exit(failed ? 1 : 0);

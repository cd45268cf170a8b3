// Copies the few files of the amis SDK that the portal serves, and compresses them once.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = join(dirname(new URL(import.meta.url).pathname), "..");
const target = join(root, "admin_pages", "static", "vendor");
// sdk.js asks for the others by itself when a page needs them; editors, office viewers and video are left out.
const SDK = ["sdk.js", "rest.js", "charts.js", "json-view.js", "papaparse.js", "sdk.css", "helper.css", "iconfont.css", "iconfont.woff"];
const ICONS = /\.(woff2?|css)$/;
const TEXT = /\.(js|css|svg|json|html)$/;
const BROTLI_QUALITY = 9;

const lock = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .update(readFileSync(new URL(import.meta.url).pathname))
  .digest("hex");
const manifest = join(target, "manifest.json");
if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).lock === lock) {
  console.log("front-end files are up to date");
  process.exit(0);
}

rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, "amis"), { recursive: true });
const sdk = join(root, "node_modules", "amis", "sdk");
for (const name of SDK) cpSync(join(sdk, name), join(target, "amis", name));
cpSync(join(sdk, "thirds", "@fortawesome"), join(target, "amis", "thirds", "@fortawesome"), { recursive: true, filter: (path) => statSync(path).isDirectory() || ICONS.test(path) });
cpSync(join(sdk, "locale"), join(target, "amis", "locale"), { recursive: true });
cpSync(join(root, "node_modules", "history", "umd", "history.production.min.js"), join(target, "history.js"));

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

const listed = {};
for (const path of [...files(target)]) {
  const content = readFileSync(path);
  listed[relative(target, path)] = createHash("sha256").update(content).digest("hex");
  if (!TEXT.test(path)) continue;
  writeFileSync(path + ".gz", gzipSync(content, { level: 9 }));
  writeFileSync(path + ".br", brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }));
}
writeFileSync(manifest, JSON.stringify({ lock, files: listed }, null, 1));
console.log(`${Object.keys(listed).length} front-end files ready`);

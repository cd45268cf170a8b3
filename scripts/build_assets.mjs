// Copies the few files of the amis SDK that the portal serves, and compresses them once.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const script = fileURLToPath(import.meta.url);
const root = join(dirname(script), "..");
const target = join(root, "admin_pages", "static", "vendor");
// sdk.js asks for these by itself when a page needs them: forms and tables, charts, formula and code fields, JSON,
// Markdown, colours, bar codes, CSV. Rich-text editors, office and PDF viewers, spreadsheets and video are left out.
const CHUNKS = ["rest.js", "charts.js", "codemirror.js", "fomula-doc.js", "json-view.js", "markdown.js", "color-picker.js", "barcode.js", "papaparse.js"];
// iconfont.css carries its font inside; the font files beside it are for browsers that amis itself no longer runs in.
const SDK = ["sdk.js", ...CHUNKS, "sdk.css", "helper.css", "iconfont.css"];
const ICONS = /\.woff2$/;
const TEXT = /\.(js|css|svg|json|html)$/;
const BROTLI_QUALITY = 10; // 11 saves 2 % more and takes twice as long

const lock = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .update(readFileSync(script))
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

// A chunk's address gets a version, too, so that browsers may keep it for good.
let main = readFileSync(join(sdk, "sdk.js"), "utf8");
for (const name of CHUNKS) {
  const address = `amis['sdk@6.13.0BasePath'] + "/${name}"`;
  if (!main.includes(address)) throw new Error(`sdk.js no longer loads ${name}: bring CHUNKS up to date with the new amis`);
  main = main.replaceAll(address, address.replace(".js\"", `.js?v=${lock.slice(0, 12)}"`));
}
writeFileSync(join(target, "amis", "sdk.js"), main);

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

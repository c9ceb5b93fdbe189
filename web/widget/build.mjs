// Two builds: the panel first, as a hashed module; then the loader, a classic script that knows the panel's name.
// (A classic script from another origin has no base address for import(), so it must build the full one itself.)
import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { minify } from "terser";
import { build } from "vite";

const root = fileURLToPath(new URL(".", import.meta.url));
const outDir = fileURLToPath(new URL("../../gateway/static/", import.meta.url));
/** Bytes with gzip: of the script on every page, and of all that is fetched until the panel stands. */
const BUDGET = { closed: 5 * 1024, open: 30 * 1024 };
const LANGUAGES = ["en", "ru"];

rmSync(`${outDir}widget`, { recursive: true, force: true });

const common = { root, configFile: false, logLevel: "warn", publicDir: false };
const output = { outDir, emptyOutDir: false, target: "es2022", reportCompressedSize: false, cssMinify: true };

const [panel] = await build({
  ...common,
  build: {
    ...output,
    lib: { entry: "src/panel/main.tsx", formats: ["es"] },
    rolldownOptions: {
      // What the parts share stands in the panel itself, not in a file between them.
      preserveEntrySignatures: "allow-extension",
      output: {
        entryFileNames: "widget/panel-[hash].js",
        chunkFileNames: "widget/[name]-[hash].js",
        minify: true,
      },
    },
  },
});
const panelFile = panel.output[0].fileName;
const words = Object.fromEntries(
  panel.output.filter(({ name }) => LANGUAGES.includes(name)).map(({ name, fileName }) => [name, fileName]),
);

const [loader] = await build({
  ...common,
  define: { __PANEL__: JSON.stringify(panelFile), __WORDS__: JSON.stringify(words) },
  build: {
    ...output,
    lib: { entry: "src/loader/main.ts", formats: ["iife"], name: "switchboardLoader" },
    rolldownOptions: { output: { entryFileNames: "widget.js", minify: true } },
  },
});

// Terser still finds a twentieth to drop: what visitors load counts, not how long a build takes.
async function shrunk(chunk, module) {
  const options = { module, ecma: 2020, compress: { passes: 3, unsafe_arrows: true } };
  const { code } = await minify(chunk.code, options);
  writeFileSync(outDir + chunk.fileName, code);
  const size = gzipSync(code).length;
  console.log(`${chunk.fileName}  ${(size / 1024).toFixed(1)} KiB gzip`);
  return size;
}

const closed = await shrunk(loader.output[0], false);
const chunks = new Map();
for (const chunk of panel.output) chunks.set(chunk.fileName, { chunk, size: await shrunk(chunk, true) });

/** The panel with whatever it imports at once. */
function fetched(fileName, seen = new Set()) {
  if (seen.has(fileName)) return 0;
  seen.add(fileName);
  const { chunk, size } = chunks.get(fileName);
  return chunk.imports.reduce((sum, name) => sum + fetched(name, seen), size);
}
const language = Math.max(
  ...[...chunks.values()].filter(({ chunk }) => LANGUAGES.includes(chunk.name)).map(({ size }) => size),
);
const sizes = { closed, open: closed + fetched(panelFile) + language };
for (const [name, size] of Object.entries(sizes)) {
  console.log(`${name}: ${(size / 1024).toFixed(1)} of ${BUDGET[name] / 1024} KiB`);
  if (size > BUDGET[name]) throw new Error(`${name} is over its ${BUDGET[name] / 1024} KiB`);
}

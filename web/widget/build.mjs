// Two builds: the panel first, as a hashed module; then the loader, a classic script that knows the panel's name.
// (A classic script from another origin has no base address for import(), so it must build the full one itself.)
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { minify } from "terser";
import { build } from "vite";

const root = fileURLToPath(new URL(".", import.meta.url));
const outDir = fileURLToPath(new URL("../../gateway/static/", import.meta.url));
const BUDGET = { loader: 5 * 1024, panel: 30 * 1024 };
/** The panel's budget holds one language with it. */
const LANGUAGES = 2;

rmSync(`${outDir}widget`, { recursive: true, force: true });

const common = { root, configFile: false, logLevel: "warn", publicDir: false };
const output = { outDir, emptyOutDir: false, target: "es2022", reportCompressedSize: false };

const [panel] = await build({
  ...common,
  plugins: [svelte()],
  build: {
    ...output,
    lib: { entry: "src/panel/main.ts", formats: ["es"] },
    rolldownOptions: {
      output: {
        entryFileNames: "widget/panel-[hash].js",
        chunkFileNames: "widget/[name]-[hash].js",
        minify: true,
      },
    },
  },
});
const panelFile = panel.output[0].fileName;

const [loader] = await build({
  ...common,
  define: { __PANEL__: JSON.stringify(panelFile) },
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

const sizes = { loader: await shrunk(loader.output[0], false), panel: 0 };
for (const chunk of panel.output) {
  const size = await shrunk(chunk, true);
  sizes.panel += chunk.isEntry ? size : size / LANGUAGES;
}
for (const [name, size] of Object.entries(sizes))
  if (size > BUDGET[name]) throw new Error(`${name} is over its ${BUDGET[name] / 1024} KiB`);

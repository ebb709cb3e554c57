// Times the Rust library through npm: node measure.mjs PACKAGE_FOLDER TOKENIZER_JSON TEXTS_JSON REPEATS → processor seconds for the second half of the texts, once,
// by a tokenizer that has only seen the first half. Batch API, one call; RAYON_NUM_THREADS sets the threads.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const [folder, file, textsFile, repeats] = process.argv.slice(2);
const { Tokenizer } = createRequire(folder + '/')('tokenizers');
const json = readFileSync(file, 'utf8');
const texts = JSON.parse(readFileSync(textsFile, 'utf8'));
const half = texts.length >> 1;
let best = Infinity;
for (let n = 0; n < Number(repeats); n++) {
  const tokenizer = Tokenizer.fromString(json);
  await tokenizer.encodeBatch(texts.slice(0, half), { addSpecialTokens: false });
  const timed = texts.slice(half);
  const start = process.cpuUsage();
  await tokenizer.encodeBatch(timed, { addSpecialTokens: false });
  const { user, system } = process.cpuUsage(start);
  best = Math.min(best, (user + system) / 1e6);
}

console.log(JSON.stringify({ seconds: best }));

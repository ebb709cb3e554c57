// Asks the real engine (npm package "tokenizers") about generated texts. Dev-only; see DifferentialTests.cs.
//   node answer.mjs PACKAGE_FOLDER TOKENIZER_JSON SEED COUNT   → one JSON line per text: {t, i: ids, o: [start, end, …] in code points}
//   node answer.mjs PACKAGE_FOLDER TOKENIZER_JSON - < texts    → the same for texts that come as JSON strings, one a line
// The generator: all planes, control characters, pieces of special tokens, runs, marks that resist normalization, words.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const [folder, file, seedText, countText] = process.argv.slice(2);
const { Tokenizer } = createRequire(folder + '/')('tokenizers');
const raw = readFileSync(file);
const json = (file.endsWith('.gz') ? gunzipSync(raw) : raw).toString('utf8');
const tokenizer = Tokenizer.fromString(json);
const special = JSON.parse(json).added_tokens.map((token) => token.content);

let state = BigInt(seedText === '-' ? 1 : seedText) * 0x9e3779b97f4a7c15n & 0xffffffffffffffffn;
function random(limit) {
  state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
  let z = state;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
  return Number((z ^ (z >> 31n)) % BigInt(limit));
}

const pick = (items) => items[random(items.length)];
const from = (first, last) => String.fromCodePoint(first + random(last - first + 1));
const words = ('the of and to in is was for that don\'t WE\'LL it\'s I\'m you\'ve they\'re he\'d HTTPServer camelCase snake_case '
  + 'naïve café Straße ΣΊΣΥΦΟΣ Привет שלום مرحبا हिन्दी ไทย 日本語 中文字符 한국어 1234567 ٣٤٥ ½ ² 3.14 x=y; {"a":1} // -- ... ?! <|im_end|> </s> [MASK] ▁ Ġ Ċ <0x0A> '
  + 'ſ K Å ﬁ Ǆ İ ı ẞ').split(' ');
const marks = '\u0300\u0301\u0302\u0316\u0327\u0338\u0345\u05b0\u064b\u0653\u093c\u094d\u09be\u0e33\u1161\u11a8\u3099\u302a\u20d0\ufe20';
const spaces = ' \t\n\r\u000b\u000c\u0085\u00a0\u1680\u2003\u2028\u3000\u200b\ufeff';
const parts = [
  () => pick(words), () => ' ' + pick(words), () => ' '.repeat(1 + random(5)), () => pick(['\n', '\r\n', '\t', '\n\n']),
  () => from(0x20, 0x7e), () => from(0, 0x1f), () => from(0x80, 0x17f), () => from(0x180, 0x2fff), () => from(0x3000, 0x9fff),
  () => from(0xac00, 0xd7ff), () => from(0xe000, 0xffff), () => from(0x10000, 0x1ffff), () => from(0x20000, 0x3ffff), () => from(0xe0000, 0x10ffff),
  () => from(0x1f300, 0x1faff) + pick(['', '\u200d', '\ufe0f', '\u{1f3fd}']), () => from(0x41, 0x24f) + pick(marks) + pick(marks), () => pick(marks),
  () => pick(spaces), () => from(0x1100, 0x11ff), () => (special.length ? pick(special) : ''),
  () => { const token = special.length ? pick(special) : 'x'; return token.slice(0, 1 + random(token.length)); },
  () => pick(['a', ' ', '\n', '中', 'é', '😀', '=', 'ab', '\u0301']).repeat(1 + random(30)), () => String(random(1000000)),
];
function text() {
  let output = '';
  for (let n = 1 + random(random(4) === 0 ? 40 : 8); n > 0; n--) output += pick(parts)();
  return output.toWellFormed ? output.toWellFormed() : output;
}

const texts = seedText === '-'
  ? readFileSync(0, 'utf8').split('\n').filter((line) => line).map((line) => JSON.parse(line))
  : Array.from({ length: Number(countText) }, text);
for (let start = 0; start < texts.length; start += 1000) {
  const batch = texts.slice(start, start + 1000);
  const encodings = await tokenizer.encodeBatch(batch, { addSpecialTokens: false });
  process.stdout.write(batch.map((t, k) => JSON.stringify({ t, i: encodings[k].getIds(), o: encodings[k].getOffsets().flat() })).join('\n') + '\n');
}

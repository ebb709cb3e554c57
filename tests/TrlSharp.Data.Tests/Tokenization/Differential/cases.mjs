// Asks the real engine (npm package "tokenizers") about tokenizers that come on standard input. Dev-only; see RandomConfigurationTests.cs.
//   node cases.mjs PACKAGE_FOLDER < cases   where a case is one JSON line {j: tokenizer.json, t: texts, d: lists of ids}
// answers each with one JSON line: {error} or {e: encodings, s: encodings with special tokens, d: decodes, k: decodes that skip special tokens}.
// An encoding is {i: ids, o: [start, end, …] in code points}; what the engine refuses is null.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { Tokenizer } = createRequire(process.argv[2] + '/')('tokenizers');

async function orNull(work) {
  try {
    return await work();
  } catch {
    return null;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { j, t, d } = JSON.parse(line);
  let tokenizer;
  try {
    tokenizer = Tokenizer.fromString(j);
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
    continue;
  }

  const encode = (text, addSpecialTokens) => orNull(async () => {
    const encoding = await tokenizer.encode(text, null, { addSpecialTokens });
    return { i: encoding.getIds(), o: encoding.getOffsets().flat() };
  });
  const answer = { e: [], s: [], d: [], k: [] };
  for (const text of t) {
    answer.e.push(await encode(text, false));
    answer.s.push(await encode(text, true));
  }

  for (const ids of d) {
    answer.d.push(await orNull(() => tokenizer.decode(ids, false)));
    answer.k.push(await orNull(() => tokenizer.decode(ids, true)));
  }

  console.log(JSON.stringify(answer));
}

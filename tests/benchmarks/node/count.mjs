// The tokens of each text: a JSON string per line in, a number per line out.
import { createInterface } from "node:readline";
import { Tiktoken } from "js-tiktoken/lite";
import vocabulary from "js-tiktoken/ranks/o200k_base";

const encoding = new Tiktoken(vocabulary);
for await (const line of createInterface({ input: process.stdin })) {
  console.log(encoding.encode(JSON.parse(line), [], []).length);
}
